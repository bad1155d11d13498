"""Soft lights in the far distance, part of the background: what a haze would do, at no cost."""

import math
from collections.abc import Sequence

from blender_scripts.broll.formula import Formula
from blender_scripts.broll.palette import Rgb
from blender_scripts.broll.stage import Stage


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
    formula = Formula(tree)
    way = tuple(part / math.hypot(*towards) for part in towards)
    seen = formula.node("ShaderNodeTexCoord", "Generated")
    near = formula.vector("DOT_PRODUCT", seen, way, out="Value")
    angle = formula.math("ARCCOSINE", formula.math("MINIMUM", near, 1.0))
    outwards = formula.math("MINIMUM", formula.math("DIVIDE", angle, math.radians(degrees)), 1.0)
    inwards = formula.math("SUBTRACT", 1.0, outwards)
    light = formula.product(inwards, formula.smooth(inwards, 0.0, 1.0))
    tree.links.new(formula.vector("MULTIPLY_ADD", light, tint, before), background.inputs["Color"])
