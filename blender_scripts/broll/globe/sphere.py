"""Points, tiles and arcs on a sphere of radius one: its axis is Z, and X is at longitude 0. Pure numpy."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_GOLDEN = (1 + 5**0.5) / 2
_FACE_COSINE = 0.4  # two corners of an icosahedron are neighbours when their directions agree by more


def direction(latitude: Array | float, longitude: Array | float) -> Array:
    """Return the point (…, 3) at a place in degrees."""
    north, east = np.radians(latitude), np.radians(longitude)
    return np.stack(
        np.broadcast_arrays(np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)), -1
    )


def place(points: Array) -> tuple[Array, Array]:
    """Return latitudes and longitudes in degrees of points (n, 3)."""
    return np.degrees(np.arcsin(points[:, 2].clip(-1, 1))), np.degrees(np.arctan2(points[:, 1], points[:, 0]))


def even_grid(rows: int) -> tuple[Array, Array]:
    """Return points (n, 3) as even as they can be, and beside each the direction of a neighbour of it.

    They are an icosahedron's faces divided into `rows`: everywhere but at its twelve corners a point has six
    neighbours, as in a honeycomb.
    """
    corners = _icosahedron()
    near = corners @ corners.T > _FACE_COSINE
    points, neighbours = [], []
    for one in range(12):
        for two in range(one + 1, 12):
            for three in range(two + 1, 12):
                if near[one, two] and near[two, three] and near[one, three]:
                    face = corners[[one, two, three]]
                    points.append(_divided(face, rows))
                    neighbours.append(np.broadcast_to(face[1] - face[0], points[-1].shape))
    every, along = np.concatenate(points), np.concatenate(neighbours)
    # What lies on an edge is part of two faces.
    _, first = np.unique(np.round(every, 6), axis=0, return_index=True)
    first.sort()
    every, along = every[first], along[first]
    along = along - every * (along * every).sum(axis=1, keepdims=True)
    return every, along / np.linalg.norm(along, axis=1, keepdims=True)


def rings(centres: Array, along: Array, radii: Array, corners: int, lift: float) -> Array:
    """Return polygons (n, corners, 3) that lie flat on the sphere, a little above it."""
    across = np.cross(centres, along)
    angles = (np.arange(corners) + 0.5) * (2 * np.pi / corners)
    flat = along[:, None] * np.cos(angles)[:, None] + across[:, None] * np.sin(angles)[:, None]
    return np.asarray((centres * (1 + lift))[:, None] + flat * radii[:, None, None])


def tangents(points: Array) -> Array:
    """Return a direction (n, 3) along the sphere at each point."""
    along = np.cross(points, np.where(np.abs(points[:, 2:]) < 0.9, (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)))  # noqa: PLR2004 - near a pole
    return np.asarray(along / np.linalg.norm(along, axis=1, keepdims=True))


def arc(start: Array, end: Array, height: float, steps: int) -> Array:
    """Return points (steps, 3) over the shortest way between two points, highest in the middle."""
    share = np.linspace(0, 1, steps)[:, None]
    angle = np.arccos(np.clip(start @ end, -1, 1))
    ground = (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle)
    # Steep at its ends like a fountain, flat above.
    return np.asarray(ground * (1 + height * (4 * share * (1 - share)) ** 0.8))


def tube(line: Array, radius: float, corners: int) -> Array:
    """Return rings (steps, corners, 3) round a line that lies in a plane with the sphere's centre."""
    forward = np.gradient(line, axis=0)
    forward /= np.linalg.norm(forward, axis=1, keepdims=True)
    side = np.cross(line[0], line[-1])
    side = np.broadcast_to(side / np.linalg.norm(side), line.shape)
    up = np.cross(side, forward)
    angles = np.arange(corners) * (2 * np.pi / corners)
    round_it = side[:, None] * np.cos(angles)[:, None] + up[:, None] * np.sin(angles)[:, None]
    return np.asarray(line[:, None] + radius * round_it)


def _icosahedron() -> Array:
    found = []
    for one in (-1.0, 1.0):
        for other in (-_GOLDEN, _GOLDEN):
            found += [(0.0, one, other), (one, other, 0.0), (other, 0.0, one)]
    corners = np.array(found)
    return np.asarray(corners / np.linalg.norm(corners, axis=1, keepdims=True))


def _divided(face: Array, rows: int) -> Array:
    """Return the points of one triangle, spread so that their distances on the sphere hardly differ."""
    first, second = np.meshgrid(np.arange(rows + 1), np.arange(rows + 1))
    inside = first + second <= rows
    shares = np.stack([rows - first[inside] - second[inside], first[inside], second[inside]], 1) / rows
    angle = np.arccos(face[0] @ face[1])
    weights = np.sin(shares * angle)
    points = weights @ face
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True))
