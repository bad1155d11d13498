"""A river of light: fine lines with packets that travel along them, drawn so that a lens gives no noise.

All of it is light that adds to what is behind it and lights nothing. A small bright thing far out of focus is
hit by few rays and gives noise: there it is drawn larger and dimmer, as the lens would show it, and the lens
only softens its edge.
"""

import math
from dataclasses import dataclass, replace

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_scripts.broll.meshes import Floats, write_mark
from blender_scripts.broll.stage import Stage
from blender_scripts.broll.streams.discs import add_disc_guide, disc_material
from blender_scripts.broll.streams.packets import Packets, add_packets
from blender_scripts.broll.streams.sight import Sight
from blender_scripts.broll.surfaces import blank

PACKET = 0.04  # radius of a packet and its halo, in focus
_THREAD = 0.006  # half the breadth of a line
_PACKET_GROWS, _THREAD_GROWS = 0.58, 0.42  # with the lens's blur
_HAZE = 18.0  # distance over which light fades to a third
_LOST = 0.05  # share of the light below which haze leaves nothing, and nothing is drawn
_FADING = 0.06  # share of a line over which it begins and ends
_TAIL, _FRONT = 0.42, 0.015  # of a pulse, in units of the scene
_PULSE, _REST = 2.6, 0.15  # light of a pulse and of a line without one
_FLOOR_MIRRORS, _FLOOR_ROUGH = 0.3, 0.045  # how much of the light, and how blurred a unit above the floor
_FLOOR_SKIPS = 3  # lines, all but one of which have no image there: it is dim, and each costs time


@dataclass(frozen=True)
class Course:
    """How packets travel on each line, one entry for each.

    Attributes:
        count: How many there are.
        start: Where the first is, from 0 to 1, in gaps.
        turns: How many gaps they pass over the clip.
        gap: Distance from one to the next.
    """

    count: NDArray[np.int_]
    start: Floats
    turns: Floats
    gap: Floats


@dataclass(frozen=True)
class River:
    """What flows.

    Attributes:
        lines: Points of each line, evenly apart (lines, points, 3).
        tints: Light of each line (lines, 3).
        course: How packets travel.
    """

    lines: Floats
    tints: Floats
    course: Course

    def every(self, step: int) -> "River":
        """Return this river with only every so many-th line."""
        course = self.course
        kept = Course(course.count[::step], course.start[::step], course.turns[::step], course.gap[::step])
        return River(self.lines[::step], self.tints[::step], kept)


def add_river(stage: Stage, river: River, sight: Sight) -> None:
    """Add a river, and its image in a wet floor at a height of 0."""
    _add_image(stage, river, sight, np.zeros(river.lines.shape[:2]))
    seen = river.every(_FLOOR_SKIPS)
    sunk = replace(seen, lines=seen.lines * (1, 1, -1), tints=seen.tints * _FLOOR_MIRRORS)
    _add_image(stage, sunk, sight, _FLOOR_ROUGH * seen.lines[..., 2])


def _add_image(stage: Stage, river: River, sight: Sight, rough: Floats) -> None:
    blur = sight.blur(river.lines)
    light = _light(river.lines, sight)
    _add_threads(stage, river, sight, np.maximum(_THREAD_GROWS * blur, rough), light)
    _add_packets(stage, river, sight, np.maximum(_PACKET_GROWS * blur, rough), light)


def _light(lines: Floats, sight: Sight) -> Floats:
    """Return how much light comes through from each point (lines, points)."""
    depth, points = sight.depth(lines), lines.shape[1]
    haze = np.exp(-np.maximum(depth - sight.focus, 0.0) / _HAZE)
    haze = np.maximum(haze - _LOST, 0.0) / (1 - _LOST)
    near = np.clip((depth - 1.0) / 1.5, 0.0, 1.0) ** 2
    order = np.arange(points)
    end = np.clip(np.minimum(order, order[::-1]) / (_FADING * points), 0.0, 1.0)
    return np.asarray(haze * near * end * end * (3 - 2 * end))


def _add_threads(stage: Stage, river: River, sight: Sight, least: Floats, light: Floats) -> None:
    """Add the lines as ribbons that face the camera."""
    lines, course = river.lines, river.course
    across = np.cross(np.gradient(lines, axis=1), lines - np.array(sight.place))
    across /= np.linalg.norm(across, axis=2, keepdims=True)
    half = np.maximum(_THREAD, least)
    half = np.maximum(half, 0.8 * sight.pixel(lines))
    sides = np.stack([lines - across * half[..., None], lines + across * half[..., None]], axis=2)
    mesh = bpy.data.meshes.new("threads")
    mesh.from_pydata(sides.reshape(-1, 3).tolist(), [], _ribbons(light > 0.0))
    cell = np.linspace(0, 1, lines.shape[1])[None] * course.count[:, None] - course.start[:, None]
    turns, gap = (np.broadcast_to(each[:, None], cell.shape) for each in (course.turns, course.gap))
    tint = river.tints[:, None] * (light * (_THREAD / half) ** 0.9)[..., None]
    write_mark(mesh, "ride", np.repeat(np.stack([cell, turns, gap], axis=-1).reshape(-1, 3), 2, axis=0))
    write_mark(mesh, "tint", np.repeat(tint.reshape(-1, 3), 2, axis=0))
    write_mark(mesh, "edge", np.tile([-1.0, 1.0], cell.size))
    mesh.materials.append(_thread_material(stage))
    stage.add("threads", mesh)


def _ribbons(shines: NDArray[np.bool_]) -> list[list[int]]:
    """Return the faces of ribbons whose points come in pairs, where any light comes from them."""
    lines, points = shines.shape
    pairs = (np.arange(lines)[:, None] * points + np.arange(points - 1))[shines[:, 1:] | shines[:, :-1]] * 2
    faces: list[list[int]] = np.stack([pairs, pairs + 1, pairs + 3, pairs + 2], axis=1).tolist()
    return faces


def _add_packets(stage: Stage, river: River, sight: Sight, least: Floats, light: Floats) -> None:
    """Add the packets, each at the head of a pulse of its line."""
    size = np.maximum(PACKET, least)
    look = np.stack(
        [
            np.where(light > 0.0, size, 0.0),
            light * (PACKET / size) ** 1.15,
            np.clip(least / PACKET - 0.3, 0.0, 1.0),
        ],
        axis=-1,
    )
    paths = bpy.data.meshes.new("paths")
    paths.from_pydata(river.lines.reshape(-1, 3).tolist(), [], [])
    write_mark(paths, "look", look.reshape(-1, 3))
    guide = stage.add("paths", paths)
    guide.hide_render = True
    course = river.course
    line = np.repeat(np.arange(len(river.lines)), course.count)
    order = np.concatenate([np.arange(count) for count in course.count])
    packets = Packets(
        line=line,
        start=(order + course.start[line]) / course.count[line],
        passed=(course.turns / course.count)[line],
        tint=river.tints[line],
    )
    disc = add_disc_guide(stage, sight, disc_material("packet"))
    add_packets(stage, guide, river.lines.shape[1], packets, disc)


def _thread_material(stage: Stage) -> bpy.types.Material:
    """Return what the lines are of: a faint thread, and a pulse with a tail for each packet."""
    material, formula = blank("thread")
    cell, turns, gap = formula.parts(formula.mark("ride", "Vector"))
    passed = formula.math("MULTIPLY", turns, formula.moment(stage))
    ahead = formula.math("FRACT", formula.math("SUBTRACT", cell, passed))
    behind = formula.product(formula.math("SUBTRACT", 1.0, ahead), gap)
    tail = formula.math("POWER", math.e, formula.math("DIVIDE", behind, -_TAIL))
    front = formula.math("POWER", math.e, formula.math("DIVIDE", formula.product(ahead, gap), -_FRONT))
    edge = formula.mark("edge")
    across = formula.math("SUBTRACT", 1.0, formula.math("MULTIPLY", edge, edge))
    light = formula.math("MULTIPLY_ADD", formula.math("ADD", tail, front), _PULSE, _REST)
    tint = formula.mark("tint", "Color")
    formula.finish(formula.over(formula.light(tint, formula.product(light, across))))
    return material
