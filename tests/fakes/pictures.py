"""Small PNG frames with known pixels."""

import io
import struct
import zlib

import numpy as np
from PIL import Image


def png_of(pixels: np.ndarray) -> bytes:
    """Return an array of 8-bit pixels, height x width x channels, as a PNG."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def frame(number: int = 1, width: int = 64, height: int = 48) -> bytes:
    """Return a gradient that differs from number to number."""
    y, x = np.mgrid[0:height, 0:width]
    red, green = x * 255 // width, y * 255 // height
    return png_of(np.stack([red, green, np.full_like(x, number * 10 % 256)], axis=-1).astype(np.uint8))


def noisy_frame(number: int = 1, width: int = 320, height: int = 240) -> bytes:
    """Return a frame that neither PNG nor H.264 can make small."""
    return png_of(np.random.default_rng(number).integers(0, 256, (height, width, 3), np.uint8))


def cut_out(width: int = 64, height: int = 48) -> bytes:
    """Return a frame whose left half is fully transparent red and whose right half is opaque blue."""
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[:, : width // 2] = (255, 0, 0, 0)
    pixels[:, width // 2 :] = (0, 0, 255, 255)
    return png_of(pixels)


def chunk(name: bytes, body: bytes = b"") -> bytes:
    """Return one chunk of a PNG with a checksum that holds."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def deep_png_of(pixels: np.ndarray) -> bytes:
    """Return an array of 16-bit pixels, height x width x 3 or 4 channels, as a PNG."""
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 16, {3: 2, 4: 6}[channels], 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND")
    return b"\x89PNG\r\n\x1a\n" + body


def webp_of(data: bytes = b"", **options: object) -> bytes:
    """Return a PNG as WebP, without loss unless said."""
    file = io.BytesIO()
    with Image.open(io.BytesIO(data or frame())) as image:
        image.save(file, "WEBP", **{"lossless": True, **options})
    return file.getvalue()


def pixels_of(data: bytes, mode: str = "RGBA") -> np.ndarray:
    """Return a picture's pixels, height x width x channels."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert(mode))
