"""What a font file says of itself: its family, and how tall its lines are (OpenType specification 1.9.1)."""

import struct
from dataclasses import dataclass

from media.errors import ToolFailed

FAMILY = 1
WINDOWS = 3
ENGLISH = 0x409
WIN_HEIGHTS = 74
"""Where `OS/2` says how far letters reach up, and how far down; `head` has the units of an em at 18."""


@dataclass(frozen=True)
class FontNames:
    """A font, as renderers of captions know it.

    Attributes:
        family: Its name.
        line: Height of a line, in em: what ASS calls the size of a font.
    """

    family: str
    line: float


def names_of(data: bytes) -> FontNames:
    """Return what a TTF or OTF says.

    Raises:
        ToolFailed: It is none.
    """
    try:
        tables = {
            data[at : at + 4]: struct.unpack_from(">II", data, at + 8)
            for at in range(12, 12 + 16 * struct.unpack_from(">H", data, 4)[0], 16)
        }
        em = struct.unpack_from(">H", data, tables[b"head"][0] + 18)[0]
        up, down = struct.unpack_from(">HH", data, tables[b"OS/2"][0] + WIN_HEIGHTS)
        return FontNames(_family(data, tables[b"name"][0]), (up + down) / em)
    except (struct.error, KeyError, ZeroDivisionError) as problem:
        raise ToolFailed(f"expected a TTF or OTF with its names, found none: {problem}") from problem


def _family(data: bytes, at: int) -> str:
    _, count, texts = struct.unpack_from(">HHH", data, at)
    for entry in range(at + 6, at + 6 + 12 * count, 12):
        platform, _, language, name, length, begin = struct.unpack_from(">6H", data, entry)
        if (platform, language, name) == (WINDOWS, ENGLISH, FAMILY):
            first = at + texts + begin
            return data[first : first + length].decode("utf-16-be")
    raise KeyError("family")
