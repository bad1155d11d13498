"""Haze without a volume: what is farther away takes on the colour of the air."""

from dataclasses import dataclass

import bpy

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
        air = tree.nodes.new("ShaderNodeEmission")
        air.inputs["Color"].default_value = (*self.color, 1.0)
        mix = tree.nodes.new("ShaderNodeMixShader")
        tree.links.new(self.share(tree), mix.inputs[0])
        tree.links.new(seen, mix.inputs[1])
        tree.links.new(air.outputs[0], mix.inputs[2])
        tree.links.new(mix.outputs[0], out.inputs["Surface"])
        material.cycles.emission_sampling = "NONE"
        return material

    def share(self, tree: bpy.types.NodeTree) -> bpy.types.NodeSocket:
        """Return how much of what is seen is haze: 0 up to `near`, 1 from `far` on."""
        depth = tree.nodes.new("ShaderNodeCameraData")
        share = tree.nodes.new("ShaderNodeMapRange")
        share.interpolation_type = "SMOOTHSTEP"
        share.inputs["From Min"].default_value, share.inputs["From Max"].default_value = self.near, self.far
        tree.links.new(depth.outputs["View Distance"], share.inputs["Value"])
        return share.outputs["Result"]
