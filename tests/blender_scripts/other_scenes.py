"""Make scenes of other formats than Blender's own. Run inside Blender by the tests."""

from pathlib import Path

import bpy

from blender_scripts.blender_version import new_node_tree
from tests.blender_scripts.attack_stage import empty_scene, sheet
from tests.blender_scripts.shot_scenes import RED


def gltf(folder: Path) -> None:
    """A red sheet that is gone at frame 6, a camera, and no light."""
    _leaving()
    bpy.ops.export_scene.gltf(filepath=str(folder / "shot.glb"), export_cameras=True, export_format="GLB")


def usd(folder: Path) -> None:
    """The same; its motion is read from the file as it is shown."""
    _leaving()
    bpy.ops.wm.usd_export(filepath=str(folder / "shot.usdc"), export_animation=True)


def gltf_without_a_camera(folder: Path) -> None:
    _leaving()
    bpy.ops.export_scene.gltf(filepath=str(folder / "shot.glb"), export_cameras=False, export_format="GLB")


def _leaving() -> None:
    scene = empty_scene()
    scene.frame_start, scene.frame_end = 1, 8
    scene.camera.data.type, scene.camera.data.lens = "PERSP", 100
    thing = sheet(_painted())
    for frame, x in ((1, 0), (4, 0), (5, 50), (8, 50)):
        thing.location.x = x
        thing.keyframe_insert("location", frame=frame)
    scene.frame_set(1)


def _painted() -> bpy.types.Material:
    """Return a red material of the only kind that every exporter knows."""
    material = bpy.data.materials.new("paint")
    tree = new_node_tree(material)
    surface, out = (tree.nodes.new(f"ShaderNode{kind}") for kind in ("BsdfPrincipled", "OutputMaterial"))
    surface.inputs["Base Color"].default_value = RED
    tree.links.new(surface.outputs["BSDF"], out.inputs["Surface"])
    return material
