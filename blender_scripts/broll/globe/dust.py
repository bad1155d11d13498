"""What fills the dark round a subject: a sky with faint clouds of light, and dust out of focus."""

import math
from dataclasses import dataclass

import bpy
import numpy as np

from blender_scripts.blender_version import new_node_tree
from blender_scripts.broll.formula import Formula
from blender_scripts.broll.meshes import Floats, disc_mesh
from blender_scripts.broll.palette import Rgb, mixed
from blender_scripts.broll.stage import Stage
from blender_scripts.broll.surfaces import blank

_WHITE = (1.0, 1.0, 1.0)


def set_sky(stage: Stage, towards: tuple[float, float, float], strength: float) -> None:
    """Fill the sky with the background, and with clouds of other colours that are brightest on one side."""
    colors = stage.palette
    world = bpy.data.worlds.new("sky")
    stage.scene.world = world
    world.cycles.sampling_method = "NONE"
    formula, chance = Formula(new_node_tree(world)), stage.chance("sky")
    view = formula.node("ShaderNodeTexCoord", "Generated")
    side = formula.smoother(formula.vector("DOT_PRODUCT", view, towards, out="Value"), -0.2, 1.0)
    shift = tuple(chance.uniform(-50, 50) for _ in range(3))
    broad = _cloud(formula, formula.vector("ADD", view, shift), 2.2)
    fine = _cloud(formula, formula.vector("ADD", view, shift[::-1]), 4.5)
    base = formula.scaled(colors.background, formula.sum(0.55, formula.product(side, 0.9)))
    first = formula.scaled(colors.primary, formula.product(broad, side, strength))
    second = formula.scaled(colors.secondary, formula.product(fine, side, strength * 0.25))
    seen = formula.vector("ADD", base, formula.vector("ADD", first, second))
    formula.finish(formula.node("ShaderNodeBackground", "Background", Color=seen), "ShaderNodeOutputWorld")


def _cloud(formula: Formula, at: bpy.types.NodeSocket, scale: float) -> bpy.types.NodeSocket:
    noise = formula.node("ShaderNodeTexNoise", "Fac", Vector=at, Scale=scale, Detail=2.0)
    return formula.smoother(noise, 0.36, 0.72)


@dataclass(frozen=True)
class Field:
    """Where dust is, as a camera sees it: what it sees does not depend on where the dust is then put.

    Attributes:
        eye: Where the camera is.
        target: What it looks at, and is focused on.
        depths: Between which distances from the eye dust is.
        reach: How far to the sides, as a share of the distance.
        grain: Radius of a grain, as a share of the distance.
        blur: Radius of the image of a point that is infinitely far, as a share of the distance.
    """

    eye: tuple[float, float, float]
    target: tuple[float, float, float]
    depths: tuple[float, float]
    reach: float
    grain: float
    blur: float


def add_dust(stage: Stage, field: Field, count: int) -> bpy.types.Object:
    """Add discs that face the eye, each as large as it would look out of focus, and as much fainter."""
    chance = stage.chance("dust")
    forward, side, up = _axes(field)
    focus = math.dist(field.eye, field.target)
    centres, sizes, lights, tints = [], [], [], []
    for _ in range(count):
        depth = math.exp(chance.uniform(*np.log(field.depths)))
        across, above = (chance.uniform(-1.15, 1.15) * field.reach * depth for _ in range(2))
        centres.append(np.asarray(field.eye) + forward * depth + side * across + up * above)
        spread = field.blur * abs(depth - focus) / depth
        own = field.grain * math.exp(chance.gauss(0, 0.35))
        sizes.append((own + spread) * depth)
        lights.append((own / (own + spread)) ** 1.1 * chance.triangular(0.08, 1.0, 0.2))
        tints.append(_tint(stage, chance.random()))
    mesh = disc_mesh(
        "dust",
        np.array(centres),
        np.array(sizes),
        (side, up),
        24,
        bright=np.array(lights),
        phase=np.array([chance.random() for _ in range(count)]),
        tint=np.array(tints),
    )
    mesh.materials.append(_dust_light(stage))
    thing = stage.add("dust", mesh)
    thing.visible_diffuse = thing.visible_glossy = thing.visible_shadow = False
    return thing


def _axes(field: Field) -> tuple[Floats, Floats, Floats]:
    """Return what is forwards, to the right and up for the eye."""
    towards = np.subtract(field.target, field.eye)
    forward = towards / np.linalg.norm(towards)
    side = np.cross(forward, (0.0, 0.0, 1.0))
    side /= np.linalg.norm(side)
    return forward, side, np.cross(side, forward)


def _tint(stage: Stage, share: float) -> Rgb:
    colors = stage.palette
    if share < 0.12:  # noqa: PLR2004 - the few that stand out
        return colors.accent
    return mixed(mixed(colors.primary, colors.secondary, share), _WHITE, 0.15)


def _dust_light(stage: Stage) -> bpy.types.Material:
    material, formula = blank("dust")
    rounds = formula.product(formula.moment(stage), float(stage.whole_turns(0.2)))
    twinkle, reach = formula.wave(rounds, formula.mark("phase"), 0.8, 0.2), formula.mark("reach")
    disc = formula.product(
        formula.smoother(reach, 1.0, 0.72), formula.sum(0.75, formula.product(reach, 0.35))
    )
    strength = formula.product(disc, twinkle, formula.mark("bright"))
    formula.finish(formula.over(formula.light(formula.scaled(formula.mark("tint", "Vector"), strength))))
    return material
