"""Read PLY: points with normals and colours, polygons with colours, as text or as binary."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from media.geometry.materials import PAINT, finish_of
from media.geometry.mesh_model import (
    BadMesh,
    Floats,
    Indices,
    Look,
    MeshModel,
    MeshPart,
    Run,
    check_indices,
    fanned,
    linear,
)
from media.geometry.ply_binary import read_binary
from media.geometry.ply_header import read_header
from media.geometry.ply_rows import Array, Rows
from media.geometry.ply_text import read_text

UNNAMED = "Part 1"
INDEX_NAMES = ("vertex_indices", "vertex_index")
COLOUR_NAMES = (("red", "green", "blue"), ("diffuse_red", "diffuse_green", "diffuse_blue"))
MOST_LOOKS = 64  # as many flat colours may be a part's materials; more is a scan


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
    return _model(tables["vertex"][0].columns, tables["face"])


def _model(vertices: dict[str, Array], faces: list[Rows]) -> MeshModel:
    points = _together(vertices, ("x", "y", "z"))
    if points is None:
        raise BadMesh("points without x, y and z")
    triangles, numbers = _triangles(faces)
    check_indices(triangles, len(points))
    colours = _colours(vertices)
    flat = _flat_colours(faces, colours, triangles, numbers)
    normals = _together(vertices, ("nx", "ny", "nz"))
    if flat is None:
        look = [Look("vertex colours", (1.0, 1.0, 1.0, 1.0), PAINT)] if colours is not None else []
        run = Run(triangles, 0 if look else None)
        return MeshModel((MeshPart(UNNAMED, points, (run,), normals, colours=colours),), tuple(look))
    palette, which = np.unique(flat, axis=0, return_inverse=True)
    which = which.ravel()
    looks = tuple(_look(number, colour) for number, colour in enumerate(palette.tolist(), 1))
    runs = tuple(Run(triangles[which == number], number) for number in range(len(looks)))
    return MeshModel((MeshPart(UNNAMED, points, runs, normals),), looks)


def _look(number: int, colour: list[float]) -> Look:
    red, green, blue, alpha = colour
    return Look(f"colour {number}", (red, green, blue, alpha), finish_of(red, green, blue))


def _triangles(faces: list[Rows]) -> tuple[Indices, npt.NDArray[np.int64]]:
    """Return all faces as triangles (m, 3), and each triangle's face."""
    triangles, numbers = [np.empty((0, 3), dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for rows in faces:
        name = next((name for name in INDEX_NAMES if name in rows.columns), None)
        if name is None or rows.columns[name].ndim == 1:
            raise BadMesh("faces without a list of points")
        corners = rows.columns[name].astype(np.int64)
        triangles.append(fanned(corners))
        numbers.append(np.repeat(rows.numbers, max(0, corners.shape[1] - 2)))
    return np.concatenate(triangles), np.concatenate(numbers)


def _flat_colours(
    faces: list[Rows], colours: Floats | None, triangles: Indices, numbers: npt.NDArray[np.int64]
) -> Floats | None:
    """Return each triangle's one colour (m, 4), if the faces have few and none is graded."""
    of_faces = [_colours(rows.columns) for rows in faces]
    if all(found is not None for found in of_faces):
        by_number = np.empty((sum(len(rows.numbers) for rows in faces), 4))
        for rows, found in zip(faces, of_faces, strict=True):
            by_number[rows.numbers] = found
        flat = by_number[numbers]
    elif colours is not None:
        flat = colours[triangles[:, 0]]
        if not (colours[triangles] == flat[:, None]).all():
            return None
    else:
        return None
    return flat if len(np.unique(flat, axis=0)) <= MOST_LOOKS else None


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
