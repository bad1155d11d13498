"""Geometry into an empty Blender: USD or GLB, metres, Z up, instances kept."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_scripts.blender_version import run_operator
from blender_scripts.failure import BadInput, one_line
from blender_scripts.gpu_trouble import is_out_of_memory
from blender_scripts.hull import directions, support_points

_KEPT_TYPES = {"MESH", "EMPTY", "ARMATURE"}


@dataclass(frozen=True)
class Extent:
    """What was imported: counts, the bounding box (2, 3) in metres and support points (n, 3) in metres.

    `triangles` are as many as are seen; `placed_once` are those of them whose mesh is seen only once.
    """

    objects: int
    meshes: int
    triangles: int
    placed_once: int
    bounds: NDArray[np.float64]
    hull: NDArray[np.float64]


def import_geometry(path: Path, geometry_format: str, *, every_name: bool = False) -> None:
    """Fill the open, empty file from a USD or GLB; only meshes, and what places them, are taken.

    With `every_name`, an Xform that holds nothing but a mesh stays beside it, since it may have the name.

    Raises:
        BadInput: The file cannot be read.
    """
    if not path.is_file() or path.stat().st_size == 0:
        raise BadInput(f"{path}: expected a {geometry_format} file, found none or an empty one")
    try:
        _import_usd(path, merge=not every_name) if geometry_format == "usd" else _import_glb(path)
    except RuntimeError as error:
        if is_out_of_memory(error):
            raise
        raise BadInput(
            f"{path}: expected a readable {geometry_format} file, found: {one_line(error)}"
        ) from error
    for thing in [thing for thing in bpy.data.objects if not _is_kept(thing)]:
        bpy.data.objects.remove(thing)


def _import_usd(path: Path, *, merge: bool) -> None:
    run_operator(
        bpy.ops.wm.usd_import,
        filepath=str(path),
        import_cameras=False,
        import_lights=False,
        import_materials=True,
        support_scene_instancing=True,
        import_textures_mode="IMPORT_PACK",
        create_world_material=False,
        set_frame_range=False,
        apply_unit_conversion_scale=True,
        validate_meshes=True,
        merge_parent_xform=merge,
    )


def _import_glb(path: Path) -> None:
    run_operator(
        bpy.ops.import_scene.gltf, filepath=str(path), import_pack_images=True, import_shading="NORMALS"
    )


def _is_kept(thing: bpy.types.Object) -> bool:
    """Say whether an object belongs to the part; USD's point instancers are points with nodes on them."""
    is_instancer = thing.type == "POINTCLOUD" and any(
        modifier.type == "NODES" for modifier in thing.modifiers
    )
    return thing.type in _KEPT_TYPES or is_instancer


def smooth_unshaded() -> None:
    """Smooth meshes that came without normals, except at edges of more than 30 degrees.

    Large faces count for more: a plane then stays even up to the fillets and chamfers round it.
    """
    unshaded = [mesh for mesh in bpy.data.meshes if not mesh.has_custom_normals and mesh.polygons]
    if not unshaded:
        return
    # Where nothing else stands: to see a mesh shaded, Blender works through the scene that it is in.
    apart = bpy.data.scenes.new("shading")
    thing = bpy.data.objects.new("shading", unshaded[0])
    apart.collection.objects.link(thing)
    weigh = thing.modifiers.new("by area", "WEIGHTED_NORMAL")
    weigh.mode, weigh.keep_sharp = "FACE_AREA", True
    for mesh in unshaded:
        mesh.shade_smooth()
        mesh.set_sharp_from_angle(angle=np.radians(30))
        thing.data = mesh
        mesh.normals_split_custom_set(_normals_shown(thing, apart.view_layers[0]))
    bpy.data.objects.remove(thing)
    bpy.data.scenes.remove(apart)


def _normals_shown(thing: bpy.types.Object, layer: bpy.types.ViewLayer) -> NDArray[np.float32]:
    """Return a normal for each corner (n, 3), as an object's modifiers make them."""
    layer.update()
    shaded = thing.evaluated_get(layer.depsgraph).to_mesh()
    normals = np.empty(len(shaded.loops) * 3, dtype=np.float32)
    shaded.corner_normals.foreach_get("vector", normals)
    return normals.reshape(-1, 3)


def measure() -> Extent:
    """Measure everything that will be rendered, instances included.

    Raises:
        BadInput: There is no triangle in it, or a coordinate is not finite.
    """
    lines = directions()
    local: dict[str, NDArray[np.float64]] = {}
    triangles: dict[str, int] = {}
    times: Counter[str] = Counter()
    placed = []
    for mesh, matrix in _placed_meshes():
        if mesh.name not in local:
            local[mesh.name] = support_points(_vertices(mesh), lines)
            triangles[mesh.name] = len(mesh.loops) - 2 * len(mesh.polygons)
        times[mesh.name] += 1
        placed.append(local[mesh.name] @ matrix[:3, :3].T + matrix[:3, 3])
    if not any(triangles.values()):
        raise BadInput("geometry: expected at least one triangle, found none")
    points = np.concatenate(placed)
    if not np.isfinite(points).all():
        raise BadInput("geometry: expected finite coordinates, found infinite or undefined ones")
    bounds = np.stack([points.min(axis=0), points.max(axis=0)])
    return Extent(
        objects=times.total(),
        meshes=len(local),
        triangles=sum(triangles[name] * count for name, count in times.items()),
        placed_once=sum(triangles[name] for name, count in times.items() if count == 1),
        bounds=bounds,
        hull=support_points(points, lines),
    )


def _placed_meshes() -> Iterator[tuple[bpy.types.Mesh, NDArray[np.float64]]]:
    """Yield every mesh with its place (4, 4), as often as it is placed."""
    for instance in bpy.context.evaluated_depsgraph_get().object_instances:
        thing = instance.object
        if thing.type == "MESH" and len(thing.data.polygons) and not thing.hide_render:
            yield thing.data, np.array(instance.matrix_world, dtype=np.float64)


def _vertices(mesh: bpy.types.Mesh) -> NDArray[np.float64]:
    """Return a mesh's vertices (n, 3) in its own space."""
    flat = np.empty(len(mesh.vertices) * 3, dtype=np.float32)
    mesh.attributes["position"].data.foreach_get("vector", flat)
    return flat.reshape(-1, 3).astype(np.float64)
