"""Where the parts of a checked GLB stand, and what that amounts to."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from media.geometry.gltf import COMPONENTS, Gltf
from media.geometry.gltf_document import TRIANGLE_FAN, TRIANGLES, Node, Primitive

DTYPES = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
FLOAT = 5126

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Placed:
    """One occurrence of a mesh: its index and its transform to the world (4 by 4, acting on columns)."""

    mesh: int
    world: Array


@dataclass(frozen=True)
class Content:
    """What a scene shows. Meshes that draw the same points in other colours are one distinct part."""

    parts: int
    distinct_parts: int
    triangles: int
    distinct_triangles: int
    part_names: tuple[str, ...]


def content(gltf: Gltf) -> Content:
    """Count what the shown scene holds."""
    meshes = gltf.document.meshes
    per_mesh = [triangles(gltf, mesh) for mesh in range(len(meshes))]
    places = [place.mesh for place in placed(gltf)]
    distinct: dict[tuple[int | None, ...], int] = {}
    for mesh in sorted(set(places)):
        points = tuple(primitive.attributes.get("POSITION") for primitive in meshes[mesh].primitives)
        distinct.setdefault(points, mesh)
    return Content(
        parts=len(places),
        distinct_parts=len(distinct),
        triangles=sum(per_mesh[mesh] for mesh in places),
        distinct_triangles=sum(per_mesh[mesh] for mesh in distinct.values()),
        part_names=tuple(meshes[mesh].name for mesh in distinct.values()),
    )


def values(gltf: Gltf, accessor_index: int) -> npt.NDArray[np.generic] | None:
    """Return an accessor as an array of shape (count, components), or None if an extension holds it."""
    accessor = gltf.document.accessors[accessor_index]
    if accessor.buffer_view is None:
        return None
    view = gltf.document.buffer_views[accessor.buffer_view]
    if gltf.document.buffers[view.buffer].uri is not None:
        return None
    dtype, width = np.dtype(DTYPES[accessor.component_type]), COMPONENTS[accessor.type]
    return np.ndarray(
        (accessor.count, width),
        dtype,
        gltf.binary,
        view.byte_offset + accessor.byte_offset,
        (view.byte_stride or dtype.itemsize * width, dtype.itemsize),
    )


def placed(gltf: Gltf) -> Iterator[Placed]:
    """Yield every occurrence of a mesh in the shown scene."""
    nodes = gltf.document.nodes
    pending = [(index, np.eye(4)) for index in gltf.document.scenes[gltf.document.scene].nodes]
    while pending:
        index, parent = pending.pop()
        world = parent @ local(nodes[index])
        mesh = nodes[index].mesh
        if mesh is not None:
            yield Placed(mesh, world)
        pending += [(child, world) for child in nodes[index].children]


def local(node: Node) -> Array:
    """Return a node's transform to its parent, 4 by 4."""
    if node.matrix is not None:
        return np.array(node.matrix).reshape(4, 4).T
    x, y, z, w = np.array(node.rotation) / (np.linalg.norm(node.rotation) or 1.0)
    turn = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    matrix = np.eye(4)
    matrix[:3, :3] = turn * np.array(node.scale)
    matrix[:3, 3] = node.translation
    return matrix


def triangles(gltf: Gltf, mesh_index: int) -> int:
    """Count the triangles of a mesh; points and lines count as none."""
    total = 0
    for primitive in gltf.document.meshes[mesh_index].primitives:
        source = primitive.indices if primitive.indices is not None else primitive.attributes.get("POSITION")
        count = gltf.document.accessors[source].count if source is not None else 0
        if primitive.mode == TRIANGLES:
            total += count // 3
        elif TRIANGLES < primitive.mode <= TRIANGLE_FAN:
            total += max(0, count - 2)
    return total


def bounds(gltf: Gltf) -> tuple[Array, Array]:
    """Return the least and greatest corner of everything shown, in metres.

    Exact where positions are plain floats; otherwise from the extremes that every POSITION accessor states.
    Raises `ValueError` if nothing is shown.
    """
    corners: dict[int, Array] = {}
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for place in placed(gltf):
        if place.mesh not in corners:
            parts = gltf.document.meshes[place.mesh].primitives
            corners[place.mesh] = np.concatenate([_points(gltf, part) for part in parts])
        points = corners[place.mesh]
        if not len(points):
            continue
        for axis in range(3):
            along = points @ place.world[axis, :3] + place.world[axis, 3]
            low[axis], high[axis] = min(low[axis], along.min()), max(high[axis], along.max())
    if not np.isfinite([low, high]).all():
        raise ValueError("nothing with a finite position is shown")
    return low, high


def _points(gltf: Gltf, primitive: Primitive) -> Array:
    index = primitive.attributes.get("POSITION")
    if index is None:
        return np.empty((0, 3))
    accessor = gltf.document.accessors[index]
    found = values(gltf, index) if accessor.component_type == FLOAT and accessor.type == "VEC3" else None
    if found is not None:
        return found.astype(np.float64)
    if not accessor.min or not accessor.max or len(accessor.min) != 3 or len(accessor.max) != 3:  # noqa: PLR2004 - x, y, z
        return np.empty((0, 3))
    pairs = zip(accessor.min, accessor.max, strict=True)
    return np.array(np.meshgrid(*pairs)).reshape(3, -1).T.astype(np.float64)
