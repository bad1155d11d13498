"""Write an example shot: `python examples/shot.py FOLDER` makes shot.zip, a .blend with what it refers to.

A desk lamp swings over three blocks. In it are a linked library, a texture, drivers, three cameras (two of
them change by markers) and two view layers, as the shots of a studio have them.
"""

import argparse
import math
import os
import sys
import tempfile
import zipfile
from pathlib import Path

import bpy

FRAMES, RATE = 48, 24
CREAM, TEAL, CORAL, GOLD = (0.82, 0.78, 0.70), (0.05, 0.28, 0.30), (0.75, 0.16, 0.09), (0.80, 0.52, 0.12)
Colour = tuple[float, float, float]


def main(argv: list[str]) -> None:
    """Write the archive."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--frames", type=int, default=FRAMES)
    arguments = parser.parse_args(argv)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        write_texture(place / "textures" / "weave.png")
        write_library(place / "library" / "lamp.blend")
        write_shot(place, arguments.frames)
        pack(place, arguments.folder / "shot.zip")


def write_texture(path: Path) -> None:
    """Write a woven pattern, 256 pixels square."""
    path.parent.mkdir()
    side = 256
    image = bpy.data.images.new("weave", side, side)
    pixels = []
    for row in range(side):
        for column in range(side):
            thread = math.sin(row / 4) * math.sin(column / 4)
            shade = 0.55 + 0.25 * thread + 0.1 * ((row // 32 + column // 32) % 2)
            pixels += [shade, shade * 0.93, shade * 0.82, 1.0]
    image.pixels = pixels
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()


def write_library(path: Path) -> None:
    """Write a lamp's shade, to be linked."""
    path.parent.mkdir()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.mesh.primitive_cone_add(
        vertices=64, radius1=0.55, radius2=0.18, depth=0.5, end_fill_type="NOTHING"
    )
    shade = bpy.context.object
    shade.name = "shade"
    shade.data.materials.append(material("enamel", CORAL, roughness=0.25))
    bpy.ops.object.shade_smooth()
    save(path)


def write_shot(folder: Path, frames: int) -> None:
    """Write the shot itself, with paths relative to it."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.name = "Lamp"
    scene.frame_start, scene.frame_end = 1, frames
    set_up(scene)
    target = add_blocks(scene, folder / "textures" / "weave.png")
    add_lamp(scene, folder / "library" / "lamp.blend", frames)
    add_cameras(scene, target, frames)
    scene.view_layers[0].name = "Beauty"
    scene.view_layers.new("Blocks only")
    save(folder / "shot.blend")
    bpy.ops.file.make_paths_relative()
    save(folder / "shot.blend")


def set_up(scene: bpy.types.Scene) -> None:
    """Choose renderer, size and rate, and a dim room."""
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 32
    scene.cycles.use_denoising = True
    scene.render.resolution_x, scene.render.resolution_y = 960, 540
    scene.render.fps = RATE
    world = bpy.data.worlds.new("room")
    scene.world = world
    if bpy.app.version < (5, 0, 0):
        world.use_nodes = True
    background = world.node_tree.nodes["Background"]
    background.inputs["Color"].default_value = (0.10, 0.12, 0.16, 1)
    background.inputs["Strength"].default_value = 1.1


def add_blocks(scene: bpy.types.Scene, texture: Path) -> bpy.types.Object:
    """Stand three blocks on a cloth; the height of one drives that of another."""
    bpy.ops.mesh.primitive_plane_add(size=14)
    cloth = material("cloth", CREAM, roughness=0.9)
    picture = cloth.node_tree.nodes.new("ShaderNodeTexImage")
    picture.image = bpy.data.images.load(str(texture))
    shader = cloth.node_tree.nodes["Principled BSDF"]
    cloth.node_tree.links.new(picture.outputs["Color"], shader.inputs["Base Color"])
    bpy.context.object.data.materials.append(cloth)
    blocks = []
    for name, x, y, height, colour in (
        ("tall", -0.9, 0.3, 1.2, TEAL),
        ("middle", 0.1, -0.3, 0.8, GOLD),
        ("small", 0.95, 0.4, 0.5, CORAL),
    ):
        bpy.ops.mesh.primitive_cube_add(size=0.7, location=(x, y, height / 2))
        block = bpy.context.object
        block.name, block.scale.z = name, height / 0.7
        block.data.materials.append(material(name, colour, roughness=0.35))
        bevel = block.modifiers.new("bevel", "BEVEL")
        bevel.width, bevel.segments = 0.04, 4
        blocks.append(block)
    tall, _, small = blocks
    curve = small.driver_add("scale", 2)
    curve.driver.type = "AVERAGE"
    variable = curve.driver.variables.new()
    variable.targets[0].id, variable.targets[0].data_path = tall, "scale.z"
    target = bpy.data.objects.new("target", None)
    target.location = (0.05, 0, 0.95)
    scene.collection.objects.link(target)
    return target


def add_lamp(scene: bpy.types.Scene, library: Path, frames: int) -> None:
    """Hang the linked lamp on a pivot that swings, with a light in it."""
    with bpy.data.libraries.load(str(library), link=True) as (there, here):
        here.objects = [name for name in there.objects if name == "shade"]
    pivot = bpy.data.objects.new("pivot", None)
    pivot.location = (0.1, 0, 3.5)
    lamp = bpy.data.objects.new("lamp", None)
    lamp.instance_type, lamp.parent, lamp.location = "COLLECTION", pivot, (0, 0, -1.6)
    shade = here.objects[0]
    copy = bpy.data.objects.new("hung shade", shade.data)
    copy.parent, copy.location = pivot, (0, 0, -1.6)
    light = bpy.data.lights.new("bulb", "SPOT")
    light.energy, light.spot_size, light.spot_blend, light.shadow_soft_size = 900, 1.9, 0.6, 0.15
    light.color = (1.0, 0.84, 0.66)
    bulb = bpy.data.objects.new("bulb", light)
    bulb.parent, bulb.location = pivot, (0, 0, -1.5)
    bpy.data.objects.remove(lamp)
    for thing in (pivot, copy, bulb):
        scene.collection.objects.link(thing)
    for frame in (*range(1, frames + 1, 2), frames + 1):
        pivot.rotation_euler = (0, 0.32 * math.sin(2 * math.pi * frame / frames), 0)
        pivot.keyframe_insert("rotation_euler", frame=frame)


def add_cameras(scene: bpy.types.Scene, target: bpy.types.Object, frames: int) -> None:
    """Stand three cameras around that slowly come nearer; markers cut from the first to the second."""
    cameras = {}
    for name, place, length in (
        ("Wide", (4.2, -5.4, 2.3), 42.0),
        ("Close", (-3.9, -5.0, 1.9), 42.0),
        ("Top", (0.1, -1.6, 8.6), 52.0),
    ):
        camera = bpy.data.objects.new(name, bpy.data.cameras.new(name))
        camera.data.lens = length
        for frame, nearness in ((1, 1.0), (frames + 1, 0.94)):
            camera.location = tuple(nearness * number for number in place)
            camera.keyframe_insert("location", frame=frame)
        follow = camera.constraints.new("TRACK_TO")
        follow.target, follow.track_axis, follow.up_axis = target, "TRACK_NEGATIVE_Z", "UP_Y"
        scene.collection.objects.link(camera)
        cameras[name] = camera
    scene.camera = cameras["Wide"]
    for name, frame in (("Wide", 1), ("Close", frames // 2 + 1)):
        scene.timeline_markers.new(name, frame=frame).camera = cameras[name]


def material(name: str, colour: Colour, *, roughness: float) -> bpy.types.Material:
    """Return a new material of one colour."""
    made = bpy.data.materials.new(name)
    if bpy.app.version < (5, 0, 0):
        made.use_nodes = True
    shader = made.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (*colour, 1)
    shader.inputs["Roughness"].default_value = roughness
    return made


def save(path: Path) -> None:
    """Save the open file."""
    bpy.ops.wm.save_as_mainfile(filepath=str(path), check_existing=False)


def pack(folder: Path, archive: Path) -> None:
    """Write all files of a folder into a ZIP archive."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".blend1":
                packed.write(path, path.relative_to(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)  # Blender's own end was seen to hang
