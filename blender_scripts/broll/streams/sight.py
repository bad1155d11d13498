"""How a camera at rest sees points: where, how far off, how blurred, and how fast what moves. Pure numpy."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Place = tuple[float, float, float]
_NEAREST = 0.1  # before the camera


@dataclass(frozen=True)
class Sight:
    """A camera at rest.

    Attributes:
        place: Where it is.
        target: What it looks at, and is focused on.
        focal_length: In millimetres, on 36 mm of width.
        f_stop: Of its lens.
        aspect: Width over height of its picture.
    """

    place: Place
    target: Place
    focal_length: float
    f_stop: float
    aspect: float

    @property
    def focus(self) -> float:
        """Distance of what is sharp."""
        return math.dist(self.place, self.target)

    @property
    def axes(self) -> Array:
        """Right, up and forwards as the rows of a matrix."""
        forwards = np.subtract(self.target, self.place) / self.focus
        right = np.cross(forwards, (0.0, 0.0, 1.0))
        right = np.asarray(right / np.linalg.norm(right))
        axes: Array = np.array([right, np.cross(right, forwards), forwards])
        return axes

    def depth(self, points: Array) -> Array:
        """Return how far before the camera points (…, 3) are, at least a little."""
        return np.asarray(np.maximum((points - self.place) @ self.axes[2], _NEAREST))

    def seen(self, points: Array) -> Array:
        """Return where points (…, 3) are in the picture (…, 2), in widths of it from its middle."""
        flat = (points - self.place) @ self.axes[:2].T
        return np.asarray(flat / self.depth(points)[..., None] * self.focal_length / 36.0)

    def is_seen(self, points: Array, margin: float = 0.08) -> NDArray[np.bool_]:
        """Return which of points (…, 3) are in the picture, or nearly."""
        across = np.abs(self.seen(points))
        inside = (across[..., 0] < 0.5 + margin) & (across[..., 1] < 0.5 / self.aspect + margin)
        before: NDArray[np.bool_] = (points - self.place) @ self.axes[2] > _NEAREST
        return np.asarray(inside & before)

    def blur(self, points: Array) -> Array:
        """Return the radius of the cone that is one point of the picture, where points (…, 3) are."""
        aperture = self.focal_length / 1000 / self.f_stop
        return np.asarray(aperture / 2 * np.abs(self.depth(points) - self.focus) / self.focus)

    def pixel(self, points: Array) -> Array:
        """Return how broad one of 1920 pixels across the picture is where points (…, 3) are."""
        return np.asarray(self.depth(points) * 36.0 / self.focal_length / 1920)

    def quickest(self, lines: Array) -> Array:
        """Return how far in the picture, in widths, what goes one unit along each line moves at the most.

        Lines that are nowhere in the picture count as one that moves very little.
        """
        seen = self.seen(lines)
        moved = np.linalg.norm(np.diff(seen, axis=1), axis=2)
        step = np.linalg.norm(np.diff(lines, axis=1), axis=2)
        inside = self.is_seen(lines)
        counted = inside[:, 1:] & inside[:, :-1]
        return np.asarray(np.maximum(np.where(counted, moved / step, 0.0).max(axis=1), 1e-3))
