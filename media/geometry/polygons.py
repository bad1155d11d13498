"""Polygons as triangles: a fan where the polygon is convex, else ears cut off one by one (Meisters, 1975).

Polygons are looked at along the axis that their Newell normal follows most: a view along an axis keeps what
is convex convex. All of one size are judged at once; only those that are not convex are taken one by one, and
only for a bounded time, since a file may be drawn to take for ever.
"""

import numpy as np
import numpy.typing as npt

from media.geometry.mesh_model import Floats, Indices, check_indices

TRIANGLE, QUADRILATERAL = 3, 4
SLIGHT = 1e-6  # the sine of an angle: a corner that turns inwards by less is rounded, not concave
BLOCK_CORNERS = 2**18  # as many are judged at once, so that memory stays bounded
MOST_CORNERS = 10_000  # of a polygon whose ears are cut
MOST_STEPS = 10_000_000  # of cutting ears, for all polygons of a file: a few seconds

Place = tuple[float, float]
Triangle = tuple[int, int, int]


class Triangulation:
    """Turns the polygons of one file into triangles."""

    def __init__(self, points: Floats) -> None:
        """Take the file's points (n, 3), which are finite."""
        self._points = points
        self._steps_left = MOST_STEPS
        self._left_as_fans = 0

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was drawn otherwise than it should be, in one sentence or none."""
        said = (
            "Polygons that may look wrong, since they are not convex and have too many corners to be divided "
            f"here: {self._left_as_fans}; export the model as triangles."
        )
        return (said,) if self._left_as_fans else ()

    def triangles(self, polygons: Indices) -> Indices:
        """Return polygons of one size (m, k, …) as triangles ((k - 2) m, 3, …), in the same order.

        Args:
            polygons: For each corner the number of its point, and perhaps others after it.

        Raises:
            BadMesh: A point is not there.
        """
        corners = polygons if polygons.ndim == 2 else polygons[:, :, 0]  # noqa: PLR2004 - points alone
        check_indices(corners, len(self._points))
        size = polygons.shape[1]
        found = polygons[:, _fan(size)]
        if size > TRIANGLE:
            step = max(1, BLOCK_CORNERS // size)
            for begin in range(0, len(polygons), step):
                which, order = self._not_fans(self._points[corners[begin : begin + step]])
                which += begin
                found[which] = polygons[which[:, None, None], order]
        return found.reshape(-1, 3, *polygons.shape[2:])

    def _not_fans(self, places: Floats) -> tuple[Indices, Indices]:
        """Return which polygons (m, k, 3) are not convex, and their triangles' corners (n, k - 2, 3)."""
        size = places.shape[1]
        views = _seen_flat(places)
        inward = _turning_inward(views)
        which = np.flatnonzero(inward.any(axis=1))
        if size == QUADRILATERAL:  # divided from the corner that turns inwards
            first = inward[which].argmax(axis=1)
            return which, (_fan(size)[None] + first[:, None, None]) % size
        order = np.empty((len(which), size - 2, 3), dtype=np.int64)
        for row, view in zip(order, views[which], strict=True):
            row[:] = self._ears(view)
        return which, order

    def _ears(self, view: Floats) -> Indices | list[Triangle]:
        ears: list[Triangle] | None = None
        if len(view) <= MOST_CORNERS:
            ears, steps = cut_ears([(x, y) for x, y in view.tolist()], self._steps_left)
            self._steps_left -= steps
        if ears is None:
            self._left_as_fans += 1
            return _fan(len(view))
        return ears


def cut_ears(polygon: list[Place], most_steps: int) -> tuple[list[Triangle] | None, int]:
    """Divide a counterclockwise polygon; returns its triangles, if there was time, and the steps it took.

    A polygon that crosses itself has no right answer and gets some.
    """
    left = list(range(len(polygon)))
    inward = {at for at in left if _area(polygon[at - 1], polygon[at], polygon[at + 1 - len(left)]) < 0}
    found: list[Triangle] = []
    at = tried = steps = 0
    while len(left) > TRIANGLE:
        before, here, after = left[at - 1], left[at], left[at + 1 - len(left)]
        steps += 1 if here in inward else 1 + len(inward)
        if steps > most_steps:
            return None, most_steps
        corner = polygon[before], polygon[here], polygon[after]
        if tried < len(left) and (here in inward or not _is_ear(corner, polygon, inward)):
            at, tried = (at + 1) % len(left), tried + 1
            continue
        found.append((before, here, after))
        del left[at]
        inward.discard(here)
        for index in (at - 1, at % len(left)):
            turn = _area(*(polygon[left[(index + step) % len(left)]] for step in (-1, 0, 1)))
            (inward.add if turn < 0 else inward.discard)(left[index])
        at, tried = (at + 1) % len(left), 0  # two ears beside each other make thin triangles
    first, second, third = left
    return [*found, (first, second, third)], steps


def _is_ear(corner: tuple[Place, Place, Place], polygon: list[Place], inward: set[int]) -> bool:
    """Say whether a corner turns outwards and no corner that turns inwards lies in its triangle.

    A hole is drawn as a slit to it, whose two sides lie on each other.
    """
    a, b, c = corner
    if _area(a, b, c) <= 0:
        return False
    left, right = min(a[0], b[0], c[0]), max(a[0], b[0], c[0])
    low, high = min(a[1], b[1], c[1]), max(a[1], b[1], c[1])
    for at in inward:
        x, y = other = polygon[at]
        near = left <= x <= right and low <= y <= high and other not in corner
        if near and _area(a, b, other) >= 0 and _area(b, c, other) >= 0 and _area(c, a, other) >= 0:
            return False
    return True


def _area(a: Place, b: Place, c: Place) -> float:
    """Return twice a triangle's area, negative if it is clockwise."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _fan(size: int) -> Indices:
    """Return the corners of a polygon's triangles (k - 2, 3) around its first corner."""
    second = np.arange(1, max(1, size - 1))
    return np.stack([np.zeros_like(second), second, second + 1], axis=1)


def _seen_flat(places: Floats) -> Floats:
    """Return polygons (m, k, 3) seen along one axis each, so that they are counterclockwise (m, k, 2)."""
    near = places - places[:, :1]
    normals = np.cross(near, np.roll(near, -1, axis=1)).sum(axis=1)
    axis, rows = np.abs(normals).argmax(axis=1), np.arange(len(places))
    seen: Floats = np.stack([near[rows, :, (axis + step) % 3] for step in (1, 2)], axis=2)
    seen[normals[rows, axis] < 0, :, 0] *= -1
    return seen


def _turning_inward(views: Floats) -> npt.NDArray[np.bool_]:
    """Say which corners (m, k) of polygons (m, k, 2) turn inwards."""
    after = np.roll(views, -1, axis=1) - views
    before = np.roll(after, 1, axis=1)
    turns = before[..., 0] * after[..., 1] - before[..., 1] * after[..., 0]
    inward: npt.NDArray[np.bool_] = turns < -SLIGHT * np.linalg.norm(before, axis=2) * np.linalg.norm(
        after, axis=2
    )
    return inward
