"""Run inside Blender: writes down what stands in the scene of a server room. SCENE.blend REPORT.json."""

import json
import sys
from pathlib import Path

import bpy

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
meshes = [mesh for mesh in bpy.data.meshes if mesh.name.startswith("rack")]
found = {
    "camera": places,
    "racks": racks,
    "turns": sorted({entry.vector[0] for mesh in meshes for entry in mesh.attributes["pulse"].data}),
    "doors": sum(any(face.material_index == 2 for face in mesh.polygons) for mesh in meshes),
    "faces": sum(len(thing.data.polygons) for thing in scene.objects if thing.type == "MESH"),
}
Path(report).write_text(json.dumps(found))
