"""The materials of a server room: sheet metal, lamps that blink softly, perforated doors, polished tiles."""

import math
from dataclasses import dataclass

import bpy

from blender_scripts.broll.formula import Formula
from blender_scripts.broll.palette import Rgb
from blender_scripts.broll.server_room.solids import PULSE, TINT
from blender_scripts.broll.stage import Stage
from blender_scripts.broll.surfaces import blank

SHIFT = "shift"  # a property of objects: how much later their lamps blink than those of their like
_HOLE = 0.011  # metres from hole to hole
_BLURRED = (0.2 * _HOLE, 0.7 * _HOLE)  # how far a point spreads where holes begin to run together, and have
_OPEN = 0.45  # of what is behind the holes, on the whole: they are seen aslant, and sheet is thick


@dataclass(frozen=True)
class Lens:
    """What is known beforehand of how a picture is taken.

    Attributes:
        focus: Metres to what is sharp.
        aperture: Of the lens, in metres.
        grain: What a pixel of a large picture covers of a thing, as a share of its distance.
    """

    focus: float
    aperture: float
    grain: float

    def spread(self, formula: Formula) -> bpy.types.NodeSocket:
        """Return over how much of a face, in metres, the light of a point of the picture comes from."""
        depth = formula.node("ShaderNodeCameraData", "View Z Depth")
        away = formula.math("ABSOLUTE", formula.math("SUBTRACT", depth, self.focus))
        blur = formula.product(away, self.aperture / self.focus)
        return formula.math("MULTIPLY_ADD", depth, self.grain, blur)


def panel(name: str, mirrored: Rgb, gloss: float) -> bpy.types.Material:
    """Return lacquered metal that mirrors by so much, and more at grazing angles."""
    material, formula = blank(name)
    formula.finish(_lacquer(formula, mirrored, gloss))
    return material


def lamps(stage: Stage, name: str, strength: float) -> bpy.types.Material:
    """Return what shines in the tint of each face and swells and fades by its pulse (see `Rack.lamp`)."""
    material, formula = blank(name)
    moment = formula.moment(stage)
    turns, phase, depth = formula.parts(formula.mark(PULSE, "Vector"))
    shift = formula.mark(SHIFT, of="OBJECT")
    passed = formula.math("MULTIPLY_ADD", turns, moment, phase)
    # What does not blink (no turns) does not heed the shift either: its phase says how bright it is.
    blinks = formula.math("GREATER_THAN", turns, 0.0)
    passed = formula.math("MULTIPLY_ADD", shift, blinks, passed)
    wave = formula.math("SINE", formula.math("MULTIPLY", passed, math.tau))
    dark = formula.math("MULTIPLY_ADD", wave, 0.5, 0.5)
    bright = formula.math("SUBTRACT", 1.0, formula.math("MULTIPLY", dark, depth))
    tint = formula.mark(TINT, "Color")
    formula.finish(formula.light(tint, formula.math("MULTIPLY", bright, strength)))
    return material


def perforated(name: str, mirrored: Rgb, lens: Lens) -> bpy.types.Material:
    """Return sheet metal full of round holes, in the tint of each face, for faces across the x axis.

    It shines instead of reflecting, so that a ray goes on through the holes without a choice to be made: what
    is chosen by chance is noise.
    """
    material, formula = blank(name)
    sheet = _lacquer(formula, mirrored, gloss=0.08)
    clear = formula.node("ShaderNodeBsdfTransparent", "BSDF")
    formula.finish(formula.veiled(_holes(formula, lens), sheet, clear))
    return material


def polished(name: str, roughness: float) -> bpy.types.Material:
    """Return a floor that mirrors softly, each tile a little differently (by the first of its pulse)."""
    material, formula = blank(name)
    uneven, _, _ = formula.parts(formula.mark(PULSE, "Vector"))
    rough = formula.math("ADD", uneven, roughness)
    coat = formula.node("ShaderNodeBsdfGlossy", "BSDF", Color=(0.9, 0.9, 0.9), Roughness=rough)
    formula.finish(formula.veiled(_shine(formula, gloss=0.12), _ground(formula), coat))
    return material


def _lacquer(formula: Formula, mirrored: Rgb, gloss: float) -> bpy.types.NodeSocket:
    """Return a matt ground under a coat in which nothing can be made out."""
    return formula.veiled(_shine(formula, gloss), _ground(formula), formula.light(mirrored))


def _ground(formula: Formula) -> bpy.types.NodeSocket:
    """Return a matt surface, lit as it is (see `Solids`)."""
    return formula.light(formula.mark(TINT, "Color"))


def _shine(formula: Formula, gloss: float) -> bpy.types.NodeSocket:
    """Return how much of what is seen is mirrored."""
    grazing = formula.node("ShaderNodeLayerWeight", "Fresnel", Blend=0.25)
    return formula.math("MULTIPLY_ADD", grazing, 0.8 - gloss, gloss)


def _holes(formula: Formula, lens: Lens) -> bpy.types.NodeSocket:
    """Return 1 in holes and 0 between; where they cannot be made out, the mean of that."""
    place = formula.node("ShaderNodeTexCoord", "Object")
    nearest = formula.math("MINIMUM", *(_from_centre(formula, place, offset) for offset in (0.0, 0.5)))
    hole = formula.node(
        "ShaderNodeMapRange", "Result", **{"Value": nearest, "From Min": 0.46, "From Max": 0.4}
    )
    even = formula.smooth(lens.spread(formula), *_BLURRED)
    return formula.mixed(hole, _OPEN, even)


def _from_centre(formula: Formula, place: bpy.types.NodeSocket, offset: float) -> bpy.types.NodeSocket:
    """Return the distance to the nearest centre of one of two lattices that make up a hexagonal one."""
    tall = math.sqrt(3)
    steps = (0.0, 1 / _HOLE, 1 / (_HOLE * tall))
    place = formula.vector("MULTIPLY_ADD", place, steps, (0.5, offset, offset))
    place = formula.vector("SUBTRACT", formula.vector("FRACTION", place), (0.5, 0.5, 0.5))
    return formula.vector("LENGTH", formula.vector("MULTIPLY", place, (0.0, 1.0, tall)), out="Value")
