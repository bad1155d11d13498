"""Make small shots with something odd about them, or missing. Run inside Blender by the tests."""

import shutil
from pathlib import Path

import bpy

from tests.blender_scripts.attack_stage import (
    compositor,
    empty_scene,
    glowing,
    green_picture,
    program,
    sheet,
    shown,
)
from tests.blender_scripts.shot_scenes import (
    RED,
    alembic_cache,
    lettered,
    library,
    link,
    save,
    saved_with_relative_paths,
    textured,
)


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


def in_folders(folder: Path) -> None:
    """A library with a texture, all above the shot; missing are pictures that nothing renders."""
    (folder / "assets").mkdir()
    empty_scene()
    textured(folder / "assets" / "textures" / "green.png").name = "linked"
    saved_with_relative_paths(folder / "assets")
    scene = empty_scene()
    link(folder / "assets" / "shot.blend").location.x = 0
    kept, behind, beside = (bpy.data.images.load(str(green_picture(folder / f"{n}.png"))) for n in "abc")
    kept.use_fake_user = True
    scene.camera.data.background_images.new().image = behind
    pinned = bpy.data.objects.new("pinned", None)
    pinned.empty_display_type, pinned.data = "IMAGE", beside
    scene.collection.objects.link(pinned)
    hidden = shown(bpy.data.cameras.new("hidden"), at=(50, 0, 5))
    hidden.hide_render = True
    scene.timeline_markers.new("shown", frame=1).camera = scene.camera
    scene.timeline_markers.new("hidden", frame=2).camera = hidden
    (folder / "scenes").mkdir()
    saved_with_relative_paths(folder / "scenes")
    for picture in folder.glob("*.png"):
        picture.unlink()


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
    """What a scene of a film says of its output: a video, and all ways to write another picture."""
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
    render.resolution_percentage, render.pixel_aspect_x = 50, 1.5
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


def falling(folder: Path) -> None:
    """A cloth that falls sideways and is out of sight at frame 6, or at 5 without the frames before."""
    _falling()
    save(folder)


def falling_unseen(folder: Path) -> None:
    """The same, switched off for whoever works on the file, and finer in the render."""
    thing = _falling()
    finer = thing.modifiers.new("finer", "SUBSURF")
    finer.subdivision_type, finer.levels, finer.render_levels = "SIMPLE", 0, 1
    thing.modifiers.move(1, 0)
    thing.modifiers["cloth"].show_viewport = False
    thing.hide_viewport = True
    save(folder)


def falling_by_its_cache(folder: Path) -> None:
    """The same, baked into files beside the .blend."""
    thing = _falling()
    cache = thing.modifiers["cloth"].point_cache
    save(folder)
    cache.use_disk_cache = True  # which Blender takes back unless there is a file to lie beside
    with bpy.context.temp_override(object=thing, point_cache=cache):
        bpy.ops.ptcache.bake(bake=True)
    save(folder)


def falling_without_its_cache(folder: Path) -> None:
    falling_by_its_cache(folder)
    shutil.rmtree(folder / "blendcache_shot")


def _falling() -> bpy.types.Object:
    scene = empty_scene()
    scene.frame_start, scene.frame_end = 1, 8
    scene.gravity = (200, 0, 0)
    thing = sheet(glowing(RED))
    cache = thing.modifiers.new("cloth", "CLOTH").point_cache
    cache.frame_start, cache.frame_end, cache.name = 1, 8, "fall"
    thing.modifiers[0].name = "cloth"
    return thing


def lit_by_programs(folder: Path) -> None:
    """Open Shading Language, and a text that registers itself."""
    scene = empty_scene()
    sheet(glowing(RED))
    scene.cycles.shading_system = True
    program("rig_ui.py", "import bpy", registered=True)
    save(folder)
