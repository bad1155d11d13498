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
    material = bpy.data.materials.new(name)
    tree = new_node_tree(material)
    light = tree.nodes.new("ShaderNodeEmission")
    light.inputs["Color"].default_value = (*color, 1.0)
    light.inputs["Strength"].default_value = strength
    tree.links.new(light.outputs[0], tree.nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    material.cycles.emission_sampling = "AUTO" if is_lamp else "NONE"
    return material


def solid(name: str, color: Rgb, roughness: float = 0.45, metallic: float = 0.0) -> bpy.types.Material:
    """Return a material that shines by no light of its own."""
    material = bpy.data.materials.new(name)
    tree = new_node_tree(material)
    surface = tree.nodes.new("ShaderNodeBsdfPrincipled")
    surface.inputs["Base Color"].default_value = (*color, 1.0)
    surface.inputs["Roughness"].default_value = roughness
    surface.inputs["Metallic"].default_value = metallic
    tree.links.new(surface.outputs[0], tree.nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    return material


def unlit(name: str) -> tuple[bpy.types.Material, Formula]:
    """Return a material that lights nothing round it, and the formula that is to say how it looks."""
    material = bpy.data.materials.new(name)
    material.cycles.emission_sampling = "NONE"
    return material, Formula(new_node_tree(material))
