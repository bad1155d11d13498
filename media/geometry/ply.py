"""Read PLY: points with normals and colours, polygons with colours, as text or as binary."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from media.geometry.children import sentence
from media.geometry.materials import finish_of
from media.geometry.mesh_model import (
    BadMesh,
    Floats,
    Indices,
    Look,
    MeshModel,
    MeshPart,
    Run,
    check_points,
    different_rows,
    linear,
    readable_name,
)
from media.geometry.ply_binary import read_binary
from media.geometry.ply_header import Header, read_header
from media.geometry.ply_rows import Array, Rows
from media.geometry.ply_text import read_text
from media.geometry.polygons import Triangulation

UNNAMED = "Part 1"
INDEX_NAMES = ("vertex_indices", "vertex_index")
COLOUR_NAMES = (("red", "green", "blue"), ("diffuse_red", "diffuse_green", "diffuse_blue"))
MOST_LOOKS = 64  # as many flat colours may be a part's materials; more is a scan, with its colours at points


def read_ply(path: Path) -> MeshModel:
    """Read a file as one part. Raises `BadMesh`."""
    data = path.read_bytes()
    header = read_header(data)
    tables: dict[str, list[Rows]] = {}
    at = header.body
    read = read_text if header.is_text else read_binary
    for element in header.elements:
        if element.name in tables:
            raise BadMesh(f"two elements {element.name[:40]!r} in its header")
        if not element.properties:
            raise BadMesh(f"an element {element.name[:40]!r} without properties in its header")
        tables[element.name], at = read(header, element, data, at)
        if {"vertex", "face"} <= tables.keys():
            break
    if "tristrips" in {element.name for element in header.elements} and not tables.get("face"):
        raise BadMesh("triangle strips; export it with faces")
    if len(tables.get("vertex", [])) != 1 or not tables.get("face"):
        raise BadMesh("points without faces, as a scanner writes them")
    model = _model(tables["vertex"][0].columns, tables["face"])
    return replace(model, warnings=(*model.warnings, *_lost(header)))


def _lost(header: Header) -> list[str]:
    """Say which pictures are not used."""
    if not header.pictures:
        return []
    named = sentence(readable_name(picture.encode()) for picture in header.pictures)
    return [f"Pictures of a PLY were left out: {named}; export OBJ with MTL, or GLB, to keep them."]


def _model(vertices: dict[str, Array], faces: list[Rows]) -> MeshModel:
    points = _together(vertices, ("x", "y", "z"))
    if points is None:
        raise BadMesh("points without x, y and z")
    check_points(points)
    triangulation = Triangulation(points)
    triangles, numbers = _triangles(faces, triangulation)
    part = MeshPart(
        UNNAMED,
        points,
        (Run(triangles),),
        _together(vertices, ("nx", "ny", "nz")),
        colours=_colours(vertices),
    )
    of_faces = _face_colours(faces)
    flat = _flat_colours(part) if of_faces is None else of_faces[numbers]
    if flat is None:
        return MeshModel((part,), warnings=triangulation.warnings)
    palette, which = np.unique(flat, axis=0, return_inverse=True)
    which = which.ravel()
    if len(palette) > MOST_LOOKS:
        many = part if of_faces is None else _painted(part, palette, which)
        return MeshModel((many,), warnings=triangulation.warnings)
    looks = tuple(_look(number, colour) for number, colour in enumerate(palette.tolist(), 1))
    runs = tuple(Run(triangles[which == number], number) for number in range(len(looks)))
    return MeshModel((replace(part, runs=runs, colours=None),), looks, warnings=triangulation.warnings)


def _painted(part: MeshPart, palette: Floats, which: npt.NDArray[np.int64]) -> MeshPart:
    """Return the part with colours at its points: one for each triangle, from a palette (n, 4).

    Triangles share a point only where they are of one colour.
    """
    (run,) = part.runs
    corners = np.column_stack([run.triangles.ravel(), np.repeat(which, 3)])
    first, inverse = different_rows(corners)
    points, colours = corners[first].T
    return replace(
        part,
        points=part.points[points],
        runs=(Run(inverse.reshape(-1, 3)),),
        normals=None if part.normals is None else part.normals[points],
        colours=palette[colours],
    )


def _look(number: int, colour: list[float]) -> Look:
    red, green, blue, alpha = colour
    return Look(f"colour {number}", (red, green, blue, alpha), finish_of(red, green, blue))


def _triangles(faces: list[Rows], triangulation: Triangulation) -> tuple[Indices, npt.NDArray[np.int64]]:
    """Return all faces as triangles (m, 3), and each triangle's face."""
    triangles, numbers = [np.empty((0, 3), dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for rows in faces:
        name = next((name for name in INDEX_NAMES if name in rows.columns), None)
        if name is None or rows.columns[name].ndim == 1:
            raise BadMesh("faces without a list of points")
        corners = rows.columns[name].astype(np.int64)
        triangles.append(triangulation.triangles(corners))
        numbers.append(np.repeat(rows.numbers, max(0, corners.shape[1] - 2)))
    return np.concatenate(triangles), np.concatenate(numbers)


def _face_colours(faces: list[Rows]) -> Floats | None:
    """Return each face's colour (n, 4), if they have any."""
    by_number = np.empty((sum(len(rows.numbers) for rows in faces), 4))
    for rows in faces:
        found = _colours(rows.columns)
        if found is None:
            return None
        by_number[rows.numbers] = found
    return by_number


def _flat_colours(part: MeshPart) -> Floats | None:
    """Return each triangle's one colour (m, 4), if the points give colours and no triangle is graded."""
    if part.colours is None:
        return None
    corners = part.colours[part.runs[0].triangles]
    return corners[:, 0] if (corners == corners[:, :1]).all() else None


def _colours(columns: dict[str, Array]) -> Floats | None:
    """Return linear colours with alpha (n, 4), if there are any; whole numbers are of 255."""
    for names in COLOUR_NAMES:
        found = _together(columns, names)
        if found is None:
            continue
        alpha = columns["alpha"].astype(np.float64) if "alpha" in columns else None
        scale = 1.0 if found.max(initial=0.0) <= 1.0 and columns[names[0]].dtype.kind == "f" else 255.0
        found = np.nan_to_num(np.clip(found / scale, 0.0, 1.0))
        opaque = np.ones(len(found)) if alpha is None else np.nan_to_num(np.clip(alpha / scale, 0.0, 1.0))
        return np.column_stack([linear(found), opaque])
    return None


def _together(columns: dict[str, Array], names: tuple[str, ...]) -> Floats | None:
    """Return several plain properties side by side, if all are there."""
    if not all(name in columns and columns[name].ndim == 1 for name in names):
        return None
    return np.stack([columns[name].astype(np.float64) for name in names], axis=1)
