"""Run inside Blender: what Cycles and what `light_on` make of a long lamp over white squares. REPORT.json."""

import json
import math
import sys
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

sys.path.insert(0, str(Path(__file__).parents[2]))

from blender_scripts.broll.server_room.light import Strip, light_on

WATTS, LENGTH, HEIGHT = 30.0, 100.0, 2.7
TURN = 0.5
PLACES = [
    ((0.9, 0.0, 1.5), (-1.0, 0.0, 0.0)),
    ((0.9, 0.0, 1.5), (0.0, -1.0, 0.0)),
    ((0.9, 0.0, 1.5), (1.0, 0.0, 0.0)),
    ((-0.3, 0.0, 0.0), (0.0, 0.0, 1.0)),
    ((0.2, 0.0, 2.9), (0.0, 0.0, -1.0)),
]


def measured(folder: Path) -> list[float]:
    """Return what a camera close before each square sees of it."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine, scene.cycles.samples, scene.cycles.max_bounces = "CYCLES", 64, 0
    scene.render.resolution_x = scene.render.resolution_y = 4
    scene.render.image_settings.file_format = "OPEN_EXR"
    light = bpy.data.lights.new("lamp", "AREA")
    light.shape, light.size, light.size_y, light.energy = "RECTANGLE", 0.02, LENGTH, WATTS * LENGTH
    lamp = bpy.data.objects.new("lamp", light)
    lamp.location, lamp.rotation_euler = (0.0, 0.0, HEIGHT), (0.0, TURN, 0.0)
    mesh = bpy.data.meshes.new("square")
    mesh.from_pydata([(-0.01, -0.01, 0), (0.01, -0.01, 0), (0.01, 0.01, 0), (-0.01, 0.01, 0)], [], [range(4)])
    white = bpy.data.materials.new("white")
    white.use_nodes = True
    white.node_tree.nodes.clear()
    matt = white.node_tree.nodes.new("ShaderNodeBsdfDiffuse")
    matt.inputs["Color"].default_value = (1.0, 1.0, 1.0, 1.0)
    out = white.node_tree.nodes.new("ShaderNodeOutputMaterial")
    white.node_tree.links.new(matt.outputs[0], out.inputs["Surface"])
    mesh.materials.append(white)
    square = bpy.data.objects.new("square", mesh)
    eye = bpy.data.objects.new("eye", bpy.data.cameras.new("eye"))
    eye.data.type, eye.data.ortho_scale, eye.data.clip_start = "ORTHO", 0.01, 0.001
    for thing in (lamp, square, eye):
        scene.collection.objects.link(thing)
        thing.rotation_mode = "XYZ"
    scene.camera = eye
    found = []
    for place, normal in PLACES:
        turned = Vector(normal).to_track_quat("Z", "Y").to_euler()
        square.location, square.rotation_euler = place, turned
        eye.location, eye.rotation_euler = Vector(place) + 0.005 * Vector(normal), turned
        scene.render.filepath = str(folder / "seen.exr")
        bpy.ops.render.render(write_still=True)
        seen = bpy.data.images.load(scene.render.filepath)
        found.append(float(np.array(seen.pixels[:]).reshape(-1, 4)[:, 0].mean()))
        bpy.data.images.remove(seen)
    return found


def main(report: str) -> None:
    strip = Strip(0.0, HEIGHT, (-math.sin(TURN), -math.cos(TURN)), (1.0, 1.0, 1.0), WATTS)
    places, normals = (np.array(those) for those in zip(*PLACES, strict=True))
    said = light_on([strip], places, normals)[:, 0].tolist()
    Path(report).write_text(json.dumps({"said": said, "measured": measured(Path(report).parent)}))


if __name__ == "__main__":
    main(sys.argv[-1])
