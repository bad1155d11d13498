"""Two pictures beside each other."""

import io

import numpy as np
import pytest
from PIL import Image

from media.before_after import before_after
from media.contact_sheet import LARGEST_BYTES, MARGIN
from tests.fakes.pictures import noisy_frame


def png(width: int, height: int, colour: tuple[int, ...], mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (width, height), colour).save(file, "PNG")
    return file.getvalue()


def opened(webp: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(webp), formats=["WEBP"])
    picture.load()
    return picture.convert("RGB")


def near(picture: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    found = np.array(picture.getpixel(at), int)
    return bool(np.abs(found - np.array(colour)).max() < 12)


def test_first_is_on_the_left_and_each_has_room_for_its_label():
    sheet = opened(before_after(png(320, 180, (200, 0, 0)), png(320, 180, (0, 0, 200))))

    assert near(sheet, (MARGIN + 160, MARGIN + 90), (200, 0, 0))
    assert near(sheet, (sheet.width - MARGIN - 160, MARGIN + 90), (0, 0, 200))
    assert sheet.width == 2 * 320 + 2 * MARGIN + 14
    below = np.asarray(sheet)[MARGIN + 182 : MARGIN + 200, MARGIN : MARGIN + 60]
    assert below.min() < 160 < below.max()  # ink on paper


def test_wide_pictures_lie_one_above_the_other():
    sheet = opened(before_after(png(500, 200, (200, 0, 0)), png(500, 200, (0, 0, 200))))

    assert sheet.height > 400
    assert near(sheet, (MARGIN + 250, MARGIN + 100), (200, 0, 0))
    assert near(sheet, (MARGIN + 250, sheet.height - 100), (0, 0, 200))


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (4000, 4000), (1, 1)])
def test_sheet_is_small_whatever_the_pictures_are(size):
    noise = noisy_frame(1, *size) if size != (1, 1) else png(1, 1, (9, 9, 9))

    webp = before_after(noise, png(*size, (0, 0, 200)))

    assert len(webp) <= LARGEST_BYTES
    assert max(opened(webp).size) <= 2 * 640 + 2 * MARGIN + 14


def test_transparent_picture_and_one_of_another_size_are_shown():
    sheet = opened(before_after(png(64, 64, (200, 0, 0, 0), "RGBA"), png(32, 32, (0, 0, 200))))

    assert near(sheet, (MARGIN + 32, MARGIN + 32), (255, 255, 255))
