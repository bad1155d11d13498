"""A planet: a dark ball, and air that glows round its rim. Its radius is one."""

import math
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Vector

from blender_scripts.broll.formula import Formula
from blender_scripts.broll.globe.sphere import direction
from blender_scripts.broll.meshes import mesh_of
from blender_scripts.broll.palette import Palette, Rgb, mixed
from blender_scripts.broll.stage import Stage
from blender_scripts.broll.surfaces import blank

_SHELL = 1.28
_GLOSS = 0.05
_COUNTER = (0.72, 0.25, -0.65)  # where a second, weaker light comes from
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


def add_air(stage: Stage, eye: tuple[float, float, float], lit: Lit) -> None:
    """Add the air that is seen beside the ball: a ring that faces the eye, which costs less than a shell."""
    away = math.hypot(*eye)
    forward = -np.asarray(eye) / away
    at = -forward / away  # where the ball's visible rim is
    flat = away - 1 / away
    reach = [flat * math.tan(math.asin(radius / away)) for radius in (0.985, _SHELL)]
    corners = 256
    side = np.cross(forward, (0.0, 0.0, 1.0))
    side /= np.linalg.norm(side)
    angles = np.arange(corners) * (2 * np.pi / corners)
    circle = np.cos(angles)[:, None] * side + np.sin(angles)[:, None] * np.cross(side, forward)
    points = np.concatenate([at + circle * reach[0], at + circle * reach[1]])
    near = np.arange(corners)
    beside = np.roll(near, -1)
    faces = np.stack([near, beside, beside + corners, near + corners], -1)
    mesh = mesh_of("air", points, faces)
    mesh.materials.append(_air_light(stage.palette, lit))
    stage.add("air", mesh)


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
    """Return what makes the ball look glossy and lit: lamps would cost as much as all the rest."""
    material, formula = blank("ball")
    normal, miss, side = _ray(formula, lit)
    facing = formula.vector("DOT_PRODUCT", normal, lit.towards, out="Value")
    own = formula.scaled(
        mixed(colors.surface, colors.primary, 0.10),
        formula.product(formula.smoother(facing, -0.6, 1.1), 0.32),
    )
    halfway = tuple(Vector(lit.towards).lerp(Vector((0.0, -1.0, 0.0)), 0.5).normalized())
    gloss = formula.vector("DOT_PRODUCT", normal, halfway, out="Value")
    shine = formula.scaled(
        mixed(colors.primary, _WHITE, 0.3), formula.product(formula.smoother(gloss, 0.86, 1.02), _GLOSS)
    )
    behind = formula.vector("DOT_PRODUCT", normal, _COUNTER, out="Value")
    counter = formula.scaled(colors.secondary, formula.product(formula.smoother(behind, 0.45, 1.15), 0.10))
    rim = formula.product(formula.math("POWER", miss, 14.0), _sided(formula, side), 0.20)
    light = formula.vector("ADD", formula.vector("ADD", own, shine), counter)
    formula.finish(formula.light(formula.vector("ADD", light, formula.scaled(_rim_color(colors), rim))))
    return material


def _ray(formula: Formula, lit: Lit) -> tuple[bpy.types.NodeSocket, ...]:
    """Return a place's direction, how near the ray comes to the globe's centre, and on how lit a side."""
    geometry = formula.tree.nodes.new("ShaderNodeNewGeometry")
    position, towards_eye = geometry.outputs["Position"], geometry.outputs["Incoming"]
    along = formula.vector("DOT_PRODUCT", position, towards_eye, out="Value")
    nearest = formula.vector("SUBTRACT", position, formula.scaled(towards_eye, along))
    facing = formula.vector("DOT_PRODUCT", formula.vector("NORMALIZE", nearest), lit.towards, out="Value")
    direction_of = formula.vector("NORMALIZE", position)
    return direction_of, formula.vector("LENGTH", nearest, out="Value"), formula.smoother(facing, -0.75, 1.0)


def _sided(formula: Formula, side: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    return formula.sum(0.10, formula.product(side, 0.9))


def _rim_color(colors: Palette) -> Rgb:
    return mixed(mixed(colors.primary, colors.secondary, 0.35), _WHITE, 0.12)


def _air_light(colors: Palette, lit: Lit) -> bpy.types.Material:
    """Write how much air a ray meets: it goes by how near the ray comes to the globe's centre."""
    material, formula = blank("air")
    _, miss, side = _ray(formula, lit)
    height = formula.math("MAXIMUM", formula.sum(miss, -1.0), 0.0)
    rim = formula.product(_falling(formula, height, 26.0), _sided(formula, side), 0.55)
    fade = formula.smoother(miss, _SHELL - 0.01, 1.06)
    halo = formula.product(
        _falling(formula, height, 9.0), fade, formula.sum(0.03, formula.product(side, 0.13))
    )
    near, far = (
        formula.scaled(_rim_color(colors), formula.product(rim, fade)),
        formula.scaled(colors.primary, halo),
    )
    formula.finish(formula.over(formula.light(formula.vector("ADD", near, far))))
    return material


def _falling(formula: Formula, height: bpy.types.NodeSocket, rate: float) -> bpy.types.NodeSocket:
    return formula.math("POWER", math.e, formula.product(height, -rate))
