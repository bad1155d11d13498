"""Read OBJ: objects or groups as parts, polygons with normals and texture places, materials beside it.

Wavefront, Object Files, version 3.0. Lines, curves and surfaces without polygons are left out.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from media.geometry.mesh_model import (
    MOST_PARTS,
    BadMesh,
    Floats,
    MeshModel,
    check_points,
    numbers,
    readable_name,
)
from media.geometry.obj_faces import absolute, triangles_of
from media.geometry.obj_looks import looks_of
from media.geometry.obj_parts import Tables, part_of
from media.geometry.polygons import Triangulation
from media.kind import BOM

OBJECT = re.compile(rb"^[ \t]*o[ \t]", re.MULTILINE)
VERTEX, PLACE, NORMAL = range(3)


@dataclass
class _Statements:
    """What the file says, sorted: lines of numbers, and lines of faces by part and material."""

    vertices: tuple[list[bytes], list[bytes], list[bytes]] = field(default_factory=lambda: ([], [], []))
    parts: list[tuple[bytes, dict[bytes, list[bytes]]]] = field(default_factory=list)


def read_obj(path: Path, root: Path) -> MeshModel:
    """Read a file; `root` is the folder that its materials and pictures must lie below. Raises `BadMesh`."""
    data = path.read_bytes().removeprefix(BOM)
    said = _sorted_lines(data)
    tables = _tables(said)
    looks, lost = looks_of(data, path, root, (name for _, faces in said.parts for name in faces))
    numbered = {name: number for number, name in enumerate(looks)}
    triangulation = Triangulation(tables.points)
    parts = []
    for number, (name, faces) in enumerate(said.parts, 1):
        runs = [(triangles_of(lines, triangulation), numbered.get(look)) for look, lines in faces.items()]
        parts.append(part_of(readable_name(name) or f"Part {number}", runs, tables))
    warnings = (*lost.warnings, *triangulation.warnings)
    return MeshModel(tuple(parts), tuple(looks.values()), tuple(lost.missing), warnings)


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


def _tables(said: _Statements) -> Tables:
    vertices, places, directions = map(_table, said.vertices, (3, 2, 3))
    check_points(vertices[:, :3])
    return Tables.of(vertices, places[:, :2], directions[:, :3])


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
