"""Where the parts of a checked GLB stand, and what that amounts to."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from media.geometry.accessors import Array, numbers, values
from media.geometry.gltf import Gltf
from media.geometry.gltf_document import TRIANGLE_FAN, TRIANGLES, Instancing, Node
from media.geometry.shapes import Shape, points_of, shapes_of

# `values` belongs to what writers of other formats need of a GLB.
__all__ = ["Content", "Placed", "bounds", "content", "local", "placed", "triangles", "values"]


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
    distinct: dict[tuple[Shape, ...], int] = {}
    for mesh in sorted(set(places)):
        distinct.setdefault(shapes_of(meshes[mesh]), mesh)
    return Content(
        parts=len(places),
        distinct_parts=len(distinct),
        triangles=sum(per_mesh[mesh] for mesh in places),
        distinct_triangles=sum(per_mesh[mesh] for mesh in distinct.values()),
        part_names=tuple(meshes[mesh].name for mesh in distinct.values()),
    )


def placed(gltf: Gltf) -> Iterator[Placed]:
    """Yield every occurrence of a mesh that is drawn, instances included.

    Raises `ValueError` if it cannot be read where instances stand.
    """
    nodes = gltf.document.nodes
    pending = [(index, np.eye(4)) for index in gltf.document.roots]
    while pending:
        index, parent = pending.pop()
        node = nodes[index]
        world = parent @ local(node)
        if node.mesh is not None and node.instancing is None:
            yield Placed(node.mesh, world)
        elif node.mesh is not None and node.instancing is not None:
            for place in _instances(gltf, node.instancing):
                yield Placed(node.mesh, world @ place)
        pending += [(child, world) for child in node.children]


def _instances(gltf: Gltf, instancing: Instancing) -> Iterator[Array]:
    """Yield the transforms of instances to their node; none if nothing but the file's own is said of them."""
    found = {name: numbers(gltf, index) for name, index in instancing.places.items()}
    known = {name: array for name, array in found.items() if array is not None}
    if len(known) < len(found):
        raise ValueError("instances whose places are not in its binary data")
    count = len(next(iter(known.values()))) if known else 0
    translations = known.get("TRANSLATION", np.zeros((count, 3)))
    rotations = known.get("ROTATION", np.tile([0.0, 0.0, 0.0, 1.0], (count, 1)))
    scales = known.get("SCALE", np.ones((count, 3)))
    for translation, rotation, scale in zip(translations, rotations, scales, strict=True):
        yield _transform(translation, rotation, scale)


def local(node: Node) -> Array:
    """Return a node's transform to its parent, 4 by 4."""
    if node.matrix is not None:
        return np.array(node.matrix).reshape(4, 4).T
    return _transform(np.array(node.translation), np.array(node.rotation), np.array(node.scale))


def _transform(translation: Array, rotation: Array, scale: Array) -> Array:
    x, y, z, w = rotation / (np.linalg.norm(rotation) or 1.0)
    turn = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    matrix = np.eye(4)
    matrix[:3, :3] = turn * scale
    matrix[:3, 3] = translation
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
    """Return the least and greatest corner of everything drawn, in metres.

    Of the points that are drawn, where they can be read; else of the extremes that their accessors state.
    Raises `ValueError` if nothing is drawn, or if indices name points that are not there.
    """
    shapes = [shapes_of(mesh) for mesh in gltf.document.meshes]
    points: dict[tuple[Shape, ...], Array] = {}
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for place in placed(gltf):
        drawn = shapes[place.mesh]
        if drawn not in points:
            points[drawn] = np.concatenate([points_of(gltf, shape) for shape in drawn])
        if not len(points[drawn]):
            continue
        for axis in range(3):
            along = points[drawn] @ place.world[axis, :3] + place.world[axis, 3]
            low[axis], high[axis] = min(low[axis], along.min()), max(high[axis], along.max())
    if not np.isfinite([low, high]).all():
        raise ValueError("nothing with a finite position")
    return low, high
