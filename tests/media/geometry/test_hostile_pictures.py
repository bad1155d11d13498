"""Textures of a few bytes that would unpack to gigabytes, in each way of saying so."""

import struct

import pytest

from media.errors import BadInput
from tests.media.geometry.several_files import PART, usd_files, zipped


def window(name: bytes, side: int) -> bytes:
    return name + b"\0box2i\0" + struct.pack("<I4i", 16, 0, 0, side - 1, side - 1)


def exr(*attributes: bytes) -> bytes:
    return b"v/1\x01\x02\0\0\0" + b"".join(attributes) + b"\0"


def tiff(*entries: tuple[int, int, int]) -> bytes:
    directory = b"".join(struct.pack("<2H2I", tag, form, 1, value) for tag, form, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + directory + bytes(4)


DUMMIES = b"".join(b"a%d\0int\0\4\0\0\0" % number + bytes(4) for number in range(4100))
TOO_LARGE, UNKNOWN = "a picture of 100000 by 100000 pixels", "neither USD nor a known picture"
HOSTILE = {
    "exr": ("exr", exr(window(b"displayWindow", 1), window(b"dataWindow", 100_000)), TOO_LARGE),
    "exr_of_many_attributes": (
        "exr",
        exr(window(b"displayWindow", 1), DUMMIES, window(b"dataWindow", 100_000)),
        UNKNOWN,
    ),
    "exr_without_a_data_window": ("exr", exr(window(b"displayWindow", 1)), UNKNOWN),
    "hdr": ("hdr", b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 100000 +X 100000\n", TOO_LARGE),
    "tiff": ("tif", tiff((256, 4, 100_000), (257, 4, 100_000)), TOO_LARGE),
    "tiff_that_says_it_twice": ("tif", tiff((256, 4, 100_000), (257, 4, 100_000), (256, 4, 1)), UNKNOWN),
    "tiff_of_signed_sizes": ("tif", tiff((256, 9, 100_000), (257, 9, 100_000)), UNKNOWN),
}


@pytest.mark.parametrize("sample", HOSTILE)
def test_texture_is_refused_by_its_header(sample, prepare, tmp_path):
    suffix, picture, found = HOSTILE[sample]
    files = usd_files(**{"parts/part.usda": PART.replace("red.png", f"red.{suffix}")})
    files[f"textures/red.{suffix}"] = picture
    path = tmp_path / "scene.zip"
    path.write_bytes(zipped(files))

    with pytest.raises(BadInput, match=found):
        prepare(path)
