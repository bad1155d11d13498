"""How large a picture says it is, read from its first bytes: decoding is what a decompression bomb waits for.

PNG (ISO 15948), JPEG (ITU T.81, B.2.2), WebP (RFC 9649), OpenEXR, Radiance HDR, BMP, TIFF 6.0.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

MAX_PIXELS = 2**27  # 16,384 by 8,192: the largest surroundings that are sold
MAX_PIXELS_IN_ALL = 2**29  # 2 GiB as Blender holds them

PNG = b"\x89PNG\r\n\x1a\n"
KTX2 = b"\xabKTX 20\xbb\r\n\x1a\n"
EXR = b"v/1\x01"
EXR_MANY_PARTS = 0x1000
HDR_SIZE = re.compile(rb"[-+][XY] (\d{1,9}) [-+][XY] (\d{1,9})\s")
MAX_STEPS = 4096  # of a walk from block to block
BEGIN_BYTES = 2**24  # in which a size is stated, after whatever colour profile or preview comes first
FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
NO_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True)
class PictureHeader:
    """What a picture is and how large, in pixels."""

    media_type: str
    width: int
    height: int

    @property
    def pixels(self) -> int:
        """Its area."""
        return max(self.width, 0) * max(self.height, 0)


def header_of(data: bytes) -> PictureHeader | None:
    """Return what the picture in `data` says of itself; None if it is none that is known here."""
    for media_type, read in READERS:
        try:
            found = read(data)
        except (struct.error, LookupError, ValueError):
            continue
        if found:
            return PictureHeader(media_type, *found)
    return None


def too_many_pixels(headers: list[PictureHeader]) -> str | None:
    """Say in words if a picture, or all of them, are larger than is decoded here."""
    for header in headers:
        if header.pixels > MAX_PIXELS:
            return f"a picture of {header.width} by {header.height} pixels (at most {MAX_PIXELS} in all)"
    total = sum(header.pixels for header in headers)
    if total > MAX_PIXELS_IN_ALL:
        return f"{len(headers)} pictures of {total} pixels together (at most {MAX_PIXELS_IN_ALL})"
    return None


def _png(data: bytes) -> tuple[int, int] | None:
    if data[:8] != PNG or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">2I", data, 16)
    return width, height


def _jpeg(data: bytes) -> tuple[int, int] | None:
    if data[:3] != b"\xff\xd8\xff":
        return None
    at = 2
    for _ in range(MAX_STEPS):
        while data[at + 1] == 0xFF:  # noqa: PLR2004 - fill bytes
            at += 1
        marker = data[at + 1]
        if data[at] != 0xFF:  # noqa: PLR2004 - what every marker begins with
            return None
        if marker in FRAME_HEADERS:
            height, width = struct.unpack_from(">2H", data, at + 5)
            return width, height
        at += 2 if marker in NO_LENGTH else 2 + struct.unpack_from(">H", data, at + 2)[0]
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    """Return the largest of the sizes that the canvas and the first frames state."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    sizes: list[tuple[int, int]] = []
    at = 12
    while at + 8 <= len(data) and len(sizes) < MAX_STEPS:
        kind, length = struct.unpack_from("<4sI", data, at)
        sizes.append(_webp_size(kind, data[at + 8 : at + 18]))
        at += 8 + length + length % 2
    return (max(size[0] for size in sizes), max(size[1] for size in sizes)) if sizes else None


def _webp_size(kind: bytes, begin: bytes) -> tuple[int, int]:
    if kind == b"VP8X":
        return int.from_bytes(begin[4:7], "little") + 1, int.from_bytes(begin[7:10], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(begin[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<2H", begin, 6)
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0


def _exr(data: bytes) -> tuple[int, int] | None:
    if data[:4] != EXR:
        return None
    many = int.from_bytes(data[4:8], "little") & EXR_MANY_PARTS
    boxes = list(_exr_boxes(data, many_parts=bool(many)))
    if not boxes:
        return None
    return (
        max(box[2] - box[0] + 1 for box in boxes),
        max(box[3] - box[1] + 1 for box in boxes),
    )


def _exr_boxes(data: bytes, *, many_parts: bool) -> Iterator[tuple[int, int, int, int]]:
    """Yield the data and display windows of all parts."""
    at, began = 8, False
    for _ in range(MAX_STEPS):
        name_end = data.index(b"\0", at)
        if name_end == at:  # the end of a part's header; an empty header ends them all
            if not many_parts or not began:
                return
            at, began = at + 1, False
            continue
        began = True
        kind_end = data.index(b"\0", name_end + 1)
        (length,) = struct.unpack_from("<I", data, kind_end + 1)
        if data[at:name_end] in {b"dataWindow", b"displayWindow"}:
            yield struct.unpack_from("<4i", data, kind_end + 5)
        at = kind_end + 5 + length


def _hdr(data: bytes) -> tuple[int, int] | None:
    if not data.startswith((b"#?RADIANCE", b"#?RGBE")):
        return None
    end = data.index(b"\n\n")
    size = HDR_SIZE.match(data[end + 2 : end + 64])
    return (int(size[2]), int(size[1])) if size else None


def _bmp(data: bytes) -> tuple[int, int] | None:
    if data[:2] != b"BM":
        return None
    old = struct.unpack_from("<I", data, 14)[0] == 12  # noqa: PLR2004 - BITMAPCOREHEADER
    width, height = struct.unpack_from("<2H" if old else "<2i", data, 18)
    return abs(width), abs(height)


def _tiff(data: bytes) -> tuple[int, int] | None:
    order: Literal["<", ">"] = "<" if data[:2] == b"II" else ">"
    if data[:4] not in {b"II*\0", b"MM\0*"}:
        return None
    (directory,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, directory)
    sizes = {}
    for number in range(count):
        tag, form = struct.unpack_from(f"{order}2H", data, directory + 2 + 12 * number)
        if tag in {256, 257} and form in {3, 4}:
            word = f"{order}{'H' if form == 3 else 'I'}"  # noqa: PLR2004 - TIFF's SHORT
            sizes[tag] = struct.unpack_from(word, data, directory + 10 + 12 * number)[0]
    return sizes[256], sizes[257]


READERS = (
    ("image/png", _png),
    ("image/jpeg", _jpeg),
    ("image/webp", _webp),
    ("image/x-exr", _exr),
    ("image/vnd.radiance", _hdr),
    ("image/bmp", _bmp),
    ("image/tiff", _tiff),
)
