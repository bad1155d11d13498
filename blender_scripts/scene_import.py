"""A whole scene of another format into an empty file: with its cameras, lights and motion."""

from collections.abc import Iterator
from pathlib import Path

import bpy

from blender_scripts.blender_version import new_node_tree, run_operator
from blender_scripts.failure import BadInput, one_line
from blender_scripts.findings import Finding
from blender_scripts.gpu_trouble import is_out_of_memory
from blender_scripts.usd_motion import key_motion

FORMATS = {"gltf": "glTF", "usd": "USD"}
_SAMPLES = 128
_FLOOR = 1.0  # strength of a light from everywhere


def import_scene(path: Path, form: str) -> list[Finding]:
    """Fill a new file from a glTF or USD, to be rendered by Cycles; returns what had to be made up.

    Args:
        path: The main file; what it refers to lies where it says.
        form: gltf or usd.

    Raises:
        BadInput: Blender cannot read it.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    try:
        _import_usd(path) if form == "usd" else _import_gltf(path)
    except RuntimeError as error:
        if is_out_of_memory(error):
            raise
        found = one_line(error).replace(str(path), path.name)
        raise BadInput(f"{path.name}: expected a readable {FORMATS[form]} file, found: {found}") from error
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising = _SAMPLES, True
    key_motion(scene)
    _set_range(scene)
    return [*_choose_camera(scene), *_see_that_there_is_light(scene)]


def _import_gltf(path: Path) -> None:
    run_operator(bpy.ops.import_scene.gltf, filepath=str(path), import_pack_images=True)


def _import_usd(path: Path) -> None:
    run_operator(
        bpy.ops.wm.usd_import,
        filepath=str(path),
        support_scene_instancing=True,
        import_textures_mode="IMPORT_PACK",
        apply_unit_conversion_scale=True,
        set_frame_range=True,
        validate_meshes=True,
    )


def _set_range(scene: bpy.types.Scene) -> None:
    """Let the scene last as long as its motion; one that stands still has one frame."""
    ends = [tuple(action.frame_range) for action in bpy.data.actions]
    scene.frame_start = max(0, round(min((first for first, _ in ends), default=1)))
    scene.frame_end = max(scene.frame_start, round(max((last for _, last in ends), default=1)))


def _choose_camera(scene: bpy.types.Scene) -> Iterator[Finding]:
    cameras = sorted((thing for thing in scene.objects if thing.type == "CAMERA"), key=lambda one: one.name)
    if scene.camera is None and cameras:
        scene.camera = cameras[0]
    if scene.camera is None:
        yield Finding(
            "error",
            "no-camera",
            scene.name,
            "camera: expected one in the scene, found none; export it with a camera, or use render-still or "
            "render-turntable, which bring their own",
        )
    elif len(cameras) > 1:
        names = ", ".join(one.name for one in cameras[:20])
        yield Finding(
            "warning",
            "camera-chosen",
            scene.name,
            f"camera: {scene.camera.name} is taken of {names}; name another if you want it",
        )


def _see_that_there_is_light(scene: bpy.types.Scene) -> Iterator[Finding]:
    if any(thing.type == "LIGHT" for thing in scene.objects) or _world_shines(scene.world):
        return
    scene.world = bpy.data.worlds.new("plain light")
    tree = new_node_tree(scene.world)
    light, out = (tree.nodes.new(f"ShaderNode{kind}") for kind in ("Background", "OutputWorld"))
    light.inputs["Color"].default_value = (1, 1, 1, 1)
    light.inputs["Strength"].default_value = _FLOOR
    tree.links.new(light.outputs["Background"], out.inputs["Surface"])
    yield Finding(
        "warning",
        "no-light",
        scene.name,
        "light: expected some in the scene, found none; it is lit evenly from all around",
    )


def _world_shines(world: bpy.types.World | None) -> bool:
    """Tell whether light comes from around, such as from a dome of USD's."""
    return (
        world is not None
        and world.node_tree is not None
        and any(node.bl_idname == "ShaderNodeTexEnvironment" for node in world.node_tree.nodes)
    )
