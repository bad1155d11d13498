"""Read STL: triangles and nothing else, in binary or as text."""

import re
import struct
from pathlib import Path

import numpy as np

from media.geometry.mesh_model import BadMesh, MeshModel, MeshPart, Run, merged, numbers, readable_name
from media.kind import BOM

HEADER, FACET = 84, 50
FACET_LAYOUT = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
SOLID = re.compile(rb"\s*solid\b([^\r\n]*)", re.IGNORECASE)
# At the beginning of a line: a solid may be called "vertex" or "facet normal" where it ends.
FACETS = re.compile(rb"(?:^|(?<=\r))[ \t]*facet\s+normal\b", re.IGNORECASE | re.MULTILINE)
VERTEX = re.compile(rb"(?:^|(?<=\r))[ \t]*vertex[ \t]([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
SOLID_BEGIN = re.compile(rb"(?:^|(?<=\r))[ \t]*solid\b([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
SOLID_END = re.compile(rb"\bendsolid\b", re.IGNORECASE)
UNNAMED = "Part 1"


def read_stl(path: Path) -> MeshModel:
    """Read a file, one part for each `solid` in it. Raises `BadMesh`."""
    data = path.read_bytes()
    if _is_text(data):
        return _read_text(data.removeprefix(BOM))
    if len(data) < HEADER:
        raise BadMesh(f"{len(data)} bytes, fewer than its header has: it was cut short")
    (count,) = struct.unpack_from("<I", data, HEADER - 4)
    present = (len(data) - HEADER) // FACET
    if count > present:
        raise BadMesh(f"{present} triangles where its header promises {count}: it was cut short")
    facets = np.frombuffer(data, FACET_LAYOUT, count, HEADER)
    points, triangles = merged(facets["corners"].reshape(-1, 3).astype(np.float64))
    return MeshModel((MeshPart(UNNAMED, points, (Run(triangles),)),))


def _is_text(data: bytes) -> bool:
    """Say whether it is text: a binary header may begin with "solid" too, but no facet follows it."""
    if not SOLID.match(data.removeprefix(BOM)):
        return False
    (count,) = struct.unpack_from("<I", data, HEADER - 4) if len(data) >= HEADER else (0,)
    if count and HEADER + FACET * count <= len(data) <= HEADER + FACET * count + FACET:
        return False
    return bool(FACETS.search(data, 0, 2**16) or SOLID_END.search(data, 0, 2**16))


def _read_text(data: bytes) -> MeshModel:
    parts = []
    begins = list(SOLID_BEGIN.finditer(data))
    for number, begin in enumerate(begins, 1):
        end = begins[number].start() if number < len(begins) else len(data)
        body = data[begin.end() : end]
        if not SOLID_END.search(body):
            raise BadMesh("text that does not end with endsolid: it was cut short")
        places = VERTEX.findall(body)
        if len(places) != 3 * len(FACETS.findall(body)):
            raise BadMesh(f"{len(places)} corners for {len(FACETS.findall(body))} triangles")
        corners = numbers(b" ".join(places), 3 * len(places), "coordinates").reshape(-1, 3)
        points, triangles = merged(corners)
        name = readable_name(begin[1]) or f"Part {number}"
        parts.append(MeshPart(name, points, (Run(triangles),)))
    return MeshModel(tuple(parts))
