"""Motion of an imported USD, which Blender reads from the file at every frame: made into keys of our own.

The file is a stranger's and may name others, so nothing of it is read after the import.
"""

from typing import Any

import bpy

_CACHED = "TRANSFORM_CACHE"


def key_motion(scene: bpy.types.Scene) -> None:
    """Give every object that moves by its file a key at each frame of the scene, and forget the file.

    Meshes that change their shape keep reading it; cleaning the scene takes that from them, and says so.
    """
    moved = [thing for thing in bpy.data.objects if _constraints(thing)]
    keys: dict[str, list[tuple[int, Any]]] = {thing.name: [] for thing in moved}
    for frame in range(scene.frame_start, scene.frame_end + 1) if moved else ():
        scene.frame_set(frame)
        graph = bpy.context.evaluated_depsgraph_get()
        for thing in moved:
            keys[thing.name].append((frame, thing.evaluated_get(graph).matrix_local.copy()))
    for thing in moved:
        for constraint in _constraints(thing):
            thing.constraints.remove(constraint)
        _write_keys(thing, keys[thing.name])
    _forget_files()


def _constraints(thing: bpy.types.Object) -> list[Any]:
    return [constraint for constraint in thing.constraints if constraint.type == _CACHED]


def _write_keys(thing: bpy.types.Object, keys: list[tuple[int, Any]]) -> None:
    thing.rotation_mode = "QUATERNION"
    for frame, matrix in keys:
        thing.matrix_local = matrix
        for name in ("location", "rotation_quaternion", "scale"):
            thing.keyframe_insert(name, frame=frame)


def _forget_files() -> None:
    still = {
        modifier.cache_file
        for thing in bpy.data.objects
        for modifier in thing.modifiers
        if modifier.type == "MESH_SEQUENCE_CACHE"
    }
    bpy.data.batch_remove([file for file in bpy.data.cache_files if file not in still])
