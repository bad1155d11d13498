"""WebP files as frames: whole or not, without loss or not, and as a PNG for those who take nothing else."""

import io
import struct

from PIL import Image

from media.errors import ToolFailed

RIFF = struct.Struct("<4sI4s")
CHUNK = struct.Struct("<4sI")
WITHOUT_LOSS = b"VP8L"
PIXELS = {WITHOUT_LOSS, b"VP8 ", b"ANIM"}
LARGEST_SIDE = 16383


class BrokenWebp(ToolFailed):
    """The bytes are not one whole picture in WebP without loss."""


def require_whole(data: bytes) -> None:
    """Refuse a WebP that is cut short, followed by other bytes, lossy or animated (RFC 9649, section 2).

    Raises:
        BrokenWebp: It is.
    """
    if len(data) < RIFF.size or (data[:4], data[8:12]) != (b"RIFF", b"WEBP"):
        raise BrokenWebp(f"expected a WebP, found {data[:12]!r} at the start of {len(data)} bytes")
    said = RIFF.unpack_from(data)[1] + CHUNK.size
    if said != len(data):
        raise BrokenWebp(f"expected the {said} bytes that the WebP says it has, found {len(data)}")
    if (kinds := _pictures(data)) != [WITHOUT_LOSS]:
        raise BrokenWebp(f"expected one picture without loss, found {kinds}")


def as_png(data: bytes) -> bytes:
    """Return a WebP as a PNG of four channels: WebP itself drops an alpha that hides nothing."""
    file = io.BytesIO()
    with Image.open(io.BytesIO(data), formats=["WEBP"]) as image:
        image.convert("RGBA").save(file, "PNG", compress_level=1)
    return file.getvalue()


def _pictures(data: bytes) -> list[bytes]:
    """Return the kinds of those chunks that hold pixels."""
    found: list[bytes] = []
    at = RIFF.size
    while at + CHUNK.size <= len(data):
        kind, size = CHUNK.unpack_from(data, at)
        found += [kind] if kind in PIXELS else []
        at += CHUNK.size + size + size % 2
    if at != len(data):
        raise BrokenWebp(f"expected the chunks to end at byte {len(data)}, found an end at {at}")
    return found
