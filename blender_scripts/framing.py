"""Framing: the camera's distance and lens shift at every angle of the turn. Pure numpy.

Fill is the larger side of the projected part's bounding box over the picture's shorter side. Everything
here is a function of the angle, sampled over the full turn whatever frames are asked for, so that a frame
looks the same in a turn of 24 frames and in one of 96.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blender_scripts.dolly import at_angle, least_movement
from blender_scripts.turn import studio_rotation

Array = NDArray[np.float64]

SENSOR = 36.0
"""Width of the film back in millimetres; it lies along the picture's longer side."""
LEAST, MOST, BEST = 0.718, 0.835, 0.82
"""Fill aimed at. The promise is 0.70 to 0.85; the rest is for support points and angles between samples."""
STEADY = 0.04
"""How far the part's middle may lie from the picture's, over the shorter side, before the lens follows."""
SAMPLES = 512
_NEAREST = 0.02  # the camera keeps this far from the nearest point, over the part's radius
_TOLERANCE = 0.003  # of a distance, as a fraction


@dataclass(frozen=True)
class View:
    """A lens and a direction: the picture's size in pixels, degrees, millimetres."""

    width: int
    height: int
    focal_length: float
    azimuth: float
    elevation: float
    axis: str

    @property
    def magnification(self) -> float:
        """Half the shorter side, at distance one, is one over this."""
        longer, shorter = max(self.width, self.height), min(self.width, self.height)
        return self.focal_length / (SENSOR / 2) * longer / shorter


@dataclass(frozen=True)
class Framing:
    """Distance and picture centre at every sampled angle; the shift is in halves of the shorter side."""

    distance: Array
    shift_x: Array
    shift_y: Array

    def at(self, degrees: float) -> tuple[float, float, float]:
        """Return distance, shift_x and shift_y at an angle."""
        return (
            at_angle(self.distance, degrees),
            at_angle(self.shift_x, degrees),
            at_angle(self.shift_y, degrees),
        )


def frame_turn(points: Array, view: View, framing: str) -> Framing:
    """Place the camera for a whole turn round points (n, 3) that are centred on the turn.

    Raises:
        ValueError: The points are all in one place.
    """
    if not np.ptp(points, axis=0).max() > 0:
        raise ValueError("expected a part with an extent, found all its points in one place")
    turned = turned_points(points, view, np.arange(SAMPLES) * 360 / SAMPLES)
    best = distance_for(turned, view.magnification, BEST)
    closest = distance_for(turned, view.magnification, MOST, start=best)
    farthest = distance_for(turned, view.magnification, LEAST, start=best)
    if framing == "fixed":
        distance = np.full(SAMPLES, best.max())
    elif closest.max() <= farthest.min():
        distance = np.full(SAMPLES, np.clip(best.max(), closest.max(), farthest.min()))
    else:
        distance = np.exp(least_movement(np.log(closest), np.log(farthest), _TOLERANCE))
    left, right, bottom, top = projected_box(turned, distance, view.magnification)
    return Framing(distance, _steady((left + right) / 2), _steady((bottom + top) / 2))


def turned_points(points: Array, view: View, angles: Array) -> Array:
    """Return points (n, 3) as right, up and towards the camera, with the part turned: (3, angles, n)."""
    tilt = np.radians(view.elevation)
    cosine, sine = np.cos(tilt), np.sin(tilt)
    axes = np.array([[1, 0, 0], [0, sine, cosine], [0, -cosine, sine]])
    turns = np.stack([axes @ studio_rotation(view.axis, angle, view.azimuth).T for angle in angles])
    return np.ascontiguousarray(np.moveaxis(turns @ points.T, 1, 0))


def projected_box(turned: Array, distance: Array, magnification: float) -> tuple[Array, Array, Array, Array]:
    """Return left, right, bottom and top (a,) of the part at each angle, in halves of the shorter side."""
    scale = magnification / (distance[:, None] - turned[2])
    across, upwards = turned[0] * scale, turned[1] * scale
    return across.min(axis=1), across.max(axis=1), upwards.min(axis=1), upwards.max(axis=1)


def fill_of(turned: Array, distance: Array, magnification: float) -> Array:
    """Return the fill (a,) of turned points (3, a, n) seen from distances (a,)."""
    left, right, bottom, top = projected_box(turned, distance, magnification)
    return np.asarray(np.maximum(right - left, top - bottom) / 2)


def distance_for(turned: Array, magnification: float, fill: float, start: Array | None = None) -> Array:
    """Return the distances (a,) from which turned points (3, a, n) have a given fill.

    Newton's method on 1/fill, which is almost a straight line in the distance, from distances near the answer
    where there are any.
    """
    nearest = turned[2].max(axis=1)
    radius = np.linalg.norm(turned[:, 0], axis=0).max()
    distance = nearest + radius * magnification / fill if start is None else start
    for _ in range(12):
        here = fill_of(turned, distance, magnification)
        if np.abs(here / fill - 1).max() < 1e-5:  # noqa: PLR2004 - far below a pixel
            break
        ahead = fill_of(turned, distance * (1 + 1e-6), magnification)
        slope = (1 / ahead - 1 / here) / (distance * 1e-6)
        distance = np.maximum(distance + (1 / fill - 1 / here) / slope, nearest + _NEAREST * radius)
    return np.asarray(distance)


def _steady(middle: Array) -> Array:
    """Return the shift that keeps the part near the picture's middle while moving as little as it can."""
    low, high = middle - 2 * STEADY, middle + 2 * STEADY  # the whole side is two halves
    if low.max() <= high.min():
        return np.full(len(middle), (middle.min() + middle.max()) / 2)
    return least_movement(low, high, 2 * _TOLERANCE)
