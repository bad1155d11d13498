"""Soft lights in the far distance, part of the background: what a haze would do, at no cost."""

import math
from collections.abc import Sequence

from blender_scripts.broll.palette import Rgb
from blender_scripts.broll.stage import Stage
from blender_scripts.broll.sums import Formula


def add_distant_glow(stage: Stage, towards: Sequence[float], degrees: float, tint: Rgb) -> None:
    """Add a round soft light to the background that `set_background` made.

    Args:
        stage: Where.
        towards: The way from the camera to its middle.
        degrees: How far from its middle nothing is left of it.
        tint: Its light in the middle.
    """
    tree = stage.scene.world.node_tree
    background = next(node for node in tree.nodes if node.type == "BACKGROUND")
    before = background.inputs["Color"].links[0].from_socket
    sums = Formula(tree)
    near = tree.nodes.new("ShaderNodeVectorMath")
    near.operation = "DOT_PRODUCT"
    tree.links.new(tree.nodes.new("ShaderNodeTexCoord").outputs["Generated"], near.inputs[0])
    near.inputs[1].default_value = [part / math.hypot(*towards) for part in towards]
    angle = sums.of("ARCCOSINE", sums.of("MINIMUM", near.outputs["Value"], 1.0))
    inwards = sums.of(
        "SUBTRACT", 1.0, sums.of("MINIMUM", sums.of("DIVIDE", angle, math.radians(degrees)), 1.0)
    )
    added = tree.nodes.new("ShaderNodeVectorMath")
    added.operation = "MULTIPLY_ADD"
    added.inputs[1].default_value = tint
    light = sums.product(inwards, sums.smooth(inwards, 0.0, 1.0))
    for source, socket in ((light, added.inputs[0]), (before, added.inputs[2])):
        tree.links.new(source, socket)
    tree.links.new(added.outputs["Vector"], background.inputs["Color"])
