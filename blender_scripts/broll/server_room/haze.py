"""Haze without a volume: what is farther away takes on the colour of the air."""

from dataclasses import dataclass

import bpy

from blender_scripts.broll.formula import Formula
from blender_scripts.broll.palette import Rgb


@dataclass(frozen=True)
class Haze:
    """The air of a scene.

    Attributes:
        color: What things fade into, as light.
        near: How far away it begins, in units of the scene.
        far: From where on there is nothing but haze: what lies there may appear and vanish unseen.
    """

    color: Rgb
    near: float
    far: float

    def over(self, material: bpy.types.Material) -> bpy.types.Material:
        """Put the haze before a material that is complete otherwise; returns that material."""
        tree = material.node_tree
        (out,) = (node for node in tree.nodes if node.bl_idname == "ShaderNodeOutputMaterial")
        seen = out.inputs["Surface"].links[0].from_socket
        formula = Formula(tree)
        distance = formula.node("ShaderNodeCameraData", "View Distance")
        share = formula.smooth(distance, self.near, self.far)
        veiled = formula.veiled(share, seen, formula.light(self.color))
        tree.links.new(veiled, out.inputs["Surface"])
        return material
