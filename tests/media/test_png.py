import struct

import pytest

from media.png import SIGNATURE, BrokenPng, read_png, without_notes
from tests.fakes.pictures import chunk, cut_out, frame

PNG = frame(width=30, height=20)


def test_whole_png_tells_its_size_and_layout():
    header = read_png(PNG)

    assert (header.width, header.height, header.channels, header.bit_depth) == (30, 20, 3, 8)
    assert not header.has_alpha
    assert read_png(cut_out()).has_alpha


@pytest.mark.parametrize("length", [0, 1, 8, 20, 33, 45, len(PNG) // 2, len(PNG) - 12, len(PNG) - 1])
def test_png_cut_short_is_broken(length: int):
    with pytest.raises(BrokenPng):
        read_png(PNG[:length])


def test_png_with_any_byte_flipped_is_broken():
    for at in range(len(PNG)):
        damaged = bytearray(PNG)
        damaged[at] ^= 0x01
        with pytest.raises(BrokenPng):
            read_png(bytes(damaged))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"GIF89a", "GIF89a"),
        (PNG + b"more", "4 bytes more"),
        (SIGNATURE + chunk(b"IEND"), "found b'IEND'"),
        (SIGNATURE + chunk(b"IHDR", b"short") + chunk(b"IEND"), "found 5"),
        (
            SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 5, 0, 0, 0)) + chunk(b"IEND"),
            "found 5",
        ),
    ],
)
def test_what_is_no_png_is_broken_and_the_error_says_what_was_found(data: bytes, found: str):
    with pytest.raises(BrokenPng, match=found):
        read_png(data)


def test_renderers_notes_are_forgotten_and_the_picture_is_kept():
    noted = PNG[:33] + chunk(b"tEXt", b"RenderTime\x0000:00.14") + PNG[33:]

    assert without_notes(noted) == without_notes(PNG)
    assert b"RenderTime" not in without_notes(noted)
    assert read_png(without_notes(noted)) == read_png(PNG)
