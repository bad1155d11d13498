"""How large a picture says it is, read from its first bytes: decoding is what a decompression bomb waits for.

PNG (ISO 15948), JPEG (ITU T.81, B.2.2), WebP (RFC 9649), OpenEXR, Radiance HDR, BMP, TIFF 6.0.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

MAX_PIXELS = 2**27  # 16,384 by 8,192: the largest surroundings that are sold
MAX_BYTES_IN_ALL = 2**31  # as Blender holds them

PNG = b"\x89PNG\r\n\x1a\n"
KTX2 = b"\xabKTX 20\xbb\r\n\x1a\n"
EXR = b"v/1\x01"
EXR_MANY_PARTS = 0x1000
TIFF = {b"II*\0", b"MM\0*"}
TIFF_WIDTH, TIFF_HEIGHT, TIFF_DEPTH = 256, 257, 258
TIFF_WORDS = {3: "H", 4: "I"}  # SHORT and LONG, which the specification allows for a size
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
    is_wide: bool = False
    """Whether a channel takes more than a byte, so that Blender holds it as four floats a pixel."""

    @property
    def pixels(self) -> int:
        """Its area."""
        return max(self.width, 0) * max(self.height, 0)

    @property
    def decoded_bytes(self) -> int:
        """What Blender holds of it."""
        return self.pixels * (16 if self.is_wide else 4)


def header_of(data: bytes) -> PictureHeader | None:
    """Return what the picture in `data` says of itself; None if it is none that is known here."""
    for media_type, read in READERS:
        try:
            found = read(data)
        except (struct.error, LookupError, ValueError):
            continue
        if found:
            return PictureHeader(media_type, *found, is_wide=_is_wide(media_type, data))
    return None


def too_many_pixels(headers: list[PictureHeader]) -> str | None:
    """Say in words if a picture, or all of them, are larger than is decoded here."""
    for header in headers:
        if header.pixels > MAX_PIXELS:
            return f"a picture of {header.width} by {header.height} pixels (at most {MAX_PIXELS} in all)"
    total = sum(header.decoded_bytes for header in headers)
    if total > MAX_BYTES_IN_ALL:
        return f"{len(headers)} pictures that take {total} bytes when decoded (at most {MAX_BYTES_IN_ALL})"
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
    return (
        max(box[2] - box[0] + 1 for box in boxes),
        max(box[3] - box[1] + 1 for box in boxes),
    )


def _exr_boxes(data: bytes, *, many_parts: bool) -> Iterator[tuple[int, int, int, int]]:
    """Yield the data and display windows of all parts.

    Raises:
        ValueError: A part has no data window, or there is more than is walked along.
    """
    at, names = 8, set[bytes]()
    for _ in range(MAX_STEPS):
        name_end = data.index(b"\0", at)
        if name_end == at:  # the end of a part's header; an empty header ends them all
            if many_parts and not names and at > 8:  # noqa: PLR2004 - where the first header begins
                return
            if b"dataWindow" not in names:
                raise ValueError("a part without a data window")
            if not many_parts:
                return
            at, names = at + 1, set()
            continue
        names.add(data[at:name_end])
        kind_end = data.index(b"\0", name_end + 1)
        (length,) = struct.unpack_from("<I", data, kind_end + 1)
        if data[at:name_end] in {b"dataWindow", b"displayWindow"}:
            yield struct.unpack_from("<4i", data, kind_end + 5)
        at = kind_end + 5 + length
    raise ValueError("more attributes than are walked along")


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
    if data[:4] not in TIFF:
        return None
    sizes: dict[int, int] = {}
    for tag, value in _tiff_entries(data):
        if tag in sizes:  # of which libtiff takes the first
            raise ValueError("a size that is stated twice")
        sizes[tag] = value
    return sizes[TIFF_WIDTH], sizes[TIFF_HEIGHT]


def _tiff_entries(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield tag and first value of the entries for size and depth in the first directory."""
    order: Literal["<", ">"] = "<" if data[:2] == b"II" else ">"
    (directory,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, directory)
    for at in range(directory + 2, directory + 2 + 12 * count, 12):
        tag, form, values = struct.unpack_from(f"{order}2HI", data, at)
        if tag in {TIFF_WIDTH, TIFF_HEIGHT, TIFF_DEPTH}:
            word = f"{order}{TIFF_WORDS[form]}"
            fit = values * struct.calcsize(word) <= 4  # noqa: PLR2004 - bytes in an entry
            place = at + 8 if fit else struct.unpack_from(f"{order}I", data, at + 8)[0]
            yield tag, struct.unpack_from(word, data, place)[0]


def _is_wide(media_type: str, data: bytes) -> bool:
    """Say whether a picture whose size is known has more than 8 bits a channel."""
    if media_type == "image/png":
        return data[24:25] > b"\x08"
    if media_type == "image/tiff":
        return dict(_tiff_entries(data)).get(TIFF_DEPTH, 1) > 8  # noqa: PLR2004 - bits
    return media_type in WIDE


WIDE = {"image/x-exr", "image/vnd.radiance"}
READERS = (
    ("image/png", _png),
    ("image/jpeg", _jpeg),
    ("image/webp", _webp),
    ("image/x-exr", _exr),
    ("image/vnd.radiance", _hdr),
    ("image/bmp", _bmp),
    ("image/tiff", _tiff),
)
