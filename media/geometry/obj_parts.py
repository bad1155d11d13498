"""Parts of an OBJ, of the corners of their triangles and the file's points, texture places and normals."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from media.geometry import normals
from media.geometry.mesh_model import (
    Floats,
    Indices,
    MeshPart,
    Run,
    check_indices,
    different_rows,
    linear,
    merged,
)

VERTEX, PLACE, NORMAL = range(3)
COLOURED = 6  # x y z r g b


@dataclass(frozen=True)
class Tables:
    """What the lines of numbers hold, and which of the normals point somewhere."""

    points: Floats
    colours: Floats | None
    places: Floats
    normals: Floats
    sound_normals: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, vertices: Floats, places: Floats, directions: Floats) -> Self:
        """Return the tables of points, which may have colours beside them, texture places and normals."""
        colours = _colours(vertices[:, 3:COLOURED]) if vertices.shape[1] >= COLOURED else None
        return cls(vertices[:, :3], colours, places, directions, normals.sound(directions))


def part_of(name: str, runs: list[tuple[Indices, int | None]], tables: Tables) -> MeshPart:
    """Return a part of runs of triangles (m, 3, 3), each corner its point, texture place and normal."""
    corners = np.concatenate([np.empty((0, 3, 3), dtype=np.int64), *(run for run, _ in runs)]).reshape(-1, 3)
    places, directions = (corners[corners[:, kind] >= 0, kind] for kind in (PLACE, NORMAL))
    check_indices(places, len(tables.places))
    check_indices(directions, len(tables.normals))
    has_places, has_normals = bool(places.size), bool(tables.sound_normals[directions].any())
    if not (has_places or has_normals or tables.colours is not None):
        points, triangles = merged(tables.points[corners[:, VERTEX]])
        return MeshPart(name, points, _divided(triangles, runs))
    faces = _with_face_normals(corners, tables) if has_normals else np.empty((0, 3))
    first, inverse = different_rows(corners)
    used = corners[first]
    return MeshPart(
        name,
        tables.points[used[:, VERTEX]],
        _divided(inverse.reshape(-1, 3), runs),
        normals=_taken(tables.normals, faces, used[:, NORMAL]) if has_normals else None,
        places=_taken(tables.places, np.zeros((1, 2)), used[:, PLACE]) if has_places else None,
        colours=None if tables.colours is None else tables.colours[used[:, VERTEX]],
    )


def _divided(triangles: Indices, runs: list[tuple[Indices, int | None]]) -> tuple[Run, ...]:
    """Return a part's triangles (m, 3) as the runs that they came in."""
    ends = np.cumsum([len(run) for run, _ in runs])[:-1]
    divided = np.split(triangles, ends) if runs else []
    return tuple(Run(part, look) for part, (_, look) in zip(divided, runs, strict=True))


def _with_face_normals(corners: Indices, tables: Tables) -> Floats:
    """Number corners (3 m, 3) whose normal is missing or points nowhere anew: -1 - their triangle.

    Returns the normals of all triangles (m, 3), the last one first, which these numbers count from the end.
    """
    given = corners[:, NORMAL]
    lacking = given < 0
    lacking[~lacking] = ~tables.sound_normals[given[~lacking]]
    given[lacking] = -1 - np.flatnonzero(lacking) // 3
    return normals.of_triangles(tables.points[corners[:, VERTEX]].reshape(-1, 3, 3))[::-1]


def _taken(given: Floats, instead: Floats, which: Indices) -> Floats:
    """Return rows of `given`, and for negative numbers rows of `instead`, counted from its end."""
    rows = np.empty((len(which), given.shape[1]))
    there = which >= 0
    rows[there] = given[which[there]]
    rows[~there] = instead[which[~there]]
    return rows


def _colours(display: Floats) -> Floats:
    """Return the colours that some programs write after a point's coordinates, linear (n, 4)."""
    display = np.nan_to_num(np.clip(display / (255.0 if display.max(initial=0.0) > 1.0 else 1.0), 0.0, 1.0))
    return np.column_stack([linear(display), np.ones(len(display))])
