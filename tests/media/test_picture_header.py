"""Pictures say how large they are before anything decodes them."""

import io
import struct

import pytest
from PIL import Image

from media.picture_header import MAX_PIXELS, PictureHeader, header_of, too_many_pixels


def saved(form: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (37, 21), "red").save(file, form, **options)
    return file.getvalue()


def exr(width: int, height: int, parts: int = 1) -> bytes:
    box = struct.pack("<4i", 0, 0, width - 1, height - 1)
    header = b"".join(
        name + b"\0box2i\0" + struct.pack("<I", 16) + box for name in (b"dataWindow", b"displayWindow")
    )
    return (
        b"v/1\x01"
        + struct.pack("<I", 2 | (0x1000 if parts > 1 else 0))
        + (header + b"\0") * parts
        + b"\0" * 9
    )


def webp_canvas(width: int, height: int) -> bytes:
    chunk = (
        b"VP8X"
        + struct.pack("<I", 10)
        + bytes(4)
        + (width - 1).to_bytes(3, "little")
        + (height - 1).to_bytes(3, "little")
    )
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (saved("PNG"), "image/png"),
        (saved("JPEG"), "image/jpeg"),
        (saved("JPEG", progressive=True, exif=b"Exif\0\0" + bytes(60_000)), "image/jpeg"),
        (saved("WEBP"), "image/webp"),
        (saved("WEBP", lossless=True), "image/webp"),
        (saved("BMP"), "image/bmp"),
        (saved("TIFF"), "image/tiff"),
        (exr(37, 21), "image/x-exr"),
        (exr(37, 21, parts=2), "image/x-exr"),
        (b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 21 +X 37\n", "image/vnd.radiance"),
    ],
)
def test_size_is_read_without_decoding(data, media_type):
    assert header_of(data) == PictureHeader(media_type, 37, 21)


def test_canvas_of_an_animation_counts():
    assert header_of(webp_canvas(16_000, 12_000)) == PictureHeader("image/webp", 16_000, 12_000)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + bytes(20),
        b"DDS " + bytes(200),
        saved("PNG")[:20],
        saved("JPEG")[:30],
        b"II*\0",
        b"v/1\x01",
        b"\xff\xd8\xff",
    ],
)
def test_what_is_unknown_or_cut_short_has_no_size(data):
    assert header_of(data) is None


def test_every_cut_and_flip_is_answered():
    for data in (saved("PNG"), saved("JPEG"), saved("WEBP"), saved("TIFF"), exr(37, 21, 2)):
        for end in range(min(len(data), 400)):
            damaged = (data[:end], *(data[:end] + byte + data[end + 1 :] for byte in (b"\xff", b"\0")))
            for header in map(header_of, damaged):
                assert header is None or (header.width >= 0 and header.height >= 0)


def test_pictures_are_bounded_one_by_one_and_together():
    largest = PictureHeader("image/png", MAX_PIXELS // 1024, 1024)

    assert too_many_pixels([largest] * 4) is None
    assert "a picture of 131073 by 1024 pixels" in str(
        too_many_pixels([PictureHeader("image/png", MAX_PIXELS // 1024 + 1, 1024)])
    )
    assert "5 pictures of" in str(too_many_pixels([largest] * 5))
