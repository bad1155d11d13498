"""The header of a PLY file (Greg Turk, The PLY Polygon File Format): which elements, of which properties."""

import re
from dataclasses import dataclass

import numpy as np

from media.geometry.mesh_model import BadMesh

LONGEST_HEADER = 64 * 1024
END = re.compile(rb"^end_header[ \t]*(?:\r\n|\n|\r)", re.MULTILINE)
ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
TYPES = {
    "char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4",
    "float": "f4", "double": "f8", "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2",
    "int32": "i4", "uint32": "u4", "float32": "f4", "float64": "f8",
}  # fmt: skip


@dataclass(frozen=True)
class Property:
    """One value of an element, or a list of values that begins with their number."""

    name: str
    type: str
    count_type: str = ""


@dataclass(frozen=True)
class Element:
    """A table: so many rows of these properties."""

    name: str
    count: int
    properties: tuple[Property, ...]

    @property
    def has_lists(self) -> bool:
        """Whether rows differ in length."""
        return any(one.count_type for one in self.properties)

    @property
    def least_row(self) -> int:
        """The fewest bytes that a row takes in a binary file."""
        return sum(np.dtype(one.count_type or one.type).itemsize for one in self.properties)


@dataclass(frozen=True)
class Header:
    """What the header says.

    Attributes:
        order: numpy's sign of the byte order, empty for text.
        elements: The tables, in their order.
        body: Where they begin.
        pictures: What MeshLab names in comments.
    """

    order: str
    elements: tuple[Element, ...]
    body: int
    pictures: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether the body is text."""
        return not self.order


def read_header(data: bytes) -> Header:
    """Read the header at the beginning of a file. Raises `BadMesh`."""
    end = END.search(data, 0, LONGEST_HEADER)
    if end is None:
        raise BadMesh("a header without end_header: it was cut short")
    order: str | None = None
    elements: list[Element] = []
    pictures: list[str] = []
    for line in data[: end.start()].decode("latin-1").splitlines():
        words = line.split()
        if words[:1] == ["format"]:
            order = ORDERS.get(words[1] if len(words) > 1 else "")
        elif words[:2] == ["comment", "TextureFile"]:
            pictures.append(" ".join(words[2:]))
        elif words[:1] == ["element"]:
            elements.append(_element(words))
        elif words[:1] == ["property"]:
            if not elements:
                raise BadMesh("a property before any element in its header")
            last = elements[-1]
            elements[-1] = Element(last.name, last.count, (*last.properties, _property(words)))
    if order is None:
        raise BadMesh("a header without a format that PLY has")
    return Header(order, tuple(elements), end.end(), tuple(pictures))


def _element(words: list[str]) -> Element:
    if len(words) != 3 or not re.fullmatch(r"\d{1,18}", words[2]):  # noqa: PLR2004 - element, name, count
        raise BadMesh(f"{' '.join(words)[:60]!r} in its header, which is no element")
    return Element(words[1], int(words[2]), ())


def _property(words: list[str]) -> Property:
    if len(words) == 3 and words[1] in TYPES:  # noqa: PLR2004 - property, type, name
        return Property(words[2], TYPES[words[1]])
    if len(words) == 5 and words[1] == "list" and {words[2], words[3]} <= TYPES.keys():  # noqa: PLR2004 - the same
        if TYPES[words[2]].startswith("f"):
            raise BadMesh("a list in its header whose length is no whole number")
        return Property(words[4], TYPES[words[3]], TYPES[words[2]])
    raise BadMesh(f"{' '.join(words)[:60]!r} in its header, which is no property")
