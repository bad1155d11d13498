"""Unpack fonts that are packed for the web: the libass of some builds of ffmpeg reads no WOFF2.

By W3C's "WOFF File Format 2.0" (8 August 2024); the sections named are its own. Checksums of tables are left
0, as no reader here looks at them.
"""

import struct
from collections.abc import Iterator

import brotli

from media.errors import ToolFailed
from media.fonts.woff2_glyphs import outlines

SIGNATURE = b"wOF2"
HEADER = struct.Struct(">4s4sIHHIIHHIIIII")
# Section 5.2.2: the tables that a directory names by a number, in its order.
KNOWN = (
    "cmap head hhea hmtx maxp name OS/2 post cvt_ fpgm glyf loca prep CFF_ VORG EBDT EBLC gasp hdmx "
    "kern LTSH PCLT VDMX vhea vmtx BASE GDEF GPOS GSUB EBSC JSTF MATH CBDT CBLC COLR CPAL SVG_ sbix "
    "acnt avar bdat bloc bsln cvar fdsc feat fmtx fvar gvar hsty just lcar mort morx opbd prop trak "
    "Zapf Silf Glat Gloc Feat Sill"
).replace("_", " ")
TAG = 5
"""Characters that a tag takes in the list, with the space behind it."""
OTHER = 63
OUTLINES = {"glyf", "loca"}
PLAIN_OUTLINES = 3
LONG_OFFSETS = slice(50, 52)
"""Where `head` says how `loca` is written."""

Tables = dict[str, bytes]


def unpacked(data: bytes) -> bytes:
    """Return a font as TTF or OTF; one that is so already, as it is.

    Raises:
        ToolFailed: It is a WOFF2 of a kind that is not read here, such as a collection.
    """
    if not data.startswith(SIGNATURE):
        return data
    flavour, count, packed = (HEADER.unpack_from(data)[at] for at in (1, 3, 6))
    if flavour == b"ttcf":
        raise ToolFailed("expected a WOFF2 with one font, found a collection; take its fonts apart")
    try:
        tables = _tables(data, count, packed)
        if "glyf" in tables and "loca" in tables and not tables["loca"]:
            tables["glyf"], tables["loca"] = outlines(tables["glyf"])
            head = bytearray(tables["head"])
            head[LONG_OFFSETS] = b"\x00\x01"
            tables["head"] = bytes(head)
    except (IndexError, KeyError, struct.error, brotli.error) as problem:
        raise ToolFailed(f"expected a whole WOFF2, found it damaged: {problem}") from problem
    return _written(flavour, tables)


def _tables(data: bytes, count: int, packed: int) -> Tables:
    """Return the tables as they were packed, those of transformed outlines as they are."""
    listed, at = [], HEADER.size
    for _ in range(count):
        flags, at = data[at], at + 1
        number, version = flags & OTHER, flags >> 6
        if number == OTHER:
            tag, at = data[at : at + 4].decode("latin-1"), at + 4
        else:
            tag = KNOWN[number * TAG : number * TAG + 4]
        length, at = _base128(data, at)
        if (version != PLAIN_OUTLINES) if tag in OUTLINES else version:
            if tag not in OUTLINES:
                raise ToolFailed(f"expected a WOFF2 with plain {tag}, found it transformed; unpack it")
            length, at = _base128(data, at)
        listed.append((tag, length))
    content, begin, tables = brotli.decompress(data[at : at + packed]), 0, Tables()
    for tag, length in listed:
        tables[tag] = content[begin : begin + length]
        begin += length
    return tables


def _base128(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of section 4.1, and where what follows it begins."""
    value = 0
    while True:
        byte, at = data[at], at + 1
        value = value << 7 | byte & 127
        if byte < 128:  # noqa: PLR2004 - the bit that says that more follows
            return value, at


def _written(flavour: bytes, tables: Tables) -> bytes:
    """Return the font file: a directory of tables in the order of their tags, and the tables."""
    power = len(tables).bit_length() - 1
    spread = 16 << power
    head = struct.pack(">4sHHHH", flavour, len(tables), spread, power, 16 * len(tables) - spread)
    return b"".join([head, *_directory(tables), *(_padded(tables[tag]) for tag in sorted(tables))])


def _directory(tables: Tables) -> Iterator[bytes]:
    at = 12 + 16 * len(tables)
    for tag in sorted(tables):
        yield struct.pack(">4sIII", tag.encode("latin-1"), 0, at, len(tables[tag]))
        at += len(_padded(tables[tag]))


def _padded(table: bytes) -> bytes:
    return table + bytes(-len(table) % 4)
