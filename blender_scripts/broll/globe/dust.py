"""What fills the dark round a subject: a sky with faint clouds of light, and dust out of focus."""

import math
from dataclasses import dataclass

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_scripts.broll.light_formula import Formula, shining
from blender_scripts.broll.mesh_arrays import fans, mesh_of
from blender_scripts.broll.palette import Rgb, mixed
from blender_scripts.broll.stage import Stage

Array = NDArray[np.float64]
_CORNERS = 24
_WHITE = (1.0, 1.0, 1.0)


def set_sky(stage: Stage, towards: tuple[float, float, float], strength: float) -> None:
    """Fill the sky with the background, and with clouds of other colours that are brightest on one side."""
    colors = stage.palette
    world = bpy.data.worlds.new("sky")
    stage.scene.world = world
    world.cycles.sampling_method = "NONE"
    write, chance = Formula(world), stage.chance("sky")
    view = write.source("ShaderNodeTexCoord", "Generated")
    side = write.step(write.vector("DOT_PRODUCT", view, towards, out="Value"), -0.2, 1.0)
    shift = tuple(chance.uniform(-50, 50) for _ in range(3))
    broad = _cloud(write, write.vector("ADD", view, shift), 2.2)
    fine = _cloud(write, write.vector("ADD", view, shift[::-1]), 4.5)
    base = write.scaled(colors.background, write.total(0.55, write.product(side, 0.9)))
    first = write.scaled(colors.primary, write.product(broad, side, strength))
    second = write.scaled(colors.secondary, write.product(fine, side, strength * 0.25))
    light = write.tree.nodes.new("ShaderNodeBackground")
    write.tree.links.new(write.vector("ADD", base, write.vector("ADD", first, second)), light.inputs["Color"])
    write.finish(light.outputs[0], "ShaderNodeOutputWorld")


def _cloud(write: Formula, at: bpy.types.NodeSocket, scale: float) -> bpy.types.NodeSocket:
    noise = write.tree.nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value, noise.inputs["Detail"].default_value = scale, 2.0
    write.tree.links.new(at, noise.inputs["Vector"])
    return write.step(noise.outputs[0], 0.36, 0.72)


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
    """Add discs that face the eye, each as large as it would look out of focus, and as much fainter.

    Small bright things far out of focus need very many samples; discs need none.
    """
    chance = stage.chance("dust")
    eye, towards = np.asarray(field.eye), np.subtract(field.target, field.eye)
    focus = float(np.linalg.norm(towards))
    forward = towards / focus
    side = np.cross(forward, (0.0, 0.0, 1.0))
    side /= np.linalg.norm(side)
    up = np.cross(side, forward)
    centres, sizes, lights, tints = [], [], [], []
    for _ in range(count):
        depth = math.exp(chance.uniform(*np.log(field.depths)))
        across, above = (chance.uniform(-1.15, 1.15) * field.reach * depth for _ in range(2))
        centres.append(eye + forward * depth + side * across + up * above)
        spread = field.blur * abs(depth - focus) / depth
        own = field.grain * math.exp(chance.gauss(0, 0.35))
        sizes.append((own + spread) * depth)
        lights.append((own / (own + spread)) ** 1.1 * chance.triangular(0.08, 1.0, 0.2))
        tints.append(_tint(stage, chance.random()))
    points, faces = fans(np.array(centres), _discs(np.array(centres), np.array(sizes), side, up))
    mesh = mesh_of(
        "dust",
        points,
        faces,
        reach=np.tile([0.0] + [1.0] * _CORNERS, count),
        bright=np.repeat(lights, _CORNERS + 1),
        phase=np.repeat([chance.random() for _ in range(count)], _CORNERS + 1),
        tint=np.repeat(np.array(tints), _CORNERS + 1, axis=0),
    )
    mesh.materials.append(_dust_light(stage))
    thing = stage.add("dust", mesh)
    thing.visible_diffuse = thing.visible_glossy = thing.visible_shadow = False
    return thing


def _discs(centres: Array, sizes: Array, side: Array, up: Array) -> Array:
    angles = np.arange(_CORNERS) * (2 * np.pi / _CORNERS)
    flat = np.cos(angles)[:, None] * side + np.sin(angles)[:, None] * up
    return np.asarray(centres[:, None] + flat * sizes[:, None, None])


def _tint(stage: Stage, share: float) -> Rgb:
    colors = stage.palette
    if share < 0.12:  # noqa: PLR2004 - the few that stand out
        return colors.accent
    return mixed(mixed(colors.primary, colors.secondary, share), _WHITE, 0.15)


def _dust_light(stage: Stage) -> bpy.types.Material:
    material, write = shining("dust")
    rounds = write.product(write.moment(stage), float(stage.whole_turns(0.2)))
    twinkle, reach = write.wave(rounds, write.given("phase"), 0.8, 0.2), write.given("reach")
    disc = write.product(write.step(reach, 1.0, 0.72), write.total(0.75, write.product(reach, 0.35)))
    strength = write.product(disc, twinkle, write.given("bright"))
    write.finish(write.over(write.shine(write.scaled(write.given("tint", "Vector"), strength))))
    return material
