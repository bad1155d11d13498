"""Planes as H.264 has them."""

import numpy as np
import pytest
from PIL import Image

from media.kenburns.planes import planes_of


def test_even_colour_stays_itself_at_every_zoom():
    planes = planes_of(Image.new("RGB", (333, 222), "#ff0000"), 1.0)
    y, u, v = map(np.asarray, planes.frame((10.3, 5.1, 250.9, 140.4), 320, 180))

    red = [(plane.min(), plane.max()) for plane in (y, u, v)]
    assert red == [(63, 63), (102, 102), (240, 240)]  # as tables of BT.709 have it


@pytest.mark.parametrize("fineness", [1.0, 0.1])
def test_colours_lie_level_with_the_left_of_two_pixels(fineness):
    slope = np.zeros((64, 64, 3), np.uint8)
    slope[:, :, 2] = 4 * np.arange(64)
    _, u, _ = planes_of(Image.fromarray(slope), fineness).frame((0, 0, 64, 64), 64, 64)

    found = np.asarray(u)[16, 4:28]
    left = 128 + 4 * np.arange(0, 64, 2) * 0.5 * 224 / 255
    assert np.abs(found - left[4:28]).max() < 0.8  # a pixel is 1.76


def test_odd_picture_keeps_its_last_column():
    picture = Image.new("RGB", (33, 17), "#808080")
    picture.paste("#ff0000", (32, 0, 33, 17))
    _, _, v = planes_of(picture, 1.0).frame((0, 0, 33, 17), 34, 18)

    colours = np.asarray(v)
    assert colours[4, 16] > colours[4, 8] + 30
