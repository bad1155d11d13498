"""Materials: what shines, and what only reflects."""

import bpy

from blender_scripts.blender_version import new_node_tree
from blender_scripts.broll.formula import Formula
from blender_scripts.broll.palette import Rgb


def glowing(name: str, color: Rgb, strength: float = 1.0, *, is_lamp: bool = False) -> bpy.types.Material:
    """Return a material that shines: at a strength of about 1 it looks like its colour, above 4 like light.

    It lights what is round it only if `is_lamp`: many small ones cost time and give noise, and a few lamps
    beside them light a scene as well.
    """
    material, formula = blank(name)
    formula.finish(formula.light(color, strength))
    if is_lamp:
        material.cycles.emission_sampling = "AUTO"
    return material


def solid(name: str, color: Rgb, roughness: float = 0.45, metallic: float = 0.0) -> bpy.types.Material:
    """Return a material that shines by no light of its own."""
    material, formula = blank(name)
    looks = {"Base Color": color, "Roughness": roughness, "Metallic": metallic}
    formula.finish(formula.node("ShaderNodeBsdfPrincipled", "BSDF", **looks))
    return material


def blank(name: str) -> tuple[bpy.types.Material, Formula]:
    """Return a material that lights nothing round it, and the formula that is to say how it looks."""
    material = bpy.data.materials.new(name)
    material.cycles.emission_sampling = "NONE"
    return material, Formula(new_node_tree(material))
