"""The materials of a server room: sheet metal, lamps that blink softly, perforated doors, polished tiles."""

import math

import bpy

from blender_scripts.broll.formula import Formula, Term
from blender_scripts.broll.server_room.solids import PULSE, TINT
from blender_scripts.broll.stage import Stage
from blender_scripts.broll.surfaces import blank

SHIFT = "shift"  # a property of objects: how much later their lamps blink than those of their like
_HOLE = 0.011  # metres from hole to hole
_SHARP_TO, _EVEN_FROM = 1.6, 4.5  # metres: farther than the second, holes are finer than pixels
_OPEN = 0.67


def panel(name: str, roughness: float, gloss: float) -> bpy.types.Material:
    """Return lacquered metal in the tint of each face, that mirrors by so much, and more at grazing angles.

    Blender's own principled surface can do all that and much more, and takes twice the time.
    """
    material, formula = blank(name)
    formula.finish(_lacquer(formula, roughness, gloss))
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


def perforated(name: str) -> bpy.types.Material:
    """Return sheet metal full of round holes, in the tint of each face, for faces across the x axis."""
    material, formula = blank(name)
    sheet = _lacquer(formula, roughness=0.4, gloss=0.08)
    clear = formula.node("ShaderNodeBsdfTransparent", "BSDF")
    formula.finish(formula.veiled(_holes(formula), sheet, clear))
    return material


def polished(name: str, roughness: float) -> bpy.types.Material:
    """Return a floor that mirrors softly, each tile a little differently (by the first of its pulse)."""
    material, formula = blank(name)
    uneven, _, _ = formula.parts(formula.mark(PULSE, "Vector"))
    formula.finish(_lacquer(formula, formula.math("ADD", uneven, roughness), gloss=0.12))
    return material


def _lacquer(formula: Formula, roughness: Term, gloss: float) -> bpy.types.NodeSocket:
    """Return a matt ground in the tint of each face under a clear coat."""
    tint = formula.mark(TINT, "Color")
    ground = formula.node("ShaderNodeBsdfDiffuse", "BSDF", Color=tint)
    coat = formula.node("ShaderNodeBsdfGlossy", "BSDF", Color=(0.9, 0.9, 0.9), Roughness=roughness)
    grazing = formula.node("ShaderNodeLayerWeight", "Fresnel", Blend=0.25)
    return formula.veiled(formula.math("MULTIPLY_ADD", grazing, 0.8 - gloss, gloss), ground, coat)


def _holes(formula: Formula) -> bpy.types.NodeSocket:
    """Return 1 in holes and 0 between; far away, the mean of that."""
    place = formula.node("ShaderNodeTexCoord", "Object")
    nearest = formula.math("MINIMUM", *(_from_centre(formula, place, offset) for offset in (0.0, 0.5)))
    hole = formula.node(
        "ShaderNodeMapRange", "Result", **{"Value": nearest, "From Min": 0.46, "From Max": 0.4}
    )
    distance = formula.node("ShaderNodeCameraData", "View Distance")
    even = formula.node(
        "ShaderNodeMapRange", "Result", **{"Value": distance, "From Min": _SHARP_TO, "From Max": _EVEN_FROM}
    )
    mean = formula.math("MULTIPLY", even, _OPEN)
    sharp = formula.math("SUBTRACT", 1.0, even)
    return formula.math("MULTIPLY_ADD", hole, sharp, mean)


def _from_centre(formula: Formula, place: bpy.types.NodeSocket, offset: float) -> bpy.types.NodeSocket:
    """Return the distance to the nearest centre of one of two lattices that make up a hexagonal one."""
    tall = math.sqrt(3)
    steps = (0.0, 1 / _HOLE, 1 / (_HOLE * tall))
    place = formula.vector("MULTIPLY_ADD", place, steps, (0.5, offset, offset))
    place = formula.vector("SUBTRACT", formula.vector("FRACTION", place), (0.5, 0.5, 0.5))
    return formula.vector("LENGTH", formula.vector("MULTIPLY", place, (0.0, 1.0, tall)), out="Value")
