"""A planet of dots: a dark ball, tiles where land is, and air that glows round its rim. Its radius is one."""

import math
import random
from dataclasses import dataclass

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_scripts.broll.coastlines import is_land
from blender_scripts.broll.formula import Formula, shining
from blender_scripts.broll.meshes import mesh_of, tiles
from blender_scripts.broll.palette import Palette, Rgb, mixed
from blender_scripts.broll.sphere import direction, even_grid, place, rings
from blender_scripts.broll.stage import Stage

Array = NDArray[np.float64]
_ICOSAHEDRON_EDGE = 63.435  # degrees
_LAND_TILE, _SEA_TILE = 0.40, 0.10  # radius as a share of the distance between neighbours
_SHELL = 1.28
_WHITE = (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Lit:
    """Where the light comes from, as a direction in the world, for what only pretends to be lit."""

    towards: tuple[float, float, float]


def add_ball(stage: Stage, globe: bpy.types.Object, lit: Lit) -> None:
    """Add the dark, faintly glossy body of the globe."""
    mesh = _sphere_mesh("ball", 0.998, 96)
    mesh.materials.append(_body(stage.palette, lit))
    stage.add("ball", mesh, globe)


def add_tiles(stage: Stage, globe: bpy.types.Object, spacing: float, cities: Array, lit: Lit) -> None:
    """Add tiles, large and bright on land, brighter still round cities, small and faint at sea.

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
        land, _LAND_TILE * chance.uniform(0.86, 1.0, len(points)), _SEA_TILE
    )
    shown = rings(points, along, size, 6, 0.0015)
    corners, faces = tiles(shown)
    near = np.exp(-(((1 - points @ cities.T) / 0.004).min(axis=1)))
    bright = np.where(land, chance.triangular(0.35, 0.55, 1.1, len(points)), 0.12) + 0.9 * near * land
    patches = _patches(points, stage.chance("patches"))
    bright *= np.where(land, 0.55 + 0.75 * patches, 1.0)
    material = _tile_light(stage, lit)
    mesh = mesh_of(
        "tiles",
        corners,
        faces,
        bright=np.repeat(bright, 6),
        warmth=np.repeat((0.75 * near + 0.35 * patches).clip(0, 1), 6),
        phase=np.repeat(chance.random(len(points)), 6),
    )
    mesh.materials.append(material)
    stage.add("tiles", mesh, globe)


def add_air(stage: Stage, lit: Lit) -> None:
    """Add a shell of air that shines where one looks along it, most of all on the lit side."""
    mesh = _sphere_mesh("air", _SHELL, 48)
    mesh.materials.append(_air_light(stage.palette, lit))
    thing = stage.add("air", mesh)
    thing.visible_diffuse = thing.visible_glossy = thing.visible_shadow = False


def _sphere_mesh(name: str, radius: float, rows: int) -> bpy.types.Mesh:
    """Return a smooth sphere of quads, twice as many round it as from pole to pole."""
    north, east = np.meshgrid(np.linspace(-90, 90, rows + 1), np.arange(2 * rows) * 180 / rows, indexing="ij")
    numbers = np.arange(north.size).reshape(north.shape)
    beside = np.roll(numbers, -1, axis=1)
    faces = np.stack([numbers[:-1], beside[:-1], beside[1:], numbers[1:]], -1).reshape(-1, 4)
    mesh = mesh_of(name, direction(north.ravel(), east.ravel()) * radius, faces)
    mesh.polygons.foreach_set("use_smooth", np.ones(len(faces), bool))
    return mesh


def _body(colors: Palette, lit: Lit) -> bpy.types.Material:
    """Return what the ball is made of: it shines a little itself, lest its shadow side be a hole."""
    material, write = shining("ball")
    gloss = write.tree.nodes.new("ShaderNodeBsdfPrincipled")
    gloss.inputs["Base Color"].default_value = (*mixed(colors.background, colors.surface, 0.5), 1.0)
    gloss.inputs["Roughness"].default_value = 0.45
    share = _lit_share(write, lit, 0.15)
    own = mixed(colors.surface, colors.primary, 0.10)
    both = write.tree.nodes.new("ShaderNodeAddShader")
    write.tree.links.new(gloss.outputs[0], both.inputs[0])
    write.tree.links.new(write.shine(own, write.math("MULTIPLY", share, 0.36)), both.inputs[1])
    write.finish(both.outputs[0])
    return material


def _patches(points: Array, chance: random.Random) -> Array:
    """Return from 0 to 1 how busy each place is: a few broad waves over the sphere."""
    total = np.zeros(len(points))
    for _ in range(9):
        wave = np.array([chance.gauss(0, 1) for _ in range(3)])
        wave *= chance.uniform(5, 14) / np.linalg.norm(wave)
        total += np.sin(points @ wave + chance.uniform(0, 6.28))
    return np.asarray(0.5 + 0.5 * np.tanh(total / 2.2))


def _tile_light(stage: Stage, lit: Lit) -> bpy.types.Material:
    material, write = shining("tiles")
    colors, warmth = stage.palette, write.given("warmth")
    rounds = write.product(write.moment(stage), float(stage.whole_turns(0.3)))
    twinkle = write.wave(rounds, write.given("phase"), 0.86, 0.14)
    cool = write.scaled(mixed(colors.primary, colors.background, 0.1), write.math("SUBTRACT", 1.0, warmth))
    warm = write.scaled(mixed(colors.secondary, _WHITE, 0.15), warmth)
    strength = write.product(write.given("bright"), twinkle, _lit_share(write, lit, 0.22), 1.25)
    write.finish(write.shine(write.vector("ADD", cool, warm), strength))
    return material


def _lit_share(write: Formula, lit: Lit, least: float) -> bpy.types.NodeSocket:
    """Return how lit a place on the globe is."""
    normal = write.vector("NORMALIZE", write.source("ShaderNodeNewGeometry", "Position"))
    facing = write.vector("DOT_PRODUCT", normal, lit.towards, out="Value")
    return write.total(least, write.product(write.step(facing, -0.35, 0.95), 1 - least))


def _air_light(colors: Palette, lit: Lit) -> bpy.types.Material:
    """Write how much air a ray meets: it goes by how near the ray comes to the globe's centre."""
    material, write = shining("air")
    geometry = write.tree.nodes.new("ShaderNodeNewGeometry")
    position, towards_eye = geometry.outputs["Position"], geometry.outputs["Incoming"]
    along = write.vector("DOT_PRODUCT", position, towards_eye, out="Value")
    nearest = write.vector("SUBTRACT", position, write.scaled(towards_eye, along))
    miss = write.vector("LENGTH", nearest, out="Value")
    facing = write.vector("DOT_PRODUCT", write.vector("NORMALIZE", nearest), lit.towards, out="Value")
    side, beyond = write.step(facing, -0.75, 1.0), write.step(miss, 0.998, 1.002)
    height = write.math("MAXIMUM", write.total(miss, -1.0), 0.0)
    over_ball = write.product(
        write.math("POWER", write.math("MINIMUM", miss, 1.0), 14.0), write.step(miss, 1.002, 0.998), 0.20
    )
    thin = write.product(_falling(write, height, 26.0), beyond, 0.55)
    rim = write.product(write.total(over_ball, thin), write.total(0.10, write.product(side, 0.9)))
    wide = write.product(_falling(write, height, 9.0), beyond, write.step(miss, _SHELL - 0.01, 1.06))
    halo = write.product(wide, write.total(0.03, write.product(side, 0.13)))
    front = write.math("SUBTRACT", 1.0, geometry.outputs["Backfacing"])
    rim_color = mixed(mixed(colors.primary, colors.secondary, 0.35), _WHITE, 0.12)
    light = write.vector("ADD", write.scaled(rim_color, rim), write.scaled(colors.primary, halo))
    write.finish(write.over(write.shine(light, front)))
    return material


def _falling(write: Formula, height: bpy.types.NodeSocket, rate: float) -> bpy.types.NodeSocket:
    return write.math("POWER", math.e, write.product(height, -rate))


def light_color(colors: Palette) -> Rgb:
    """Return the colour of the lamps round the globe."""
    return mixed(colors.primary, _WHITE, 0.45)
