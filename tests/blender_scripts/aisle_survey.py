"""Run inside Blender: writes down what stands in the scene of a server room. SCENE.blend REPORT.json."""

import json
import sys
from pathlib import Path

import bpy
import numpy as np

SHINING = 1
scene_file, report = sys.argv[-2:]
bpy.ops.wm.open_mainfile(filepath=scene_file)
scene = bpy.context.scene
places = []
for frame in (scene.frame_start, scene.frame_end):
    scene.frame_set(frame)
    places.append(list(scene.camera.matrix_world.translation))
racks = sorted(
    (round(thing.location.x, 4), round(thing.location.y, 4), thing.data.name, thing["shift"])
    for thing in scene.objects
    if thing.name.startswith("rack")
)


def corners_of(mesh):
    """Return the tints and heights of the corners of what does not shine: (face, corner, channel)."""
    tints = np.empty(len(mesh.loops) * 4, np.float32)
    mesh.attributes["tint"].data.foreach_get("color", tints)
    dull = np.array([face.material_index != SHINING for face in mesh.polygons])
    heights = np.array([mesh.vertices[corner.vertex_index].co.z for corner in mesh.loops]).reshape(-1, 4)
    return tints.reshape(-1, 4, 4)[dull, :, :3], heights[dull]


meshes = [mesh for mesh in bpy.data.meshes if mesh.name.startswith("rack")]
tints, heights = zip(*map(corners_of, meshes), strict=True)
found = {
    "lights": sum(thing.type == "LIGHT" for thing in scene.objects),
    "lit": [float(min(map(np.min, tints))), float(max(map(np.max, tints)))],
    "tallest": float(max(np.ptp(those, axis=1).max() for those in heights)),
    "camera": places,
    "racks": racks,
    "turns": sorted({entry.vector[0] for mesh in meshes for entry in mesh.attributes["pulse"].data}),
    "doors": sum(any(face.material_index == 2 for face in mesh.polygons) for mesh in meshes),
    "faces": sum(len(thing.data.polygons) for thing in scene.objects if thing.type == "MESH"),
}
Path(report).write_text(json.dumps(found))
