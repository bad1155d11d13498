"""The faces of an OBJ: from lines of corners such as 7/3/1 to triangles of indices."""

import re

import numpy as np

from media.geometry.mesh_model import BadMesh, Indices, whole_numbers
from media.geometry.polygons import Triangulation

TRIANGLE = 3
NOTHING_AFTER = re.compile(rb"/+(?=\s|$)")
ABSENT = -1


def absolute(line: bytes, counts: list[int]) -> bytes:
    """Return a face's corners with numbers that count from the beginning of the file.

    Args:
        line: Corners; negative numbers count back from the last point, place or normal so far.
        counts: How many points, places and normals there are so far.
    """
    if b"-" not in line:
        return line
    words = []
    for word in line.split():
        numbers = []
        for number, count in zip(word.split(b"/"), counts, strict=False):
            if number.startswith(b"-"):
                numbers.append(b"%d" % (count + 1 + _whole(number)))
            else:
                numbers.append(number)
        words.append(b"/".join(numbers))
    return b" ".join(words)


def triangles_of(lines: list[bytes], triangulation: Triangulation) -> Indices:
    """Return triangles (m, 3, 3): for each corner its point, texture place and normal, from 0; absent: -1."""
    alike: dict[tuple[int, int, int], list[bytes]] = {}
    for line in map(_without_empty_ends, lines):
        key = (len(line.split()), line.count(b"/"), line.count(b"//"))
        if key[0] >= TRIANGLE:
            alike.setdefault(key, []).append(line)
    found = [np.empty((0, 3, 3), dtype=np.int64)]
    for (corners, slashes, doubles), polygons in alike.items():
        columns = _columns(corners, slashes, doubles)
        if columns is None:
            table = np.array([_corner(word) for line in polygons for word in line.split()], dtype=np.int64)
        else:
            text = b" ".join(polygons).replace(b"/", b" ")
            count = len(polygons) * corners
            table = np.full((count, 3), ABSENT + 1, dtype=np.int64)
            read = whole_numbers(text, count * len(columns), "corners of faces")
            table[:, columns] = read.reshape(count, len(columns))
            if (table[:, columns] < 1).any():
                raise BadMesh("a face that uses point 0 or one before it")
        found.append(triangulation.triangles((table - 1).reshape(len(polygons), corners, 3)))
    return np.concatenate(found)


def _without_empty_ends(line: bytes) -> bytes:
    """Return corners such as 7/3/ and 7//, which some exporters write, as 7/3 and 7."""
    ends = b"/ " in line or b"/\t" in line or line.endswith(b"/")
    return NOTHING_AFTER.sub(b"", line) if ends else line


def _columns(corners: int, slashes: int, doubles: int) -> list[int] | None:
    """Return what each number of a corner is (0 point, 1 place, 2 normal); None if corners differ."""
    if slashes == 0:
        return [0]
    if doubles == corners and slashes == 2 * corners:
        return [0, 2]
    if doubles == 0 and slashes == corners:
        return [0, 1]
    if doubles == 0 and slashes == 2 * corners:
        return [0, 1, 2]
    return None


def _corner(word: bytes) -> tuple[int, int, int]:
    """Return a corner's numbers, 0 for those that it does not have."""
    numbers = [_whole(number) if number else 0 for number in word.split(b"/")]
    if len(numbers) > 3 or numbers[0] < 1 or min(numbers) < 0:  # noqa: PLR2004 - point, place, normal
        raise BadMesh(f"{word[:40].decode(errors='replace')!r}, which is no corner of a face")
    point, place, normal = (*numbers, 0, 0)[:3]
    return point, place, normal


def _whole(text: bytes) -> int:
    try:
        return int(text[:20])
    except ValueError as error:
        raise BadMesh(f"{text[:40].decode(errors='replace')!r} in a face, which is no number") from error
