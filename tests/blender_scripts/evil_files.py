"""Make one .blend for each attack by the path of a file. Run inside Blender by the tests."""

import struct
from pathlib import Path

import bpy

from blender_scripts.blender_version import strips_of
from tests.blender_scripts.attack_stage import BLUE, Stage, empty_scene, glowing, green_picture, sheet, shown


def picture(stage: Stage) -> None:
    empty_scene()
    sheet(glowing(image=bpy.data.images.load(str(stage.ours / "secret.png"))))


def picture_by_dots(stage: Stage) -> None:
    empty_scene()
    _picture_at(stage, "//../ours/secret.png")


def picture_by_backslashes(stage: Stage) -> None:
    empty_scene()
    _picture_at(stage, "//..\\ours\\secret.png")


def picture_by_link(stage: Stage) -> None:
    empty_scene()
    (stage.sent / "harmless.png").symlink_to(stage.ours / "secret.png")
    _picture_at(stage, "//harmless.png")


def picture_of_tiles(stage: Stage) -> None:
    empty_scene()
    (stage.sent / "tile.1001.png").symlink_to(stage.ours / "secret.png")
    _picture_at(stage, "//tile.1001.png").source = "TILED"
    bpy.data.images[0].filepath_raw = "//tile.<UDIM>.png"


def _picture_at(stage: Stage, path: str) -> bpy.types.Image:
    image = bpy.data.images.load(str(stage.ours / "secret.png"))
    image.filepath_raw = path
    sheet(glowing(image=image))
    return image


def library(stage: Stage) -> None:
    empty_scene()
    sheet(glowing()).name = "secret"
    _link_library(stage.ours / "secret.blend")


def _link_library(path: Path) -> None:
    """Save what is open as a library and make a scene that links its object called secret."""
    path.parent.mkdir(exist_ok=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=False, relative_remap=False)
    scene = empty_scene()
    with bpy.data.libraries.load(str(path), link=True) as (_, wanted):
        wanted.objects = ["secret"]
    scene.collection.objects.link(wanted.objects[0])


def mesh_cache(stage: Stage) -> None:
    """The sheet lies out of sight until the cache brings it in."""
    empty_scene()
    sheet(glowing(), at=(0, 0, 0))
    thing = bpy.data.objects["sheet"]
    for corner in thing.data.vertices:
        corner.co.x += 100
    points = [(-2, -2, 0), (2, -2, 0), (2, 2, 0), (-2, 2, 0)]
    head = struct.pack("<12siiffi", b"POINTCACHE2\0", 1, 4, 0.0, 1.0, 2)
    body = b"".join(struct.pack("<3f", *point) for point in points)
    (stage.ours / "secret.pc2").write_bytes(head + body * 2)
    modifier = thing.modifiers.new("cache", "MESH_CACHE")
    modifier.cache_format = "PC2"
    modifier.filepath = str(stage.ours / "secret.pc2")


def alembic_cache(stage: Stage) -> None:
    _cache(stage, "secret.abc", lambda path: bpy.ops.wm.alembic_export(filepath=path, end=1))


def usd_cache(stage: Stage) -> None:
    _cache(stage, "secret.usda", lambda path: bpy.ops.wm.usd_export(filepath=path))


def usd_cache_that_refers(stage: Stage) -> None:
    """The cache itself was sent; what it refers to was not."""
    usd_cache(stage)
    layer = "#usda 1.0\n(subLayers = [@../ours/secret.usda@])\n"
    (stage.sent / "harmless.usda").write_text(layer)
    bpy.data.cache_files[0].filepath = "//harmless.usda"


def _cache(stage: Stage, name: str, export) -> None:
    empty_scene()
    sheet(glowing())
    export(str(stage.ours / name))
    empty_scene()
    bpy.ops.cachefile.open(filepath=str(stage.ours / name))
    thing = sheet(glowing())
    for corner in thing.data.vertices:
        corner.co.x += 100
    modifier = thing.modifiers.new("cache", "MESH_SEQUENCE_CACHE")
    modifier.cache_file = bpy.data.cache_files[0]
    separator = "/root" if name.endswith("usda") else ""
    modifier.object_path = f"{separator}/sheet/sheet"


def volume(stage: Stage) -> None:
    empty_scene()
    (stage.ours / "secret.vdb").write_bytes(b"no volume, but read all the same")
    cloud = bpy.data.volumes.new("cloud")
    cloud.filepath = str(stage.ours / "secret.vdb")
    cloud.materials.append(glowing())
    shown(cloud)


def image_strip(stage: Stage) -> None:
    strips_of(empty_scene().sequence_editor_create()).new_image(
        "strip", str(stage.ours / "secret.png"), 1, 1
    ).frame_final_duration = 100


def image_strip_in_a_meta(stage: Stage) -> None:
    strips = strips_of(empty_scene().sequence_editor_create())
    meta = strips.new_meta("meta", 1, 1)
    strips_of(meta).new_image("strip", str(stage.ours / "secret.png"), 1, 1).frame_final_duration = 100
    meta.frame_final_duration = 100


def film_that_is_a_playlist(stage: Stage) -> None:
    """The film was sent; it is a list of files of ours."""
    empty_scene()
    image = _picture_at(stage, "//film.m3u8")
    image.source = "MOVIE"
    (stage.ours / "secret.ts").write_bytes(b"no film, but read all the same")
    lines = (
        "#EXTM3U",
        "#EXT-X-TARGETDURATION:1",
        "#EXTINF:1,",
        str(stage.ours / "secret.ts"),
        "#EXT-X-ENDLIST",
    )
    (stage.sent / "film.m3u8").write_text("\n".join(lines))


def font(stage: Stage) -> None:
    empty_scene()
    (stage.ours / "secret.ttf").write_bytes(b"no font, but read all the same")
    words = bpy.data.curves.new("words", "FONT")
    words.body = "text"
    shown(words)
    path = bpy.utils.resource_path("LOCAL") + "/datafiles/fonts/Inter.woff2"
    words.font = bpy.data.fonts.load(path)
    words.font.filepath = str(stage.ours / "secret.ttf")


def lamp_profile(stage: Stage) -> None:
    empty_scene()
    (stage.ours / "secret.ies").write_text("IESNA:LM-63-1995\n")
    material = glowing()
    sheet(material)
    node = material.node_tree.nodes.new("ShaderNodeTexIES")
    node.mode, node.filepath = "EXTERNAL", str(stage.ours / "secret.ies")
    light = material.node_tree.nodes["Emission"]
    light.inputs["Color"].default_value = BLUE
    material.node_tree.links.new(node.outputs["Fac"], light.inputs["Strength"])


def disk_cache(stage: Stage) -> None:
    empty_scene()
    thing = sheet(glowing(BLUE))
    thing.modifiers.new("cloth", "CLOTH")
    cache = thing.modifiers["cloth"].point_cache
    cache.use_external, cache.filepath, cache.name = True, str(stage.ours), "secret"
    (stage.ours / "secret_000005_00.bphys").write_bytes(b"BPHYSICS")


def fluid_cache(stage: Stage) -> None:
    empty_scene()
    corners = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
    sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    box = bpy.data.meshes.new("fluid")
    box.from_pydata(corners, [], sides)
    fluid = shown(box).modifiers.new("fluid", "FLUID")
    fluid.fluid_type = "DOMAIN"
    fluid.domain_settings.resolution_max = 6
    fluid.domain_settings.cache_directory = str(stage.canary)


def sheet_inside(stage: Stage) -> None:
    """No attack: a picture that was sent, drivers without Python, an animated camera."""
    scene = empty_scene()
    green_picture(stage.sent / "mine.png")
    thing = sheet(glowing(image=bpy.data.images.load(str(stage.sent / "mine.png"))))
    bpy.data.images[0].filepath_raw = "//mine.png"
    simple = thing.driver_add("location", 2).driver
    simple.type, simple.expression = "SCRIPTED", "frame / 10"
    summed = thing.driver_add("location", 0).driver
    summed.type = "SUM"
    scene.camera.location.x = 0
    scene.camera.keyframe_insert("location", index=0, frame=1)
    scene.camera.location.x = 0.5
    scene.camera.keyframe_insert("location", index=0, frame=5)


def picture_of_a_library(stage: Stage) -> None:
    """The library was sent; its picture was not, and its path starts from the library."""
    empty_scene()
    _picture_at(stage, "//../../ours/secret.png")
    bpy.data.objects["sheet"].name = "secret"
    _link_library(stage.sent / "linked" / "mine.blend")
    bpy.data.libraries[0].filepath = "//linked/mine.blend"


def clip_and_sound(stage: Stage) -> None:
    empty_scene()
    (stage.ours / "secret.wav").write_bytes(b"no sound, but read all the same")
    bpy.data.sounds.load(str(stage.ours / "secret.wav")).use_fake_user = True
    bpy.data.movieclips.load(str(stage.ours / "secret.png")).use_fake_user = True


def baked_nodes(stage: Stage) -> None:
    empty_scene()
    modifier = sheet(glowing(BLUE)).modifiers.new("nodes", "NODES")
    modifier.bake_directory = str(stage.ours)


def scene_strip(stage: Stage) -> None:
    scene = empty_scene()
    other = bpy.data.scenes.new("other")
    other.render.filepath = str(stage.canary / "picture")
    strips_of(scene.sequence_editor_create()).new_scene("strip", other, 1, 1)


def library_inside(stage: Stage) -> None:
    """No attack: a library that was sent."""
    library(stage)
    (stage.ours / "secret.blend").rename(stage.sent / "mine.blend")
    bpy.data.libraries[0].filepath = "//mine.blend"


def packed_picture(stage: Stage) -> None:
    """No attack: a picture that is in the file, and says where it once came from."""
    picture(stage)
    bpy.data.images[0].pack()


def lamp_inside(stage: Stage) -> None:
    """No attack: a lamp's light distribution is a text, but no program."""
    sheet_inside(stage)
    text = bpy.data.texts.new("lamp.ies")
    text.write("IESNA:LM-63-1995\n")
    node = bpy.data.materials[0].node_tree.nodes.new("ShaderNodeTexIES")
    node.mode, node.ies = "INTERNAL", text


def linked_cache(stage: Stage) -> None:
    """Blender's own folder for caches was sent as a link."""
    empty_scene()
    (stage.sent / "blendcache_scene").symlink_to(stage.canary)
    sheet(glowing(BLUE)).modifiers.new("cloth", "CLOTH").point_cache.use_disk_cache = True
