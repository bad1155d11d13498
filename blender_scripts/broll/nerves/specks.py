"""Specks that float in the air: sharp ones among the things shown, soft round ones before and behind them.

What is out of focus is a large dim disc already, and no small bright point that the lens would have to
blur: it looks the same, and costs few samples.
"""

from dataclasses import dataclass

import bpy
import numpy as np

from blender_scripts.broll.lens import SENSOR
from blender_scripts.broll.meshes import disc_mesh
from blender_scripts.broll.stage import Stage
from blender_scripts.broll.surfaces import blank


@dataclass(frozen=True)
class Specks:
    """How they are seen.

    Attributes:
        focal_length: Of a camera that looks along +Y at the origin.
        distance: From it to the origin.
        near: How many there are before what is in focus.
        far: How many behind it.
        fine: How many among it.
    """

    focal_length: float
    distance: float
    near: int = 16
    far: int = 110
    fine: int = 160


def add_specks(stage: Stage, specks: Specks) -> None:
    """Add them, as one thing."""
    chance = np.random.default_rng(stage.chance("specks").getrandbits(64))
    slopes = SENSOR / 2 / specks.focal_length * np.array([1.0, 1.0 / stage.aspect])
    kinds = (
        (specks.near, (2.2, 3.6), 0.035, (0.02, 0.07)),
        (specks.far, (12.0, 21.0), 0.007, (0.06, 0.5)),
        (specks.fine, (6.0, 9.5), 0.0009, (0.3, 2.2)),
    )
    places, radii, strengths, tints = [], [], [], []
    for count, depths, size, (dimmest, brightest) in kinds:
        depth = chance.uniform(*depths, count)
        spread = chance.uniform(-1.3, 1.3, (count, 2)) * slopes * depth[:, None]
        places.append(np.stack([spread[:, 0], depth - specks.distance, spread[:, 1]], axis=-1))
        radii.append(size * depth * np.exp(chance.normal(size=count) * 0.4))
        strengths.append(dimmest + (brightest - dimmest) * chance.random(count) ** 2.5)
        tints.append(chance.random(count))
    mesh = disc_mesh(
        "specks",
        np.concatenate(places),
        np.concatenate(radii),
        (np.array((1.0, 0.0, 0.0)), np.array((0.0, 0.0, 1.0))),
        20,
        strength=np.concatenate(strengths),
        tint=np.concatenate(tints),
    )
    mesh.materials.append(_soft_light(stage))
    stage.add("specks", mesh)


def _soft_light(stage: Stage) -> bpy.types.Material:
    """Return light that adds to what is behind it, a little brighter at its edge, as lenses draw points."""
    material, formula = blank("specks")
    palette = stage.palette
    tint = formula.mark("tint")
    color = formula.between(palette.primary, palette.secondary, tint)
    accented = formula.math("GREATER_THAN", tint, 0.9)
    color = formula.between(color, palette.accent, accented)
    edge = formula.math("POWER", formula.mark("reach"), 3.0)
    strength = formula.product(formula.mark("strength"), formula.sum(0.75, formula.product(0.5, edge)))
    formula.finish(formula.over(formula.light(color, strength)))
    return material
