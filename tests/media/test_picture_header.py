"""Pictures say how large they are before anything decodes them."""

import io
import struct

import pytest
from PIL import Image

from media.picture_header import MAX_PIXELS, MAX_STEPS, PictureHeader, header_of, too_many_pixels


def saved(form: str, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    Image.new(mode, (37, 21)).save(file, form, **options)
    return file.getvalue()


def window(name: bytes, width: int, height: int) -> bytes:
    return name + b"\0box2i\0" + struct.pack("<I4i", 16, 0, 0, width - 1, height - 1)


def exr(width: int, height: int, parts: int = 1) -> bytes:
    header = window(b"dataWindow", width, height) + window(b"displayWindow", width, height)
    return (
        b"v/1\x01"
        + struct.pack("<I", 2 | (0x1000 if parts > 1 else 0))
        + (header + b"\0") * parts
        + b"\0" * 9
    )


def tiff(*entries: tuple[int, int, int]) -> bytes:
    """Return a TIFF whose directory is `entries`: tag, type and value of each."""
    directory = b"".join(struct.pack("<2H2I", tag, form, 1, value) for tag, form, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + directory + bytes(4)


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
    header = header_of(data)

    assert header is not None
    assert (header.media_type, header.width, header.height) == (media_type, 37, 21)


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
        b"v/1\x01\x02\0\0\0" + window(b"displayWindow", 1, 1) + b"\0",
        exr(37, 21, 2)[:-9] + window(b"displayWindow", 1, 1) + b"\0\0",
        tiff((256, 4, 37), (257, 1, 21)),
        tiff((256, 16, 37), (257, 4, 21)),
    ],
)
def test_what_is_unknown_or_cut_short_has_no_size(data):
    assert header_of(data) is None


def test_window_behind_more_attributes_than_are_walked_along_is_not_overlooked():
    dummies = b"".join(b"a%d\0int\0\4\0\0\0" % number + bytes(4) for number in range(MAX_STEPS + 4))
    begin = b"v/1\x01\x02\0\0\0" + window(b"displayWindow", 1, 1)

    assert header_of(begin + dummies + window(b"dataWindow", 100_000, 100_000) + b"\0") is None
    assert header_of(begin + window(b"dataWindow", 100_000, 9) + b"\0") == PictureHeader(
        "image/x-exr", 100_000, 9, is_wide=True
    )


def test_size_that_a_tiff_states_twice_is_no_size():
    assert header_of(tiff((256, 3, 37), (257, 4, 21))) == PictureHeader("image/tiff", 37, 21)
    for tag in (256, 257):
        assert header_of(tiff((256, 4, 100_000), (257, 4, 100_000), (tag, 4, 1))) is None


@pytest.mark.parametrize(
    ("data", "is_wide"),
    [
        (exr(37, 21), True),
        (b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 21 +X 37\n", True),
        (saved("PNG", "I;16"), True),
        (saved("TIFF", "I;16"), True),
        (saved("TIFF", "F"), True),
        (saved("TIFF"), False),
        (saved("TIFF", "1"), False),
        (tiff((256, 4, 37), (257, 4, 21)), False),
        (saved("PNG"), False),
        (saved("JPEG"), False),
    ],
)
def test_picture_of_floats_weighs_as_much_as_floats_take(data, is_wide):
    header = header_of(data)

    assert header is not None
    assert header.decoded_bytes == 37 * 21 * (16 if is_wide else 4)


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
    assert "5 pictures that take 2684354560 bytes" in str(too_many_pixels([largest] * 5))
    surroundings = PictureHeader("image/vnd.radiance", 16_384, 8_192, is_wide=True)
    assert too_many_pixels([surroundings]) is None
    assert "2 pictures that take" in str(too_many_pixels([surroundings] * 2))
