"""How fast things move over the picture."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from media.pictures.clip import Frames, Planes, shrunk, smoothed

MOTION_BOUND = 2.0
WORKING_WIDTH = 240
"""Pixels across that motion is looked for in: the bound is five of them, and places are found to a tenth."""
REACHES = (0.06, 0.2)
"""How far, as a share of the width, a feature is looked for; the second time only what was not found."""
RADIUS = 4
"""Of the square of pixels that makes up a feature."""
CELL = 8
"""One feature at most is followed out of each square of so many pixels."""
CHANGED_FROM, CORNER_FROM = 1.5, 3.0
"""In 1/255: how much a feature's pixels have to change, and how much light has to vary over it, both ways."""
ALIKE_FROM, AS_ALIKE = 0.9, 0.03
"""Normalised correlation from which a place counts, and by how much a nearer place may be less alike."""
BACK_WITHIN = 1.0
"""Pixels: how near to its place a feature has to come when it is followed back."""
STEADY_WITHIN = 1.0
"""Pixels: what is fast may be that much faster or slower, and a quarter, in the frame after."""
NEIGHBOURS = 3
PERCENTILE = 98

LEAST_SPREAD = 1.0
"""Below which a place has nothing to be like."""

Plane = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]
Vectors = npt.NDArray[np.floating[Any]]


def largest_motion(frames: Frames) -> float:
    """Return how far features move from one frame to the next at most, in per cent of the width.

    Features are corners that change (Shi and Tomasi 1994), one in each cell of a grid, so that a small thing
    in a quiet corner counts like a large one. Each is looked for in the next frame wherever it could be by
    normalised correlation, to a fraction of a pixel; among places that are about equally alike the nearest
    counts, as it does for the eye. What is not found again, or not found back from there, is left out:
    hidden, faded, or faster than a fifth of the width. So is what seems fast and does not go on like that in
    the frame after: a light that went out was taken for another of its kind. The figure is the 98th
    percentile of the displacements from one frame to the next, and the largest of those.

    Args:
        frames: Neighbouring frames of one clip, at least three.
    """
    planes = shrunk(frames, WORKING_WIDTH)
    if len(planes) < NEIGHBOURS:
        raise ValueError(f"expected at least {NEIGHBOURS} frames to find what moves, found {len(planes)}")
    threes = (planes[at : at + NEIGHBOURS] for at in range(len(planes) - NEIGHBOURS + 1))
    return max(map(_of_three, threes)) / planes.shape[2] * 100


def _of_three(planes: Planes) -> float:
    """Return the displacement between the first two of three planes in pixels."""
    one, other, third = planes
    width = one.shape[1]
    lost, far = _features(one, other), np.zeros(0)
    for share in REACHES:
        reach = round(share * width)
        by = _followed_there_and_back(one, other, lost, reach)
        known = ~np.isnan(by[:, 0])
        speed = np.linalg.norm(by, axis=1)
        fast = np.nonzero(known & (speed > MOTION_BOUND / 200 * width))[0]
        then = _followed(other, third, _landed(lost[fast], by[fast]), reach)
        goes_on = np.linalg.norm(then - by[fast], axis=1) <= STEADY_WITHIN + speed[fast] / 4
        known[fast[~goes_on]] = False
        lost, far = lost[~known], np.append(far, speed[known])
    return float(np.percentile(far, PERCENTILE)) if far.size else 0.0


def _landed(places: Places, by: Vectors) -> Places:
    return np.asarray(np.rint(places + by), np.intp)


def _features(one: Plane, other: Plane) -> Places:
    """Return the places (row, column) of the features to follow from one plane to the other."""
    down, across = np.gradient(one)
    a, b, c = (
        smoothed(product[np.newaxis], RADIUS)[0] for product in (down * down, down * across, across * across)
    )
    weaker = (a + c) / 2 - np.sqrt(((a - c) / 2) ** 2 + b * b)
    change = smoothed(np.abs(other - one)[np.newaxis], RADIUS)[0]
    score = np.where(change >= CHANGED_FROM, np.sqrt(np.maximum(weaker, 0)), 0)
    rows, columns = ((side - 2 * RADIUS) // CELL for side in score.shape)
    inner = score[RADIUS : RADIUS + rows * CELL, RADIUS : RADIUS + columns * CELL]
    cells = inner.reshape(rows, CELL, columns, CELL).swapaxes(1, 2).reshape(rows * columns, -1)
    best = cells.argmax(axis=1)
    cell = np.arange(rows * columns)
    places = np.stack([cell // columns * CELL + best // CELL, cell % columns * CELL + best % CELL], axis=1)
    return np.asarray(places[cells.max(axis=1) >= CORNER_FROM] + RADIUS, np.intp)


def _followed_there_and_back(one: Plane, other: Plane, places: Places, reach: int) -> Vectors:
    """Return as `_followed`, of what comes back to where it began when it is followed back."""
    by = _followed(one, other, places, reach)
    (known,) = np.nonzero(~np.isnan(by[:, 0]))
    end = _landed(places[known], by[known])
    error = np.linalg.norm(end + _followed(other, one, end, reach) - places[known], axis=1)
    by[known[~(error <= BACK_WITHIN)]] = np.nan
    return by


def _followed(one: Plane, other: Plane, places: Places, reach: int) -> Vectors:
    """Return by how many rows and columns each place has moved; not a number where it is not found."""
    padded = np.pad(other, reach + RADIUS, constant_values=np.nan)
    size = 2 * RADIUS + 1
    moved = np.full((len(places), 2), np.nan)
    for index, (row, column) in enumerate(places):
        pattern = one[max(row - RADIUS, 0) : row + RADIUS + 1, max(column - RADIUS, 0) : column + RADIUS + 1]
        if pattern.shape == (size, size):
            area = padded[row : row + 2 * reach + size, column : column + 2 * reach + size]
            moved[index] = _found(_likeness(pattern, area), reach)
    return moved


def _likeness(pattern: Plane, area: Plane) -> Vectors:
    """Return the normalised correlation of a pattern with each place of an area, -1 where there is none."""
    there = sliding_window_view(area, pattern.shape)
    ours = (pattern - pattern.mean()).ravel()
    flat = there.reshape(*there.shape[:2], -1)
    spread = np.sqrt(np.maximum((flat * flat).sum(axis=2) - flat.sum(axis=2) ** 2 / ours.size, 0))
    norms = np.linalg.norm(ours) * np.maximum(spread, LEAST_SPREAD)
    return np.asarray(np.nan_to_num(flat @ ours / norms, nan=-1.0))


def _found(score: Vectors, reach: int) -> tuple[float, float]:
    """Return where the nearest of the best places lies, from the middle."""
    inner = score[1:-1, 1:-1]
    peaks = sliding_window_view(score, (3, 3)).max(axis=(2, 3)) <= inner
    rows, columns = np.nonzero(peaks & (inner >= max(ALIKE_FROM, float(score.max()) - AS_ALIKE)))
    if not rows.size:
        return math.nan, math.nan
    nearest = np.argmin(np.hypot(rows + 1 - reach, columns + 1 - reach))
    row, column = int(rows[nearest]) + 1, int(columns[nearest]) + 1
    down = _vertex(*score[row - 1 : row + 2, column])
    across = _vertex(*score[row, column - 1 : column + 2])
    return row + down - reach, column + across - reach


def _vertex(before: float, here: float, after: float) -> float:
    """Return where, from the middle one, a parabola through three numbers has its top."""
    bend = before - 2 * here + after
    return float(np.clip((before - after) / (2 * bend), -0.5, 0.5)) if bend < 0 else 0.0
