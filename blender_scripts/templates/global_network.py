"""A dark globe of dots in space, with arcs between cities along which light travels."""

import math
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Euler, Vector

from blender_scripts.broll.globe.connections import add_arcs, add_marks, chosen_connections
from blender_scripts.broll.globe.dust import Field, add_dust, set_sky
from blender_scripts.broll.globe.planet import Lit, add_air, add_ball
from blender_scripts.broll.globe.sphere import direction
from blender_scripts.broll.globe.tiles import add_tiles
from blender_scripts.broll.lens import SENSOR, Place, add_camera
from blender_scripts.broll.motion import animate, drifting, swinging
from blender_scripts.broll.picture import Effort, add_glow, spend
from blender_scripts.broll.stage import Stage

_FOCI = {
    "atlantic": (24.0, -38.0),
    "americas": (16.0, -86.0),
    "europe": (34.0, 14.0),
    "africa": (6.0, 20.0),
    "asia": (24.0, 96.0),
    "pacific": (14.0, 142.0),
}
_DUST = 260
_EFFORT = Effort(noise=0.2, bounces=0, layers=24)  # nothing here is lit: all of it shines
_OFF_REST = 0.125  # a loop goes over its seam neither at its fastest nor at rest


@dataclass(frozen=True)
class Framing:
    """Where the camera is and looks, in radii of the globe, which is at the origin.

    Attributes:
        eye: Where it is.
        target: What it looks at, and is focused on.
        focal_length: In millimetres.
        f_stop: Of the lens.
        below: By how many degrees of latitude the focus is beyond what the eye is over.
        dust: Between which distances dust floats.
        arcs: By how much arcs are lowered, where the camera is so near that they would pass close by it.
    """

    eye: Place
    target: Place
    focal_length: float
    f_stop: float
    below: float
    dust: tuple[float, float]
    arcs: float = 1.0


def build(stage: Stage) -> None:
    """Build it."""
    read = stage.parameters
    north, east = _FOCI[read.text("focus", "europe", _FOCI)]
    framing = _framing(read.text("framing", "close", ("whole", "close", "horizon")), stage.aspect)
    count, spacing = read.whole("connections", 6, 120, 44), read.number("dot_spacing", 0.7, 3.0, 0.85)
    height, turn = read.number("arc_height", 0.05, 0.8, 0.30), read.number("rotation", -60.0, 60.0, 20.0)
    tilt = read.number("tilt", -40.0, 40.0, 12.0)
    chance = stage.chance("view")
    east += chance.uniform(-9, 9)
    lit = Lit(tuple(Vector((-0.62 + chance.uniform(-0.15, 0.15), -0.45, 0.64)).normalized()))
    globe = _add_globe(stage, north - framing.below, east, tilt, turn)
    connections = chosen_connections(stage, direction(north, east), count)
    ends = [one.start for one in connections] + [one.end for one in connections]
    add_ball(stage, globe, lit)
    add_tiles(stage, globe, spacing, np.stack(ends), lit)
    add_air(stage, framing.eye, lit)
    add_arcs(stage, globe, connections, height * framing.arcs)
    add_marks(stage, globe, connections)
    set_sky(stage, (-0.45, 0.8, 0.4), 0.065)
    _film(stage, framing)
    add_glow(stage, 0.3, 1.0)
    spend(stage, _EFFORT)


def _framing(name: str, aspect: float) -> Framing:
    """Return a framing for a picture of a shape: the globe's size goes by the picture's shorter side."""
    half = SENSOR / 2 / 50.0 * min(1.0, 1.0 / aspect)
    if name == "horizon":
        return Framing((0.0, -1.75, 0.0), (0.0, -0.82, 0.488), 35.0, 1.5, 16.0, (0.3, 9.0), 0.5)
    away = 1 / math.sin(math.atan(half * (0.83 if name == "whole" else 1.22)))
    if name == "whole":
        return Framing((0.0, -away, 0.0), (0.0, -0.85, 0.0), 50.0, 0.9, 0.0, (1.6, 22.0))
    aside = -0.42 if aspect > 1.2 else -0.15 if aspect > 0.8 else 0.0  # noqa: PLR2004 - wide, square, tall
    return Framing((0.0, -away, 0.0), (aside, -0.80, 0.24), 50.0, 1.1, 6.0, (1.1, 18.0))


def _add_globe(stage: Stage, north: float, east: float, tilt: float, turn: float) -> bpy.types.Object:
    """Return what turns: about an axis that leans so that a place faces the camera."""
    lean = stage.add("lean", None)
    lean.rotation_euler = (
        Euler((0, math.radians(tilt), 0)).to_matrix() @ Euler((math.radians(north), 0, 0)).to_matrix()
    ).to_euler()
    globe = stage.add("globe", None, lean)
    facing = math.radians(-90 - east)

    def angle_at(moment: float) -> tuple[float, float, float]:
        share = swinging(moment, phase=_OFF_REST) if stage.loop else 2 * drifting(moment) - 1
        return (0.0, 0.0, facing + math.radians(turn) / 2 * share)

    animate(stage, globe, "rotation_euler", angle_at)
    return globe


def _film(stage: Stage, framing: Framing) -> None:
    """Add the camera, which comes a little nearer, and dust round what it looks at."""

    def share_at(moment: float) -> float:
        return swinging(moment, phase=0.25) if stage.loop else 2 * drifting(moment) - 1

    def eye_at(moment: float) -> Place:
        near = 1 - 0.018 * share_at(moment)
        x, y, z = framing.eye
        return (x + 0.03 * share_at(moment), y * near, z + 0.02 * share_at(moment))

    add_camera(
        stage, eye_at, lambda _: framing.target, focal_length=framing.focal_length, f_stop=framing.f_stop
    )
    focus = math.dist(framing.eye, framing.target)
    blur = framing.focal_length / 2000 / framing.f_stop / focus
    half = SENSOR / 2 / framing.focal_length
    field = Field(
        eye=framing.eye,
        target=framing.target,
        depths=framing.dust,
        reach=half * max(1.0, 1 / stage.aspect),
        grain=half * 0.0016,
        blur=blur,
    )
    dust = add_dust(stage, field, _DUST)
    animate(stage, dust, "location", lambda moment: (0.03 * share_at(moment), 0.0, 0.02 * share_at(moment)))
