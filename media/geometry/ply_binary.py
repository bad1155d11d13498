"""The tables of a binary PLY file, of either byte order."""

from typing import Literal

import numpy as np
import numpy.typing as npt

from media.geometry.mesh_model import BadMesh
from media.geometry.ply_header import Element, Header, Property
from media.geometry.ply_rows import Rows, length_of, require


def read_binary(header: Header, element: Element, data: bytes, at: int) -> tuple[list[Rows], int]:
    """Read the table that begins at byte `at`; returns its rows by length of list, and where it ends."""
    require(element, len(data) - at, element.least_row)
    if not element.count:
        return [], at
    starts, end = _starts(header, element, data, at, most=1)
    (lengths,) = starts
    layout = _layout(header.order, element, lengths)
    if element.count * layout.itemsize <= len(data) - at:
        block = np.frombuffer(data, layout, element.count, at)
        lists = [one for one in element.properties if one.count_type]
        if all((block[f"#{one.name}"] == length).all() for one, length in zip(lists, lengths, strict=True)):
            return [_rows(element, block, np.arange(element.count))], at + block.nbytes
    starts, end = _starts(header, element, data, at, most=element.count)
    whole, found = np.frombuffer(data, np.uint8), []
    for lengths, (places, which) in starts.items():
        layout = _layout(header.order, element, lengths)
        gathered = whole[np.array(places)[:, None] + np.arange(layout.itemsize)]
        found.append(_rows(element, gathered.view(layout).ravel(), np.array(which)))
    return found, end


def _starts(
    header: Header, element: Element, data: bytes, at: int, most: int
) -> tuple[dict[tuple[int, ...], tuple[list[int], list[int]]], int]:
    """Return where the first `most` rows begin, and their numbers, by how long their lists are."""
    order: Literal["little", "big"] = "big" if header.order == ">" else "little"
    steps = [
        (np.dtype(one.count_type or "V0").itemsize, one.count_type[:1] == "i", np.dtype(one.type).itemsize)
        for one in element.properties
    ]
    starts: dict[tuple[int, ...], tuple[list[int], list[int]]] = {}
    for number in range(most):
        begin, lengths = at, tuple[int, ...]()
        for counter, signed, size in steps:
            if counter:
                length = int.from_bytes(data[at : at + counter], order, signed=signed)
                lengths = (*lengths, length_of(length, element))
                at += counter + length * size
            else:
                at += size
        if at > len(data):
            raise BadMesh(f"{number} of {element.count} {element.name} rows: it was cut short")
        places, numbers = starts.setdefault(lengths, ([], []))
        places.append(begin)
        numbers.append(number)
    return starts, at


def _rows(element: Element, block: npt.NDArray[np.void], numbers: npt.NDArray[np.int64]) -> Rows:
    return Rows({one.name: block[one.name] for one in element.properties}, numbers)


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
        raise BadMesh(f"two properties of one name in {element.name}") from error


def _list_number(element: Element, one: Property) -> int:
    return [other for other in element.properties if other.count_type].index(one)
