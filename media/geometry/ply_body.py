"""The tables of a PLY file. No count is believed before the bytes that it speaks of are seen to be there."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from media.geometry.mesh_model import Refused, numbers
from media.geometry.ply_header import Element, Header, Property

Array = npt.NDArray[np.generic]
LARGEST_POLYGON = 100_000
FIRST_STEP, STEP_GROWTH = 64, 8  # rows that are looked at together, as long as all are alike


@dataclass(frozen=True)
class Rows:
    """Rows whose lists are equally long: each property's values (n,) or (n, k), and which rows they are."""

    columns: dict[str, Array]
    numbers: npt.NDArray[np.int64]


def read_element(header: Header, element: Element, data: bytes, at: int) -> tuple[list[Rows], int]:
    """Read the table that begins at byte `at`; returns its rows by length of list, and where it ends."""
    if not element.properties:
        raise Refused(f"an element {element.name[:40]!r} without properties in its header")
    read = _read_text if header.is_text else _read_binary
    return read(header, element, data, at)


def _read_binary(header: Header, element: Element, data: bytes, at: int) -> tuple[list[Rows], int]:
    _require(element, len(data) - at, element.least_row)
    blocks: dict[tuple[int, ...], tuple[list[npt.NDArray[np.void]], list[Array]]] = {}
    done, step = 0, FIRST_STEP
    while done < element.count:
        lengths = _lengths(header, element, data, at)
        layout = _layout(header.order, element, lengths)
        count = min(element.count - done, step, (len(data) - at) // layout.itemsize)
        if not count:
            raise Refused(f"{done} of {element.count} {element.name} rows: it was cut short")
        block = np.frombuffer(data, layout, count, at)
        same = np.ones(count, dtype=bool)
        for one in element.properties:
            if one.count_type:
                same &= block[f"#{one.name}"] == lengths[_list_number(element, one)]
        run = count if same.all() else int(np.argmin(same))
        step = step * STEP_GROWTH if run == count else FIRST_STEP
        kept, numbers = blocks.setdefault(lengths, ([], []))
        kept.append(block[:run])
        numbers.append(np.arange(done, done + run))
        done, at = done + run, at + run * layout.itemsize
    return [_rows(element, np.concatenate(kept), numbers) for kept, numbers in blocks.values()], at


def _rows(element: Element, block: npt.NDArray[np.void], numbers: list[Array]) -> Rows:
    columns = {one.name: block[one.name] for one in element.properties}
    return Rows(columns, np.concatenate(numbers).astype(np.int64))


def _lengths(header: Header, element: Element, data: bytes, at: int) -> tuple[int, ...]:
    """Return how long the lists of the row at byte `at` are."""
    lengths = []
    for one in element.properties:
        size = np.dtype(one.type).itemsize
        if one.count_type:
            counter = np.dtype(header.order + one.count_type)
            if at + counter.itemsize > len(data):
                raise Refused(f"{element.name} rows that end in the middle: it was cut short")
            lengths.append(_length(int(np.frombuffer(data, counter, 1, at)[0]), element))
            at += counter.itemsize + lengths[-1] * size
        else:
            at += size
    return tuple(lengths)


def _length(length: int, element: Element) -> int:
    if not 0 <= length <= LARGEST_POLYGON:
        raise Refused(f"a {element.name} row with a list of {length}")
    return length


def _layout(order: str, element: Element, lengths: tuple[int, ...]) -> np.dtype[np.void]:
    fields: list[tuple[str, str] | tuple[str, str, tuple[int]]] = []
    for one in element.properties:
        if one.count_type:
            fields.append((f"#{one.name}", order + one.count_type))
            fields.append((one.name, order + one.type, (lengths[_list_number(element, one)],)))
        else:
            fields.append((one.name, order + one.type))
    try:
        return np.dtype(fields)
    except ValueError as error:
        raise Refused(f"two properties of one name in {element.name}") from error


def _list_number(element: Element, one: Property) -> int:
    return [other for other in element.properties if other.count_type].index(one)


def _require(element: Element, present: int, least_row: int) -> None:
    if element.count * least_row > present:
        raise Refused(
            f"{present} bytes where its header promises {element.count} {element.name} rows: "
            "it was cut short, or its header lies"
        )


def _read_text(_header: Header, element: Element, data: bytes, at: int) -> tuple[list[Rows], int]:
    _require(element, len(data) - at, 2 * len(element.properties) - 1)  # a digit each, and blanks between
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
            raise Refused(f"{len(lines)} of {element.count} {element.name} rows: it was cut short")
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
    except Refused:
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
            raise Refused(f"a {element.name} row that is too short: {line[:40].decode(errors='replace')!r}")
        length = 0
        if one.count_type:
            if not words[at].isdigit():
                raise Refused(f"a {element.name} row without the length of its list")
            length = _length(int(words[at][:9]), element)
        lengths.append(length)
        at += 1 + length
    if at != len(words):
        raise Refused(f"{len(words)} values in a {element.name} row, where {at} belong")
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
