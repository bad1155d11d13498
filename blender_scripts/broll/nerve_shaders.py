"""How nerve cells, their fibres and what runs along them look."""

from collections.abc import Callable
from dataclasses import dataclass

import bpy

from blender_scripts.blender_version import new_node_tree
from blender_scripts.broll.formula import Formula
from blender_scripts.broll.haze import Haze, faded
from blender_scripts.broll.motion import animate
from blender_scripts.broll.palette import Palette
from blender_scripts.broll.stage import Stage

LEAD = 0.6  # how far before its fibre a pulse is at the beginning of a cycle: there it is not seen yet
FADE = 8.0  # what is left of a pulse goes in the last eighth of a cycle


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
    cycles: int
    reach: float
    near: float
    depth: float

    def fibres(self) -> bpy.types.Material:
        """Return the fibres' material. Marks: tint, distance, start, carries, root (1 at a cell, 0 far off)."""
        return self._material("fibres", self._fibre_light)

    def cells(self) -> bpy.types.Material:
        """Return the cells' material. Marks: tint, start, carries."""
        return self._material("cells", self._cell_light)

    def _material(
        self, name: str, light: Callable[[Formula, bpy.types.NodeSocket], bpy.types.NodeSocket]
    ) -> bpy.types.Material:
        material = bpy.data.materials.new(name)
        tree = new_node_tree(material)
        material.cycles.emission_sampling = "NONE"
        formula = Formula(tree)
        clock = tree.nodes.new("ShaderNodeValue")
        animate(self.stage, clock.outputs[0], "default_value", lambda moment: self.cycles * moment)
        surface = formula.node(
            "ShaderNodeBsdfPrincipled",
            "BSDF",
            **{
                "Base Color": (*self.stage.palette.surface, 1.0),
                "Roughness": 0.32,
                "Emission Color": light(formula, clock.outputs[0]),
                "Emission Strength": 1.0,
            },
        )
        seen = faded(formula, self.haze, surface, self.near, self.depth)
        tree.links.new(seen, tree.nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
        return material

    def _fibre_light(self, formula: Formula, clock: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
        """A dim thread, brighter at its rims and towards its cell, and what runs along it."""
        palette = self.stage.palette
        rim = formula.math("POWER", _facing(formula), 2.0)
        still = formula.sum(0.05, formula.product(0.28, rim), formula.product(0.22, formula.mark("root")))
        pulse = self._passing(formula, clock, formula.mark("distance"), 0.22, 0.42)
        thread = formula.scaled(self._tint(formula, palette), still)
        warm = formula.between(palette.secondary, palette.accent, formula.math("POWER", pulse, 0.5))
        return formula.vector("ADD", thread, formula.scaled(warm, formula.product(4.5, pulse)))

    def _cell_light(self, formula: Formula, clock: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
        """A glowing core seen through a glassy skin, mottled, which lights up when it fires."""
        palette = self.stage.palette
        facing = _facing(formula)
        core = formula.math("POWER", formula.math("SUBTRACT", 1.0, facing), 2.6)
        rim = formula.math("POWER", facing, 3.0)
        place = formula.node("ShaderNodeTexCoord", "Object")
        mottle = formula.node("ShaderNodeTexNoise", "Fac", Vector=place, Scale=7.0, Detail=2.0)
        glow = formula.product(core, formula.sum(0.25, formula.product(1.3, mottle)))
        fire = self._passing(formula, clock, 0.0, 0.3, 0.9)
        tint = self._tint(formula, palette)
        still = formula.scaled(
            tint, formula.sum(0.04, formula.product(0.9, glow), formula.product(0.35, rim))
        )
        flash = formula.product(fire, formula.sum(0.3, formula.product(4.0, glow), rim))
        return formula.vector("ADD", still, formula.scaled(palette.accent, flash))

    def _tint(self, formula: Formula, palette: Palette) -> bpy.types.NodeSocket:
        return formula.between(palette.primary, palette.secondary, formula.mark("tint"))

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
        left = formula.math("MINIMUM", formula.product(formula.math("SUBTRACT", 1.0, since), FADE), 1.0)
        return formula.product(front, behind, left, formula.mark("carries"))


def _facing(formula: Formula) -> bpy.types.NodeSocket:
    """Return 0 where a surface faces the camera, 1 at its outline."""
    return formula.node("ShaderNodeLayerWeight", "Facing", Blend=0.5)
