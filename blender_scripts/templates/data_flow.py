"""Data flow: packets of light that travel along a river of fine lines, over a wet floor in the dark."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_scripts.broll.lens import SENSOR, add_camera
from blender_scripts.broll.motion import animate, drifting, swinging
from blender_scripts.broll.palette import Palette, mixed
from blender_scripts.broll.picture import Effort, add_glow, set_background, spend
from blender_scripts.broll.stage import Stage
from blender_scripts.broll.streams.currents import Current, Knot, length_of, lines_of
from blender_scripts.broll.streams.discs import Discs, add_discs
from blender_scripts.broll.streams.distant_glow import add_distant_glow
from blender_scripts.broll.streams.river import Course, River, add_river
from blender_scripts.broll.streams.sight import Sight

Array = NDArray[np.float64]

DIRECTIONS = ("across", "towards", "away")
_WIDEST_STOP, _SMALLEST_STOP = 0.15, 2.4
_GAPS = ((3.4, 6.4), (2.2, 4.2))  # from a packet to the next on its line, in units: along, across
_ACCENTS = 0.06  # share of lines in the accent's colour
_EFFORT = Effort(bounces=0, layers=48)  # of lights one behind the other: more are not seen


@dataclass(frozen=True)
class Wish:
    """The template's own parameters, see the model of the same name."""

    streams: int
    packets: float
    speed: float
    spread: float
    curl: float
    direction: str
    depth_of_field: float


def build(stage: Stage) -> None:
    """Build the scene."""
    fields = stage.parameters
    wish = Wish(
        streams=fields.whole("streams", 40, 240, 150),
        packets=fields.number("packets", 0.2, 2.0, 1.0),
        speed=fields.number("speed", 5.0, 45.0, 30.0),
        spread=fields.number("spread", 0.4, 1.6, 1.0),
        curl=fields.number("curl", 0.0, 1.0, 0.5),
        direction=fields.text("direction", "across", DIRECTIONS),
        depth_of_field=fields.number("depth_of_field", 0.0, 1.0, 0.6),
    )
    sight = _sight(stage, wish)
    add_river(stage, _river(stage, wish, sight), sight)
    _add_motes(stage, sight)
    _add_distance(stage, sight)
    _add_moving_camera(stage, sight)
    spend(stage, _EFFORT)
    add_glow(stage, 0.3, 1.0)


def _sight(stage: Stage, wish: Wish) -> Sight:
    """Return the camera at rest. In a tall picture it is a longer lens, so that the river fills it."""
    f_stop = _SMALLEST_STOP * (_WIDEST_STOP / _SMALLEST_STOP) ** wish.depth_of_field
    longer = math.sqrt(16 / 9 / stage.aspect)
    if wish.direction == "across":
        return Sight((0.0, -8.0, 1.75), (0.0, 0.0, 0.95), 38.0 * longer, f_stop, stage.aspect)
    return Sight((0.0, -6.5, 1.55), (0.0, 1.0, 1.0), 30.0 * longer, f_stop, stage.aspect)


def _river(stage: Stage, wish: Wish, sight: Sight) -> River:
    """Return what flows."""
    chance = stage.chance("currents")
    currents = _across(chance) if wish.direction == "across" else _along(chance)
    lines, tints = [], []
    for current in currents:
        count = max(round(wish.streams * current.share), 2)
        wider = replace(current, breadth=current.breadth * wish.spread, height=current.height * wish.spread)
        lines.append(lines_of(wider, count, wish.curl, chance))
        tints += [_tint(stage.palette, current.gain, chance) for _ in range(count)]
    flow = np.concatenate(lines)
    if stage.chance("side").choice((True, False)):
        flow = flow * (-1, 1, 1)
    if wish.direction == "away":
        flow = flow[:, ::-1]
    return River(flow, np.array(tints), _course(stage, wish, flow, sight))


def _across(chance: random.Random) -> list[Current]:
    """Return a river that comes out of the distance, passes in focus and leaves beside the camera."""
    near = _near(chance, 0.9, 0.3)
    main = near((-19, 24, 2.6), (-9, 13, 0.7), (-4, 3, 1.5), (-0.6, 0.2, 0.7), (2, -1.3, 1.25))
    main += near((4.2, -3.6, 1), (7.5, -6, 1.8))
    back = near((-16, 9, 3), (-7, 12, 1.6), (0, 10, 2.2), (8, 13, 1.4), (18, 10, 2.6))
    front = near((-7, -3, 0.6), (-2.2, -4.4, 0.95), (0.6, -4.7, 0.55), (3, -4.2, 1.2), (7, -3, 1.4))
    return [
        Current(main, 0.68, 1.15, 0.75, 0.5, 0.55),
        Current(back, 0.22, 1.6, 0.9, 0.7, 0.5, 0.5),
        Current(front, 0.1, 0.45, 0.3, 0.8, 0.5, 0.4),
    ]


def _along(chance: random.Random) -> list[Current]:
    """Return a river that comes from the horizon and passes below the camera and beside it."""
    near = _near(chance, 0.6, 0.12)
    main = near((2, 95, 3), (6, 60, 2), (4.5, 36, 1.2), (-0.6, 19, 0.8), (-1.8, 9, 0.9), (0.8, 2.5, 0.6))
    main += near((0.8, -3, 0.45), (-0.4, -8, 0.3))
    left = near(
        (-1, 95, 5), (-6, 60, 4), (-9, 34, 3), (-7.5, 16, 2), (-4.5, 5, 1.4), (-3, -1, 1.5), (-3.2, -7, 2)
    )
    right = near(
        (6, 95, 5), (12, 60, 4), (12, 32, 2.6), (7.5, 14, 2), (4.5, 4, 1.6), (3.2, -2, 1.8), (3.6, -7, 2.2)
    )
    return [
        Current(main, 0.66, 2.4, 0.4, 0.5, 0.5),
        Current(left, 0.18, 0.9, 0.7, 0.6, 0.5, 0.7),
        Current(right, 0.16, 0.9, 0.7, 0.6, 0.5, 0.7),
    ]


def _near(chance: random.Random, aside: float, up: float) -> Callable[..., tuple[Knot, ...]]:
    """Return a function that moves knots a little."""

    def moved(*knots: Knot) -> tuple[Knot, ...]:
        return tuple(
            (
                x + chance.uniform(-aside, aside),
                y + chance.uniform(-aside, aside),
                z + chance.uniform(-up, up),
            )
            for x, y, z in knots
        )

    return moved


def _tint(colors: Palette, gain: float, chance: random.Random) -> Array:
    """Return the light of a line: most are between two colours, a few of the accent."""
    color = mixed(colors.primary, colors.secondary, min(max(chance.gauss(0.3, 0.3), 0.0), 1.0))
    if chance.random() < _ACCENTS:
        color = colors.accent
    return np.array(color) * gain * chance.uniform(0.45, 1.0)


def _course(stage: Stage, wish: Wish, lines: Array, sight: Sight) -> Course:
    """Choose how packets travel: no faster in the picture than wished, in a loop a whole number of gaps."""
    chance = stage.chance("packets")
    length, limit = length_of(lines), wish.speed / 100 / sight.quickest(lines)
    usual = float(np.median(limit))
    count, start, turns = [], [], []
    for whole, most in zip(length, limit, strict=True):
        passed = min(most, usual * 1.3) * chance.uniform(0.62, 1.0) * stage.seconds
        number = max(round(whole / chance.uniform(*_GAPS[wish.direction == "across"]) * wish.packets), 1)
        if stage.loop:
            number = max(number, math.ceil(whole / passed))
        turned = passed * number / whole
        count.append(number)
        start.append(chance.random())
        turns.append(math.floor(turned + 1e-9) if stage.loop else turned)
    return Course(np.array(count), np.array(start), np.array(turns, dtype=float), length / np.array(count))


def _add_motes(stage: Stage, sight: Sight) -> None:
    """Add motes that hang in the air before the river and behind it, as the lens draws them."""
    for name, number, nearest, farthest, gain in (
        ("far motes", 110, 13.0, 32.0, 0.16),
        ("near motes", 14, 2.2, 4.2, 0.1),
    ):
        chance = stage.chance(name)
        depth = np.array([chance.uniform(nearest, farthest) for _ in range(number)])
        x = np.array([chance.uniform(-0.62, 0.62) for _ in range(number)])
        y = np.array([chance.gauss(0.06, 0.13) for _ in range(number)])
        scale = depth * SENSOR / sight.focal_length
        places = np.array(sight.place) + np.stack([x * scale, y * scale, depth], axis=1) @ sight.axes
        sizes = np.maximum(1.1 * sight.blur(places), scale * 0.002) * [
            chance.uniform(0.8, 1.3) for _ in depth
        ]
        tints = np.array([_tint(stage.palette, gain, chance) * chance.uniform(0.2, 1.0) for _ in depth])
        motes = add_discs(stage, sight, name, Discs(places, sizes, tints))
        _float(stage, motes, 0.02 * nearest)


def _float(stage: Stage, motes: bpy.types.Object, far: float) -> None:
    """Let motes rise and sink a little, or rise slowly."""

    def place_at(moment: float) -> tuple[float, float, float]:
        if stage.loop:
            return far * swinging(moment, 1, 0.2), 0.0, far * 0.7 * swinging(moment, 1, 0.55)
        return far * (2 * moment - 1), 0.0, far * (moment - 0.5)

    animate(stage, motes, "location", place_at)


def _add_distance(stage: Stage, sight: Sight) -> None:
    """Fill what is far behind: a dark gradient, and soft light on the horizon."""
    colors, chance = stage.palette, stage.chance("distance")
    set_background(stage, mixed(colors.background, colors.primary, 0.04), colors.background)
    for color, gain, side in (
        (colors.primary, 0.09, -1),
        (colors.secondary, 0.05, 1),
        (colors.accent, 0.012, 0),
    ):
        aside = (side * chance.uniform(0.15, 0.4), chance.uniform(-0.02, 0.1), sight.focal_length / SENSOR)
        tint = mixed((0.0, 0.0, 0.0), color, gain)
        add_distant_glow(stage, (np.array(aside) @ sight.axes).tolist(), chance.uniform(24, 32), tint)


def _add_moving_camera(stage: Stage, sight: Sight) -> None:
    """Add the camera: in a loop it sways round its place, otherwise it glides past it."""
    x, y, z = sight.place

    def place_at(moment: float) -> tuple[float, float, float]:
        if stage.loop:
            sway = swinging(moment), swinging(moment, 1, 0.25), swinging(moment, 1, 0.4)
            return x + 0.22 * sway[0], y + 0.12 * sway[1], z + 0.05 * sway[2]
        share = drifting(moment) - 0.5
        return x + 0.8 * share, y + 0.6 * share, z + 0.12 * share

    add_camera(stage, place_at, lambda _: sight.target, focal_length=sight.focal_length, f_stop=sight.f_stop)
