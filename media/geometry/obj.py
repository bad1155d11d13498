"""Read OBJ: objects or groups as parts, polygons with normals and texture places, materials beside it.

Wavefront, Object Files, version 3.0. Lines, curves and surfaces without polygons are left out.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from media.geometry.mesh_model import (
    MOST_PARTS,
    BadMesh,
    Floats,
    Indices,
    Look,
    MeshModel,
    MeshPart,
    Run,
    check_indices,
    check_points,
    different_rows,
    linear,
    merged,
    numbers,
    readable_name,
)
from media.geometry.mtl import find_beside, read_mtl
from media.geometry.obj_faces import absolute, triangles_of
from media.kind import BOM

OBJECT = re.compile(rb"^[ \t]*o[ \t]", re.MULTILINE)
VERTEX, PLACE, NORMAL = range(3)
COLOURED = 6  # x y z r g b


@dataclass
class _Statements:
    """What the file says, sorted: lines of numbers, and lines of faces by part and material."""

    vertices: tuple[list[bytes], list[bytes], list[bytes]] = field(default_factory=lambda: ([], [], []))
    parts: list[tuple[bytes, dict[bytes, list[bytes]]]] = field(default_factory=list)
    libraries: list[bytes] = field(default_factory=list)


def read_obj(path: Path, root: Path) -> MeshModel:
    """Read a file; `root` is the folder that its materials and pictures must lie below. Raises `BadMesh`."""
    said = _sorted_lines(path.read_bytes().removeprefix(BOM))
    tables = [_table(lines, least) for lines, least in zip(said.vertices, (3, 2, 3), strict=True)]
    check_points(tables[VERTEX][:, :3])
    found, missing = _materials(said.libraries, path.parent, root)
    used = dict.fromkeys(name for _, faces in said.parts for name in faces if name in found)
    numbered = {name: number for number, name in enumerate(used)}
    parts = []
    for number, (name, faces) in enumerate(said.parts, 1):
        runs = [(triangles_of(lines), numbered.get(material)) for material, lines in faces.items()]
        parts.append(_part(readable_name(name) or f"Part {number}", runs, tables))
    return MeshModel(tuple(parts), tuple(found[name] for name in used), tuple(missing))


def _sorted_lines(data: bytes) -> _Statements:
    said = _Statements()
    keys = {b"v": VERTEX, b"vt": PLACE, b"vn": NORMAL}
    by_objects = bool(OBJECT.search(data))
    groups: dict[bytes, dict[bytes, list[bytes]]] = {}
    faces: dict[bytes, list[bytes]] = {}
    material = b""
    said.parts.append((b"", faces))
    for line in re.sub(rb"\\[ \t]*\r?\n", b" ", data).splitlines():
        key, rest = (*line.split(None, 1), b"", b"")[:2]
        if key in keys:
            said.vertices[keys[key]].append(rest.partition(b"#")[0])
        elif key in {b"f", b"fo"}:
            corners = absolute(rest.partition(b"#")[0], [len(lines) for lines in said.vertices])
            faces.setdefault(material, []).append(corners)
        elif key == b"usemtl":
            material = rest.strip()
        elif key == b"mtllib":
            said.libraries.append(rest.strip())
        elif key == b"o":
            faces = {}
            said.parts.append((rest.strip(), faces))
        elif key == b"g" and not by_objects:
            if rest.strip() not in groups:
                said.parts.append((rest.strip(), groups.setdefault(rest.strip(), {})))
            faces = groups[rest.strip()]
        if len(said.parts) > MOST_PARTS:
            raise BadMesh(f"more than {MOST_PARTS} parts")
    return said


def _table(lines: list[bytes], least: int) -> Floats:
    """Return lines of numbers as a table; if they are not equally long, of the first `least` of each."""
    if not lines:
        return np.empty((0, least))
    width = len(lines[0].split())
    try:
        if width >= least:
            return numbers(b" ".join(lines), len(lines) * width, "coordinates").reshape(-1, width)
    except BadMesh:
        pass
    rows = [line.split()[:least] for line in lines]
    if any(len(row) < least for row in rows):
        raise BadMesh(f"a point with fewer than {least} coordinates")
    flat = b" ".join(word for row in rows for word in row)
    return numbers(flat, len(rows) * least, "coordinates").reshape(-1, least)


def _materials(libraries: Iterable[bytes], folder: Path, root: Path) -> tuple[dict[bytes, Look], list[str]]:
    """Return all materials of all libraries by name, and the names of files that are not there."""
    looks: dict[bytes, Look] = {}
    missing: list[str] = []
    for library in dict.fromkeys(libraries):
        name = readable_name(library)
        path = find_beside(name, folder, root)
        if path is None:
            missing.append(name)
            continue
        more, lost = read_mtl(path, root)
        looks |= more
        missing += lost
    return looks, list(dict.fromkeys(missing))


def _part(name: str, runs: list[tuple[Indices, int | None]], tables: list[Floats]) -> MeshPart:
    """Return a part of runs of triangles (m, 3, 3), each corner its point, texture place and normal."""
    corners = np.concatenate([np.empty((0, 3, 3), dtype=np.int64), *(run for run, _ in runs)]).reshape(-1, 3)
    check_indices(corners[:, VERTEX], len(tables[VERTEX]))
    has = [bool(len(corners) and (corners[:, kind] >= 0).all()) for kind in range(3)]
    for kind in (PLACE, NORMAL):
        if has[kind]:
            check_indices(corners[:, kind], len(tables[kind]))
    coloured = tables[VERTEX].shape[1] >= COLOURED
    points = tables[VERTEX][corners[:, VERTEX], :3]
    if has[PLACE] or has[NORMAL] or coloured:
        first, inverse = different_rows(corners)
        triangles, points = inverse.reshape(-1, 3), points[first]
    else:
        points, triangles = merged(points)
        first = np.empty(0, dtype=np.int64)
    ends = np.cumsum([len(run) for run, _ in runs])[:-1]
    divided = np.split(triangles, ends) if runs else []
    return MeshPart(
        name,
        points,
        tuple(Run(part, look) for part, (_, look) in zip(divided, runs, strict=True)),
        normals=tables[NORMAL][corners[first, NORMAL], :3] if has[NORMAL] else None,
        places=tables[PLACE][corners[first, PLACE], :2] if has[PLACE] else None,
        colours=_colours(tables[VERTEX][corners[first, VERTEX]]) if coloured else None,
    )


def _colours(vertices: Floats) -> Floats:
    """Return the colours that some programs write after a point's coordinates, linear (n, 4)."""
    display = vertices[:, 3:COLOURED]
    display = np.nan_to_num(np.clip(display / (255.0 if display.max(initial=0.0) > 1.0 else 1.0), 0.0, 1.0))
    return np.column_stack([linear(display), np.ones(len(display))])
