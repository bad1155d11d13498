"""The tables of a PLY file that is text."""

import numpy as np
import numpy.typing as npt

from media.geometry.mesh_model import BadMesh, numbers
from media.geometry.ply_header import Element, Header
from media.geometry.ply_rows import Array, Rows, length_of, require


def read_text(_header: Header, element: Element, data: bytes, at: int) -> tuple[list[Rows], int]:
    """Read the table that begins at byte `at`; returns its rows by length of list, and where it ends."""
    require(element, len(data) - at, 2 * len(element.properties) - 1)  # a digit each, and blanks between
    lines, at = _lines(data, at, element)
    if not lines:
        return [], at
    even = _even_rows(element, lines)
    return ([even] if even else _uneven_rows(element, lines)), at


def _lines(data: bytes, at: int, element: Element) -> tuple[list[bytes], int]:
    """Return as many lines as the element has rows, blank ones left out, and where the last one ends."""
    lines: list[bytes] = []
    while len(lines) < element.count:
        if at >= len(data):
            raise BadMesh(f"{len(lines)} of {element.count} {element.name} rows: it was cut short")
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end + 1
        if line := data[at:end].strip():
            lines.append(line)
        at = end
    return lines, at


def _even_rows(element: Element, lines: list[bytes]) -> Rows | None:
    """Read rows that are all as long as the first; None if they are not."""
    lengths = _text_lengths(element, lines[0])
    width = sum(lengths) + len(element.properties)
    try:
        table = numbers(b" ".join(lines), len(lines) * width, "rows").reshape(-1, width)
    except BadMesh:
        return None
    counts, columns = _columns(element, lengths, table)
    if any((table[:, at] != length).any() for at, length in counts):
        return None
    return Rows(columns, np.arange(len(lines)))


def _uneven_rows(element: Element, lines: list[bytes]) -> list[Rows]:
    """Read rows one by one, and gather those of equal length."""
    gathered: dict[tuple[int, ...], tuple[list[bytes], list[int]]] = {}
    for number, line in enumerate(lines):
        rows, places = gathered.setdefault(_text_lengths(element, line), ([], []))
        rows.append(line)
        places.append(number)
    found = []
    for lengths, (rows, places) in gathered.items():
        width = sum(lengths) + len(element.properties)
        table = numbers(b" ".join(rows), len(rows) * width, f"{element.name} rows").reshape(-1, width)
        found.append(Rows(_columns(element, lengths, table)[1], np.array(places, dtype=np.int64)))
    return found


def _text_lengths(element: Element, line: bytes) -> tuple[int, ...]:
    """Return how long the lists of a row are; other properties count as a list of none."""
    words, at, lengths = line.split(), 0, []
    for one in element.properties:
        if at >= len(words):
            raise BadMesh(f"a {element.name} row that is too short: {line[:40].decode(errors='replace')!r}")
        length = 0
        if one.count_type:
            if not words[at].isdigit():
                raise BadMesh(f"a {element.name} row without the length of its list")
            length = length_of(int(words[at][:9]), element)
        lengths.append(length)
        at += 1 + length
    if at != len(words):
        raise BadMesh(f"{len(words)} values in a {element.name} row, where {at} belong")
    return tuple(lengths)


def _columns(
    element: Element, lengths: tuple[int, ...], table: npt.NDArray[np.float64]
) -> tuple[list[tuple[int, int]], dict[str, Array]]:
    """Return where lists state their length, with the length, and each property's values."""
    counts: list[tuple[int, int]] = []
    columns: dict[str, Array] = {}
    at = 0
    for one, length in zip(element.properties, lengths, strict=True):
        if one.count_type:
            counts.append((at, length))
            columns[one.name] = table[:, at + 1 : at + 1 + length]
        else:
            columns[one.name] = table[:, at]
        at += 1 + length
    return counts, columns
