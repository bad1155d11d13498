"""The turn: what stays put while the part turns, and where the ground lies. Pure numpy.

Lengths are in scene units, Z is up. The part appears to turn about `axis`; in the scene file the studio turns
the other way round it instead, so that nothing of the part has to move.
"""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_AXES = {"x": 0, "y": 1, "z": 2}


def rotation(axis: str, degrees: float) -> Array:
    """Return the right-handed rotation matrix (3, 3) about a coordinate axis."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    first, second = [(1, 2), (2, 0), (0, 1)][_AXES[axis]]
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = cosine
    matrix[first, second], matrix[second, first] = -sine, sine
    return matrix


def studio_rotation(axis: str, degrees: float, azimuth: float) -> Array:
    """Return the studio's rotation (3, 3) when the part appears turned by `degrees`.

    At azimuth 0 the camera looks along +Y (it sees the front); a positive azimuth walks it towards +X.
    """
    return np.asarray(rotation(axis, -degrees) @ rotation("z", azimuth))


def turn_centre(points: Array, axis: str) -> Array:
    """Return the point (3,) to turn about: the middle along the axis, the smallest circle's across it."""
    along = _AXES[axis]
    across = [index for index in range(3) if index != along]
    centre: Array = (points.min(axis=0) + points.max(axis=0)) / 2
    centre[across] = smallest_circle(points[:, across])[0]
    return centre


def ground_height(points: Array, axis: str) -> float:
    """Return how far below `points` (centred on the turn) the ground lies to clear the whole turn."""
    if axis == "z":
        return float(-points[:, 2].min())
    across = [index for index in range(3) if index != _AXES[axis]]
    return float(np.linalg.norm(points[:, across], axis=1).max())


def smallest_circle(points: Array) -> tuple[Array, float]:
    """Return centre (2,) and radius of the smallest circle round points (n, 2).

    The circle through the outermost few grows until nothing is outside; its radius grows with every round, so
    that no set of points comes twice.
    """
    middle = points.mean(axis=0)
    chosen = points[[np.argmax(np.linalg.norm(points - middle, axis=1))]]
    centre, radius = chosen[0], 0.0
    while True:
        reach = np.linalg.norm(points - centre, axis=1)
        farthest = int(np.argmax(reach))
        if reach[farthest] <= radius * (1 + 1e-9) + 1e-12:
            return centre, radius
        grown = _circle_of_few(np.vstack([chosen, points[farthest]]))
        if grown[1] <= radius:
            return centre, radius  # rounding has the last word
        centre, radius, chosen = grown


def _circle_of_few(points: Array) -> tuple[Array, float, Array]:
    """Return the smallest circle of at most four points, and the two or three that carry it."""
    best: tuple[Array, float, Array] | None = None
    for size in (2, 3):
        for choice in combinations(range(len(points)), size):
            subset = points[list(choice)]
            centre = _circumcentre(subset)
            if centre is None:
                continue
            radius = float(np.linalg.norm(subset - centre, axis=1).max())
            holds_all = np.linalg.norm(points - centre, axis=1).max() <= radius * (1 + 1e-9) + 1e-12
            if holds_all and (best is None or radius < best[1]):
                best = (centre, radius, subset)
    if best is None:  # all points in one place, or in one line to the last digit
        return points.mean(axis=0), float(np.ptp(points, axis=0).max() / 2), points[:2]
    return best


def _circumcentre(points: Array) -> Array | None:
    """Return the centre (2,) of the circle through two or three points, None for three in line."""
    if len(points) == 2:  # noqa: PLR2004 - a diameter
        return np.asarray(points.mean(axis=0))
    sides = 2 * (points[1:] - points[0])
    if abs(np.linalg.det(sides)) < 1e-14:  # noqa: PLR2004 - three points in line
        return None
    squares = (points**2).sum(axis=1)
    return np.asarray(np.linalg.solve(sides, squares[1:] - squares[0]))
