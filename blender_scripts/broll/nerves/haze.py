"""Haze: what is behind everything, and what everything far fades into."""

from dataclasses import dataclass

import bpy

from blender_scripts.blender_version import new_node_tree
from blender_scripts.broll.formula import Formula
from blender_scripts.broll.palette import Rgb
from blender_scripts.broll.stage import Stage

CONTRAST = 5.0  # noise is seldom far from 0.5


@dataclass(frozen=True)
class Patch:
    """A soft patch of light in the haze.

    Attributes:
        towards: Where it is seen, a direction of length 1.
        color: Of its middle.
        width: The larger, the softer: the share of the way round at which it has faded.
    """

    towards: tuple[float, float, float]
    color: Rgb
    width: float


@dataclass(frozen=True)
class Haze:
    """A dark colour with patches of light, and clouds in them.

    Attributes:
        base: The colour where there is no patch.
        patches: They add up.
        clouds: How much the light of the patches varies, from 0 (not at all) to 1.
        grain: How small the clouds are.
        offset: Another one is another sky.
    """

    base: Rgb
    patches: tuple[Patch, ...]
    clouds: float = 0.6
    grain: float = 2.2
    offset: float = 0.0

    def seen(self, formula: Formula, direction: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
        """Return its colour in a direction of length 1."""
        moved = formula.vector("ADD", direction, (self.offset, self.offset * 0.7, -self.offset))
        noise = formula.node("ShaderNodeTexNoise", "Fac", Vector=moved, Scale=self.grain, Detail=1.0)
        swing = formula.product(CONTRAST * self.clouds, formula.sum(noise, -0.5))
        cloud = formula.math("MAXIMUM", formula.sum(1.0, swing), 0.1)
        light = None
        for patch in self.patches:
            near = formula.vector("DOT_PRODUCT", direction, patch.towards, out="Value")
            share = formula.math("EXPONENT", formula.product(formula.sum(near, -1.0), 1 / patch.width))
            piece = formula.scaled(patch.color, share)
            light = piece if light is None else formula.vector("ADD", light, piece)
        return formula.vector("ADD", formula.scaled(light, cloud), self.base)


def fill_with(stage: Stage, haze: Haze) -> None:
    """Have haze behind everything."""
    world = bpy.data.worlds.new("haze")
    stage.scene.world = world
    world.cycles.sampling_method = "NONE"  # dim and smooth: cheaper met by chance than sought
    formula = Formula(new_node_tree(world))
    seen = haze.seen(formula, formula.node("ShaderNodeTexCoord", "Generated"))
    formula.finish(formula.node("ShaderNodeBackground", "Background", Color=seen), "ShaderNodeOutputWorld")


def faded(
    formula: Formula, haze: Haze, surface: bpy.types.NodeSocket, near: float, depth: float
) -> bpy.types.NodeSocket:
    """Return a shader that is all surface up to a distance and two thirds haze so far behind it."""
    distance = formula.node("ShaderNodeCameraData", "View Z Depth")
    beyond = formula.math("MAXIMUM", formula.sum(distance, -near), 0.0)
    clear = formula.math("EXPONENT", formula.product(beyond, -1 / depth))
    towards = formula.scaled(formula.node("ShaderNodeNewGeometry", "Incoming"), -1.0)
    return formula.veiled(clear, formula.light(haze.seen(formula, towards)), surface)
