"""What a planet is drawn with: tiles where land is, and faint, soft spots at sea."""

import random

import bpy
import numpy as np

from blender_scripts.broll.formula import Formula
from blender_scripts.broll.globe.coastlines import is_land
from blender_scripts.broll.globe.planet import Lit
from blender_scripts.broll.globe.sphere import even_grid, place, rings
from blender_scripts.broll.meshes import Floats, mesh_of, tiles
from blender_scripts.broll.palette import mixed
from blender_scripts.broll.stage import Stage
from blender_scripts.broll.surfaces import blank

_ICOSAHEDRON_EDGE = 63.435  # degrees
_TILE, _SPOT = 0.40, 0.26  # radius as a share of the distance between neighbours
_SPOT_LIGHT = 0.13  # in the middle of a spot, where a tile on land has 0.2 to 2.6
_LIFT = 0.0015
_SLANT = (0.05, 0.6)  # cosine from which a spot is seen, and from which it is as bright as it gets
_CORNERS = np.array([(1.0, 1.0, 0.0), (-1.0, 1.0, 0.0), (-1.0, -1.0, 0.0), (1.0, -1.0, 0.0)])
_WHITE = (1.0, 1.0, 1.0)


def add_tiles(stage: Stage, globe: bpy.types.Object, spacing: float, cities: Floats, lit: Lit) -> None:
    """Add tiles on land, brighter round cities, and faint spots at sea.

    Args:
        stage: Where.
        globe: What they turn with.
        spacing: Degrees between neighbours.
        cities: Points (n, 3).
        lit: The light.
    """
    points, along = even_grid(round(_ICOSAHEDRON_EDGE / spacing))
    latitude, longitude = place(points)
    land = is_land(longitude, latitude)
    chance = np.random.default_rng(stage.chance("tiles").getrandbits(63))
    size = np.radians(spacing) * np.where(
        land, _TILE * chance.uniform(0.86, 1.0, len(points)), _SPOT * 2**0.5
    )
    near = np.exp(-(((1 - points @ cities.T) / 0.004).min(axis=1)))
    patches = _patches(points, stage.chance("patches"))
    bright = (chance.triangular(0.35, 0.55, 1.1, len(points)) + 0.9 * near) * (0.55 + 0.75 * patches)
    marks = {
        "bright": np.where(land, bright, _SPOT_LIGHT),
        "warmth": (0.75 * near + 0.35 * patches).clip(0, 1),
        "phase": chance.random(len(points)),
    }
    for name, there, corners in (("tiles", land, 6), ("spots", ~land, 4)):
        shown = rings(points[there], along[there], size[there], corners, _LIFT)
        spread = {mark: np.repeat(values[there], corners) for mark, values in marks.items()}
        if name == "spots":
            spread["from_middle"] = np.tile(_CORNERS, (len(shown), 1))
        mesh = mesh_of(name, *tiles(shown), **spread)
        mesh.materials.append(_spot_light(stage, lit) if name == "spots" else _tile_light(stage, lit))
        stage.add(name, mesh, globe)


def _patches(points: Floats, chance: random.Random) -> Floats:
    """Return from 0 to 1 how busy each place is: a few broad waves over the sphere."""
    total = np.zeros(len(points))
    for _ in range(9):
        wave = np.array([chance.gauss(0, 1) for _ in range(3)])
        wave *= chance.uniform(5, 14) / np.linalg.norm(wave)
        total += np.sin(points @ wave + chance.uniform(0, 6.28))
    return np.asarray(0.5 + 0.5 * np.tanh(total / 2.2))


def _tile_light(stage: Stage, lit: Lit) -> bpy.types.Material:
    material, formula = blank("tiles")
    formula.finish(_light(stage, formula, lit))
    return material


def _spot_light(stage: Stage, lit: Lit) -> bpy.types.Material:
    """Write a spot that fades to its edge, and where it is seen at a slant.

    In a small picture it is hardly larger than a pixel: with a sharp edge it would be met by some samples of
    a pixel or by none, and flicker as the globe turns it over the grid of pixels.
    """
    material, formula = blank("spots")
    away = formula.vector("LENGTH", formula.mark("from_middle", "Vector"), out="Value")
    shape = formula.math("MAXIMUM", formula.math("SUBTRACT", 1.0, formula.product(away, away)), 0.0)
    geometry = formula.tree.nodes.new("ShaderNodeNewGeometry").outputs
    facing = formula.vector("DOT_PRODUCT", geometry["Normal"], geometry["Incoming"], out="Value")
    share = formula.product(shape, shape, formula.smoother(facing, *_SLANT))
    formula.finish(formula.over(_light(stage, formula, lit, share)))
    return material


def _light(
    stage: Stage, formula: Formula, lit: Lit, share: bpy.types.NodeSocket | float = 1.0
) -> bpy.types.NodeSocket:
    """Return what shines by the mark `bright`, warm by the mark `warmth`, and twinkles a little."""
    colors, warmth = stage.palette, formula.mark("warmth")
    rounds = formula.product(formula.moment(stage), float(stage.whole_turns(0.3)))
    twinkle = formula.wave(rounds, formula.mark("phase"), 0.86, 0.14)
    cool = formula.scaled(
        mixed(colors.primary, colors.background, 0.1), formula.math("SUBTRACT", 1.0, warmth)
    )
    warm = formula.scaled(mixed(colors.secondary, _WHITE, 0.15), warmth)
    strength = formula.product(formula.mark("bright"), twinkle, _lit_share(formula, lit, 0.22), 1.25, share)
    return formula.light(formula.vector("ADD", cool, warm), strength)


def _lit_share(formula: Formula, lit: Lit, least: float) -> bpy.types.NodeSocket:
    """Return how lit a place on the globe is."""
    normal = formula.vector("NORMALIZE", formula.node("ShaderNodeNewGeometry", "Position"))
    facing = formula.vector("DOT_PRODUCT", normal, lit.towards, out="Value")
    return formula.sum(least, formula.product(formula.smoother(facing, -0.35, 0.95), 1 - least))
