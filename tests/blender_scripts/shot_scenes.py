"""Make small shots, as studios have them. Run inside Blender by the tests.

A camera looks straight down on a sheet that fills its picture: a frame's colour tells what was rendered.
"""

import shutil
from pathlib import Path

import bpy

from tests.blender_scripts.attack_stage import empty_scene, glowing, green_picture, sheet, shown

RED, GREEN, BLUE, WHITE = (1, 0, 0, 1), (0, 1, 0, 1), (0, 0, 1, 1), (1, 1, 1, 1)
PLACES = {"texture": 0, "library": 20, "text": 40, "driven": 60, "programmed": 80}
"""Where things lie along X, each under a camera of that name."""


def save(folder: Path, name: str = "shot.blend", **wishes: object) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / name), **({"compress": False} | wishes))


def saved_with_relative_paths(folder: Path) -> None:
    save(folder)
    bpy.ops.file.make_paths_relative()
    save(folder)


def whole(folder: Path) -> None:
    """A linked library, a texture, a font, drivers, cameras by markers, two view layers, two scenes."""
    library(folder / "library" / "red.blend")
    scene = empty_scene()
    scene.name = "Main"
    scene.frame_start, scene.frame_end, scene.frame_step = 1, 8, 1
    scene.render.fps, scene.render.fps_base = 24, 1.001
    textured(folder / "textures" / "green.png").location.x = PLACES["texture"]
    link(folder / "library" / "red.blend")
    lettered(folder / "fonts")
    driven(scene)
    for name, place in PLACES.items():
        stand_camera(scene, name, place)
    scene.camera = bpy.data.objects["texture"]
    for name, frame in (("texture", 1), ("library", 4)):
        scene.timeline_markers.new(name, frame=frame).camera = bpy.data.objects[name]
    scene.view_layers[0].name = "All"
    without = scene.view_layers.new("Without the texture")
    hidden = bpy.data.collections.new("hidden")
    scene.collection.children.link(hidden)
    hidden.objects.link(bpy.data.objects["textured"])
    scene.collection.objects.unlink(bpy.data.objects["textured"])
    without.layer_collection.children["hidden"].exclude = True
    without.use = False
    second_scene()
    saved_with_relative_paths(folder)


def library(path: Path) -> None:
    path.parent.mkdir()
    empty_scene()
    sheet(glowing(RED)).name = "linked"
    save(path.parent, path.name)


def link(path: Path) -> bpy.types.Object:
    with bpy.data.libraries.load(str(path), link=True) as (_, wanted):
        wanted.objects = ["linked"]
    linked = wanted.objects[0]
    holder = bpy.data.collections.new("holder")
    holder.objects.link(linked)
    placed = bpy.data.objects.new("placed", None)
    placed.instance_type, placed.instance_collection = "COLLECTION", holder
    placed.location.x = PLACES["library"]
    bpy.context.scene.collection.objects.link(placed)
    return placed


def textured(picture: Path) -> bpy.types.Object:
    picture.parent.mkdir()
    thing = sheet(glowing(image=bpy.data.images.load(str(green_picture(picture)))))
    thing.name = "textured"
    return thing


def lettered(folder: Path) -> None:
    """A letter of a font that is sent along, so large that it fills the picture."""
    folder.mkdir()
    fonts = Path(bpy.utils.resource_path("LOCAL")) / "datafiles" / "fonts"
    font = folder / "mono.woff2"
    shutil.copy(next(path for path in fonts.iterdir() if "Mono" in path.name), font)
    curve = bpy.data.curves.new("letter", "FONT")
    curve.body, curve.size, curve.font = "\N{FULL BLOCK}", 20, bpy.data.fonts.load(str(font))
    curve.materials.append(glowing(BLUE))
    shown(curve, at=(PLACES["text"] - 6, -6, 0))


def driven(scene) -> None:
    """One sheet moves by an expression that Blender evaluates itself, one by Python, at frame 5."""
    simple, programmed = (sheet(glowing(colour)) for colour in (GREEN, RED))
    simple.name, programmed.name = "moved simply", "moved by Python"
    for thing, expression in (
        (simple, f"{PLACES['driven']} if frame > 4 else {PLACES['driven'] + 8}"),
        (programmed, f"[{PLACES['programmed'] + 8}, {PLACES['programmed']}][int(frame > 4)]"),
    ):
        curve = thing.driver_add("location", 0)
        curve.driver.type, curve.driver.expression = "SCRIPTED", expression
        curve.driver.expression = expression
    scene.frame_set(1)


def stand_camera(scene, name: str, x: float) -> None:
    lens = bpy.data.cameras.new(name)
    lens.type, lens.ortho_scale = "ORTHO", 2.0
    thing = bpy.data.objects.new(name, lens)
    thing.location = (x, 0, 5)
    scene.collection.objects.link(thing)


def second_scene() -> None:
    scene = bpy.data.scenes.new("Other")
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 1
    scene.render.resolution_x, scene.render.resolution_y = 32, 16
    scene.view_settings.view_transform = "Standard"
    stand_camera(scene, "other", 0)
    scene.camera = bpy.data.objects["other"]
    thing = bpy.data.objects.new("white", bpy.data.objects["textured"].data.copy())
    thing.data.materials.clear()
    thing.data.materials.append(glowing(WHITE))
    scene.collection.objects.link(thing)


def alembic_cache(folder: Path) -> None:
    """A sheet that lies out of sight until its cache brings it in."""
    (folder / "caches").mkdir()
    empty_scene()
    sheet(glowing(RED))
    bpy.ops.wm.alembic_export(filepath=str(folder / "caches" / "moved.abc"), end=1)
    empty_scene()
    bpy.ops.cachefile.open(filepath=str(folder / "caches" / "moved.abc"))
    thing = sheet(glowing(RED))
    for corner in thing.data.vertices:
        corner.co.x += 100
    modifier = thing.modifiers.new("cache", "MESH_SEQUENCE_CACHE")
    modifier.cache_file, modifier.object_path = bpy.data.cache_files[0], "/sheet/sheet"
    saved_with_relative_paths(folder)
