"""Support points: the few vertices that can touch a part's silhouette. Pure numpy."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

LINES = 256
"""Lines through the origin; each gives two directions. 512 directions lie about 9 degrees apart, so a
silhouette is missed by at most 1 - cos(4.5 degrees) = 0.3 % of the part's radius."""
_CHUNK = 16384  # vertices at a time: the table of products stays below 20 MB


def directions(count: int = LINES) -> Points:
    """Spread `count` unit vectors evenly over half a sphere (a golden spiral), as an array (count + 3, 3).

    The three axes come in addition, so that bounding boxes are exact.
    """
    index = np.arange(count) + 0.5
    height = index / count
    angle = np.pi * (1 + 5**0.5) * index
    radius = np.sqrt(1 - height**2)
    spiral = np.stack([radius * np.cos(angle), radius * np.sin(angle), height], axis=1)
    return np.concatenate([spiral, np.eye(3)])


def support_points(points: NDArray[np.floating[Any]], lines: Points) -> Points:
    """Return the points that lie farthest along some line, either way: (m, 3) out of (n, 3), m <= n."""
    values = np.asarray(points, dtype=np.float64)
    table = lines.T.astype(np.float32)
    origin = values.mean(axis=0)  # a part far from its origin keeps the digits of its shape
    highest = np.full(len(lines), -np.inf)
    lowest = np.full(len(lines), np.inf)
    top = np.zeros(len(lines), dtype=np.intp)
    bottom = np.zeros(len(lines), dtype=np.intp)
    columns = np.arange(len(lines))
    for start in range(0, len(values), _CHUNK):
        products = (values[start : start + _CHUNK] - origin).astype(np.float32) @ table
        best, worst = products.argmax(axis=0), products.argmin(axis=0)
        better, worse = products[best, columns] > highest, products[worst, columns] < lowest
        highest = np.where(better, products[best, columns], highest)
        lowest = np.where(worse, products[worst, columns], lowest)
        top = np.where(better, best + start, top)
        bottom = np.where(worse, worst + start, bottom)
    return np.asarray(values[np.unique(np.concatenate([top, bottom]))])
