"""PNG files as bytes: whole or not, and how large, without decoding a pixel."""

import struct
import zlib
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from media.errors import ToolFailed

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}  # by colour type, PNG specification section 11.2.2
OF_COLOUR = {b"tRNS", b"sRGB", b"gAMA", b"cHRM", b"iCCP"}
SIZE_AND_NAME = struct.Struct(">I4s")
CHECKSUM = struct.Struct(">I")
HEADER = struct.Struct(">IIBBBBB")


class BrokenPng(ToolFailed):
    """The bytes are not one whole PNG file; the file was cut short or damaged."""


class PngHeader(BaseModel):
    """What a PNG says of itself: size in pixels, channels (2 and 4 with alpha) and bits per channel."""

    model_config = ConfigDict(frozen=True)

    width: int
    height: int
    channels: int
    bit_depth: int

    @property
    def has_alpha(self) -> bool:
        """Whether the last channel is transparency."""
        return self.channels in {2, 4}


def read_png(data: bytes) -> PngHeader:
    """Return the header of a PNG whose every chunk is whole and has the right checksum.

    Stricter than decoders are: ffmpeg passes flipped bytes and a missing IEND with exit code 0, Pillow's
    `load()` a missing IEND.

    Raises:
        BrokenPng: Cut short, damaged, followed by other bytes, or no PNG at all.
    """
    header = b""
    name = b""
    for name, body in _chunks(data):
        if not header and name != b"IHDR":
            raise BrokenPng(f"expected the PNG to begin with IHDR, found {name!r}")
        header = header or body
    if name != b"IEND":
        raise BrokenPng(f"expected the PNG to end with IEND, found its end after {len(data)} bytes")
    if len(header) != HEADER.size:
        raise BrokenPng(f"expected an IHDR of {HEADER.size} bytes, found {len(header)}")
    width, height, bit_depth, colour, *_ = HEADER.unpack(header)
    if colour not in CHANNELS:
        raise BrokenPng(f"expected a colour type of PNG, found {colour}")
    return PngHeader(width=width, height=height, channels=CHANNELS[colour], bit_depth=bit_depth)


def without_notes(data: bytes) -> bytes:
    """Return a PNG without the renderer's notes (times, dates), which make equal pictures unequal files.

    Raises:
        BrokenPng: It is not one whole PNG.
    """
    kept = (chunk for chunk in _chunks(data) if _is_critical(chunk[0]) or chunk[0] in OF_COLOUR)
    return SIGNATURE + b"".join(_packed(name, body) for name, body in kept)


def _is_critical(name: bytes) -> bool:
    """Tell by the case of its first letter whether a picture needs a chunk, PNG specification section 5.4."""
    return name[:1].isupper()


def _packed(name: bytes, body: bytes) -> bytes:
    return SIZE_AND_NAME.pack(len(body), name) + body + CHECKSUM.pack(zlib.crc32(name + body))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not data.startswith(SIGNATURE):
        raise BrokenPng(f"expected a PNG, found {data[:8]!r} at the start of {len(data)} bytes")
    at, name = len(SIGNATURE), b""
    while at < len(data):
        if name == b"IEND":
            raise BrokenPng(f"expected the PNG to end at byte {at}, found {len(data) - at} bytes more")
        if at + SIZE_AND_NAME.size > len(data):
            raise BrokenPng(f"expected a chunk at byte {at}, found the end after {len(data)} bytes")
        size, name = SIZE_AND_NAME.unpack_from(data, at)
        body = at + SIZE_AND_NAME.size
        if body + size + CHECKSUM.size > len(data):
            raise BrokenPng(
                f"expected {size} bytes of {name!r} at byte {at}, found the end after {len(data)}"
            )
        if zlib.crc32(data[at + 4 : body + size]) != CHECKSUM.unpack_from(data, body + size)[0]:
            raise BrokenPng(f"expected the checksum of {name!r} at byte {at} to hold, found damaged bytes")
        yield name, data[body : body + size]
        at = body + size + CHECKSUM.size
