"""Make small shots, as studios have them. Run inside Blender by the tests.

A camera looks straight down on a sheet that fills its picture, so that a frame's colour tells what was rendered.
"""

import math
import shutil
from pathlib import Path

import bpy

from blender_scripts.blender_version import new_node_tree
from tests.blender_scripts.attack_stage import compositor, empty_scene, glowing, green_picture, sheet, shown

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


def missing_texture(folder: Path) -> None:
    empty_scene()
    textured(folder / "textures" / "wood.png")
    saved_with_relative_paths(folder)
    (folder / "textures" / "wood.png").unlink()


def missing_library(folder: Path) -> None:
    library(folder / "library" / "lamp.blend")
    empty_scene()
    link(folder / "library" / "lamp.blend")
    saved_with_relative_paths(folder)
    (folder / "library" / "lamp.blend").unlink()


def missing_in_library(folder: Path) -> None:
    library(folder / "library" / "lamp.blend")
    empty_scene()
    link(folder / "library" / "lamp.blend")
    saved_with_relative_paths(folder)
    empty_scene()
    save(folder / "library", "lamp.blend")


def missing_font(folder: Path) -> None:
    empty_scene()
    lettered(folder / "fonts")
    saved_with_relative_paths(folder)
    (folder / "fonts" / "mono.woff2").unlink()


def missing_cache(folder: Path) -> None:
    alembic_cache(folder)
    (folder / "caches" / "moved.abc").unlink()


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


def no_camera(folder: Path) -> None:
    scene = empty_scene()
    sheet(glowing(RED))
    scene.camera = None
    save(folder)


def range_below_zero(folder: Path) -> None:
    scene = empty_scene()
    sheet(glowing(RED))
    scene.frame_start, scene.frame_end = 0, 4
    bpy.context.preferences.edit.use_negative_frames = True
    scene.frame_preview_start = -4
    scene.frame_set(-4)
    save(folder)


def steps(folder: Path) -> None:
    scene = empty_scene()
    sheet(glowing(RED))
    scene.frame_start, scene.frame_end, scene.frame_step = 0, 9, 4
    save(folder)


def packed_by_zstandard(folder: Path) -> None:
    empty_scene()
    sheet(glowing(RED))
    save(folder, compress=True)


def cut_short(folder: Path) -> None:
    packed_by_zstandard(folder)
    blend = folder / "shot.blend"
    blend.write_bytes(blend.read_bytes()[: blend.stat().st_size // 2])


def plain_cut_short(folder: Path) -> None:
    empty_scene()
    sheet(glowing(RED))
    save(folder)
    blend = folder / "shot.blend"
    blend.write_bytes(blend.read_bytes()[: blend.stat().st_size // 2])


def no_blend(folder: Path) -> None:
    (folder / "shot.blend").write_bytes(b"BLENDER, said the file, and it was none\n" * 40)


def tiny_percentage(folder: Path) -> None:
    scene = empty_scene()
    sheet(glowing(RED))
    scene.render.resolution_percentage = 1
    save(folder)


def film(folder: Path) -> None:
    """What a scene for an edited film says of its output: a video, and all the ways to write another picture."""
    scene = empty_scene()
    sheet(glowing(RED))
    render = scene.render
    if "media_type" in render.image_settings.bl_rna.properties:
        render.image_settings.media_type = "VIDEO"
    render.image_settings.file_format = "FFMPEG"
    render.filepath = str(folder / "elsewhere" / "film.mp4")
    render.use_overwrite, render.use_placeholder, render.use_file_extension = False, True, True
    render.use_border = render.use_crop_to_border = True
    render.border_min_x, render.border_max_x = 0.25, 0.5
    render.use_multiview, render.use_stamp = True, True
    render.resolution_percentage = 50
    editor = scene.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    try:
        strips.new_effect("colour", "COLOR", 1, 1, length=100)
    except TypeError:
        strips.new_effect("colour", "COLOR", 1, 1, frame_end=100)
    save(folder)


def composited(folder: Path) -> None:
    """A compositor that swaps red for cyan, and writes a file of its own as well."""
    scene = empty_scene()
    sheet(glowing(RED))
    tree = compositor(scene)
    tree.nodes.clear()
    layers, invert = (tree.nodes.new(f"CompositorNode{kind}") for kind in ("RLayers", "Invert"))
    out = tree.nodes.new(
        "NodeGroupOutput" if hasattr(scene, "compositing_node_group") else "CompositorNodeComposite"
    )
    tree.links.new(layers.outputs["Image"], invert.inputs["Color"])
    tree.links.new(invert.outputs["Color"], out.inputs[0])
    written = tree.nodes.new("CompositorNodeOutputFile")
    if hasattr(written, "base_path"):
        written.base_path = str(folder / "elsewhere")
    else:
        written.directory, written.file_name = str(folder / "elsewhere"), "picture"
        written.format.media_type = "IMAGE"
        written.file_output_items.new("RGBA", "Image")
    tree.links.new(layers.outputs["Image"], written.inputs[0])
    save(folder)


def cut_out(folder: Path) -> None:
    """A transparent film, half covered."""
    scene = empty_scene()
    sheet(glowing(RED), at=(2, 0, 0))
    scene.render.film_transparent = True
    save(folder)


def turned(folder: Path) -> None:
    """Another engine than Cycles."""
    scene = empty_scene()
    sheet(glowing(RED))
    scene.render.engine = "BLENDER_WORKBENCH"
    save(folder)


def simulated(folder: Path) -> None:
    """A cloth that falls, unbaked; one whose cache lies beside the file; and a rigid body, unbaked."""
    scene = empty_scene()
    scene.frame_start, scene.frame_end = 1, 10
    for name, on_disk in (("unbaked", False), ("baked", True)):
        thing = sheet(glowing(RED), at=(0, 0, math.pi))
        thing.name = name
        cloth = thing.modifiers.new("cloth", "CLOTH")
        cloth.point_cache.frame_end = 6
        cloth.point_cache.name = name
        cloth.point_cache.use_disk_cache = on_disk
    save(folder)
    thing = bpy.data.objects["baked"]
    with bpy.context.temp_override(object=thing, point_cache=thing.modifiers["cloth"].point_cache):
        bpy.ops.ptcache.bake(bake=True)
    save(folder)


def lit_by_programs(folder: Path) -> None:
    """Open Shading Language, and a text that registers itself."""
    scene = empty_scene()
    sheet(glowing(RED))
    scene.cycles.shading_system = True
    text = bpy.data.texts.new("rig_ui.py")
    text.write("import bpy\n")
    text.use_module = True
    world = bpy.data.worlds[0]
    new_node_tree(world)
    save(folder)
