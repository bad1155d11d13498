"""Currents: bundles of smooth lines through space. Pure numpy.

A current follows a spline through a few knots; its lines run beside each other round it in strands, closer
at its waist than at its ends, and wind about it. All lines have the same number of points, evenly apart.
"""

import math
import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Knot = tuple[float, float, float]

POINTS = 160
_FINE = 480  # points of a line before they are spread evenly
_LINES_A_STRAND = 9
_LOWEST = 0.12  # above the floor, below which the mirror image begins


@dataclass(frozen=True)
class Current:
    """Where a bundle of lines goes.

    Attributes:
        knots: What its middle follows, in the direction of the flow; four at least.
        share: Of all the lines.
        breadth: Radius of the bundle at its ends, sideways.
        height: The same, upwards.
        waist: How much narrower it is where it is narrowest.
        waist_at: Where that is, from 0 to 1.
        gain: How bright its lines are.
    """

    knots: tuple[Knot, ...]
    share: float
    breadth: float
    height: float
    waist: float = 0.5
    waist_at: float = 0.5
    gain: float = 1.0


def lines_of(current: Current, count: int, winding: float, chance: random.Random) -> Array:
    """Return the lines of a current (count, POINTS, 3).

    Args:
        current: Whose.
        count: How many.
        winding: How much they turn round each other and stray: from 0 to about 1.
        chance: What decides of everything else.
    """
    share = np.linspace(0.0, 1.0, _FINE)
    middle = _spline(np.array(current.knots), share)
    along = np.gradient(middle, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.cross(along, (0.0, 0.0, 1.0))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    up = np.cross(side, along)
    away = np.abs(share - current.waist_at) / max(current.waist_at, 1 - current.waist_at)
    narrow = current.waist + (1 - current.waist) * away**1.6
    lines = []
    for x, y in _strands(count, winding, share, chance):
        line = middle + (x * narrow * current.breadth)[:, None] * side
        line += (y * narrow * current.height)[:, None] * up
        line[:, 2] = _LOWEST + _softly_positive(line[:, 2] - _LOWEST)
        lines.append(_evenly(line))
    return np.array(lines)


def _strands(count: int, winding: float, share: Array, chance: random.Random) -> list[tuple[Array, Array]]:
    """Return for each line where it is round the middle, all along it: sideways and upwards."""
    strands = []
    for _ in range(max(count // _LINES_A_STRAND, 2)):
        angle, reach = chance.uniform(0, math.tau), math.sqrt(chance.uniform(0.02, 1.0))
        strands.append((angle, reach, _wave(winding, share, chance), _wave(winding, share, chance)))
    turned = math.tau * 0.55 * winding * chance.choice((-1, 1)) * (share - 0.5)
    places = []
    for number in range(count):
        angle, reach, x_wave, y_wave = strands[number % len(strands)]
        own_x, own_y = chance.gauss(0, 0.13), chance.gauss(0, 0.13)
        x = reach * np.cos(angle + turned) + x_wave + own_x + _wave(0.22 * winding, share, chance)
        y = reach * np.sin(angle + turned) + y_wave + own_y + _wave(0.22 * winding, share, chance)
        places.append((x, y))
    return places


def _wave(size: float, share: Array, chance: random.Random) -> Array:
    """Return a slow wave along a line, of two sines."""
    first = math.tau * (chance.uniform(0.7, 1.3) * share + chance.random())
    second = math.tau * (chance.uniform(1.6, 2.6) * share + chance.random())
    return np.asarray(size * (0.34 * np.sin(first) + 0.13 * np.sin(second)))


def _spline(knots: Array, share: Array) -> Array:
    """Return points (n, 3) of the uniform cubic B-spline: it bends evenly, and need not touch its knots."""
    knots = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    place = share * (len(knots) - 3)
    first = np.minimum(place.astype(int), len(knots) - 4)
    t = (place - first)[:, None]
    weights = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    return np.asarray(sum(weight * knots[first + at] for at, weight in enumerate(weights)) / 6)


def _softly_positive(height: Array) -> Array:
    """Return what is far above 0 as it is, what is below as just above, without a bend between."""
    return np.asarray((height + np.sqrt(height**2 + 0.04)) / 2)


def _evenly(line: Array) -> Array:
    """Return POINTS points along a line, equally far from each other."""
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    passed = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = np.linspace(0.0, passed[-1], POINTS)
    return np.stack([np.interp(wanted, passed, line[:, axis]) for axis in range(3)], axis=1)


def length_of(lines: Array) -> Array:
    """Return how long lines (n, points, 3) are."""
    return np.asarray(np.linalg.norm(np.diff(lines, axis=1), axis=2).sum(axis=1))
