"""How nerve cells, their fibres and what runs along them look."""

from collections.abc import Callable
from dataclasses import dataclass

import bpy

from blender_scripts.broll.formula import Formula
from blender_scripts.broll.nerves.haze import Haze, faded
from blender_scripts.broll.palette import deepened
from blender_scripts.broll.stage import Stage
from blender_scripts.broll.surfaces import blank

LEAD = 0.9  # how far before its fibre a pulse is at the beginning of a cycle: there it is not seen yet
FADE = 12.0  # what is seen of a pulse comes and goes in the first and last twelfth of a cycle


@dataclass(frozen=True)
class Nerves:
    """What the shaders have in common.

    Attributes:
        stage: Where.
        haze: What far ones fade into.
        cycles: How often everything that runs repeats over the clip.
        reach: How far a pulse runs in a cycle.
        near: Up to how far from the camera nothing fades.
        depth: Over what distance behind that two thirds fade.
    """

    stage: Stage
    haze: Haze
    cycles: float
    reach: float
    near: float
    depth: float

    def fibres(self) -> bpy.types.Material:
        """Return the fibres' material. Marks: tint, distance, start, carries, root (1 at a cell)."""
        return self._material("fibres", self._fibre_light)

    def cells(self) -> bpy.types.Material:
        """Return the cells' material. Marks: tint, start, carries, radius, and its middle's X, Y and Z."""
        return self._material("cells", self._cell_light)

    def _material(
        self, name: str, light: Callable[[Formula, bpy.types.NodeSocket], bpy.types.NodeSocket]
    ) -> bpy.types.Material:
        material, formula = blank(name)
        clock = formula.moment(self.stage, self.cycles)
        surface = formula.node(
            "ShaderNodeBsdfPrincipled",
            "BSDF",
            **{
                "Base Color": (*self.stage.palette.surface, 1.0),
                "Roughness": 0.32,
                "Emission Color": light(formula, clock),
                "Emission Strength": 1.0,
            },
        )
        formula.finish(faded(formula, self.haze, surface, self.near, self.depth))
        return material

    def _fibre_light(self, formula: Formula, clock: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
        """A dim thread, brighter at its rims and towards its cell, and what runs along it."""
        rim = formula.math("POWER", _facing(formula), 2.0)
        still = formula.sum(0.06, formula.product(0.45, rim), formula.product(0.3, formula.mark("root")))
        pulse = self._passing(formula, clock, formula.mark("distance"), 0.2, 0.4)
        thread = formula.scaled(self._tint(formula), still)
        hot = formula.between(
            deepened(self.stage.palette.secondary), deepened(self.stage.palette.accent), pulse
        )
        return formula.vector(
            "ADD",
            thread,
            formula.scaled(
                hot, formula.product(pulse, formula.sum(6.5, formula.product(-4.0, formula.mark("root"))))
            ),
        )

    def _cell_light(self, formula: Formula, clock: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
        """A core that glows within, seen through a glassy skin, and lights up when its cell fires."""
        away = _past_middle(formula)
        core = formula.math("EXPONENT", formula.product(away, away, -6.5))
        body = formula.math("EXPONENT", formula.product(away, away, -1.6))
        rim = formula.math("POWER", _facing(formula), 2.5)
        place = formula.node("ShaderNodeTexCoord", "Object")
        mottle = formula.node("ShaderNodeTexNoise", "Fac", Vector=place, Scale=9.0, Detail=1.0)
        grain = formula.sum(0.3, formula.product(1.4, mottle))
        fire = self._passing(formula, clock, 0.0, 0.42, 0.65)
        quiet = formula.sum(
            formula.product(1.3, core), 0.1, formula.product(0.22, body, grain), formula.product(0.5, rim)
        )
        loud = formula.sum(formula.product(4.5, core), formula.product(0.7, body, grain), rim)
        color = formula.between(self._tint(formula), deepened(self.stage.palette.accent), fire)
        return formula.scaled(color, formula.sum(quiet, formula.product(fire, loud)))

    def _tint(self, formula: Formula) -> bpy.types.NodeSocket:
        palette = self.stage.palette
        return formula.between(deepened(palette.primary), deepened(palette.secondary), formula.mark("tint"))

    def _passing(
        self,
        formula: Formula,
        clock: bpy.types.NodeSocket,
        distance: bpy.types.NodeSocket | float,
        head: float,
        tail: float,
    ) -> bpy.types.NodeSocket:
        """Return how bright a pulse is here, from 0 to 1: it comes softly within `head`, goes over `tail`."""
        since = formula.math("FRACT", formula.math("SUBTRACT", clock, formula.mark("start")))
        ahead = formula.sum(distance, LEAD, formula.product(since, -self.reach))
        before = formula.product(formula.math("MAXIMUM", ahead, 0.0), 1 / head)
        front = formula.math("EXPONENT", formula.product(before, before, -1.0))
        behind = formula.math("EXPONENT", formula.product(formula.math("MINIMUM", ahead, 0.0), 1 / tail))
        ends = formula.math("MINIMUM", since, formula.math("SUBTRACT", 1.0, since))
        there = formula.math("MINIMUM", formula.product(ends, FADE), 1.0)
        return formula.product(front, behind, there, formula.mark("carries"))


def _facing(formula: Formula) -> bpy.types.NodeSocket:
    """Return 0 where a surface faces the camera, 1 at its outline."""
    return formula.node("ShaderNodeLayerWeight", "Facing", Blend=0.5)


def _past_middle(formula: Formula) -> bpy.types.NodeSocket:
    """Return how far from its cell's middle a look passes, in radii: 0 is straight through it."""
    middle = formula.node("ShaderNodeCombineXYZ", "Vector", **{axis: formula.mark(axis) for axis in "XYZ"})
    geometry = formula.tree.nodes.new("ShaderNodeNewGeometry")
    from_middle = formula.vector("SUBTRACT", geometry.outputs["Position"], middle)
    aside = formula.vector("CROSS_PRODUCT", from_middle, geometry.outputs["Incoming"])
    return formula.math("DIVIDE", formula.vector("LENGTH", aside, out="Value"), formula.mark("radius"))
