"""A picture for a product page: framed, steady, without fireflies, nothing clipped but highlights."""

import itertools
import sys

import numpy as np
import pytest
from PIL import Image

from tests.blender_scripts.blender import Blender
from tests.blender_scripts.shapes import BLACK, CHROME, STEEL, WHITE, ball, box, flange, ring, write_glb

SIZE = 192
LOOK = {"width": SIZE, "height": SIZE, "samples": 32, "denoise": True, "noise_threshold": 0.01}
PARTS = {
    "flange": flange(),
    "cube": [box(1, 1, 1, STEEL)],
    "black plastic": [ring(0.2, 0.5, 0.4, BLACK)],
    "white plastic": [ring(0.2, 0.5, 0.4, WHITE)],
    "chrome ball": [ball(0.1, CHROME)],
}
FRAMES = [1, 2, 3, 4]


def rendered(folder, shapes, frames, **wishes):
    """Return pictures (frames, height, width, 3) from 0 to 1 as they are displayed."""
    blender = Blender(sys.executable)
    blender.prepare(folder, write_glb(folder / "part.glb", *shapes))
    outcome = blender.render(folder, folder / "scene.blend", frames, **{**LOOK, **wishes})
    assert outcome.code == 0, outcome.log[-2000:]
    pictures = []
    for frame in frames:
        with Image.open(folder / f"{frame:06d}.part") as picture:
            pictures.append(np.asarray(picture.convert("RGB")) / 255)
    return np.stack(pictures)


@pytest.fixture(scope="module")
def turn(tmp_path_factory):
    """Four frames of the flange's turn."""
    return rendered(tmp_path_factory.mktemp("turn"), PARTS["flange"], FRAMES)


@pytest.fixture(scope="module", params=PARTS)
def picture(request, tmp_path_factory):
    """One picture of each kind of part."""
    return rendered(tmp_path_factory.mktemp("picture"), PARTS[request.param], [1])[0]


def luminance(picture):
    return picture @ np.array([0.2126, 0.7152, 0.0722])


def neighbours_median(values):
    """The median of each pixel's eight neighbours, edges left out."""
    height, width = values.shape
    around = [
        values[1 + y : height - 1 + y, 1 + x : width - 1 + x]
        for y in (-1, 0, 1)
        for x in (-1, 0, 1)
        if x or y
    ]
    return np.median(np.stack(around), axis=0)


def test_background_stands_still_while_the_part_turns(turn):
    rows, columns = np.mgrid[0:SIZE, 0:SIZE] / SIZE - 0.5
    background = np.maximum(np.abs(rows), np.abs(columns)) > 0.45

    for before, after in itertools.pairwise(turn):
        assert np.abs(after - before)[background].mean() < 0.002
        assert np.abs(after - before).mean() > 0.002, "the part itself does move"


def test_ground_does_not_flicker_under_a_part_that_looks_the_same_from_all_sides(tmp_path):
    turn = rendered(tmp_path, [ring(0.2, 0.5, 0.4, WHITE, 240)], FRAMES)

    for before, after in itertools.pairwise(turn):
        assert np.abs(after - before).mean() < 0.002


def test_nothing_is_clipped_but_highlights(picture):
    brightest, darkest = picture.max(axis=2), picture.max(axis=2)

    assert (brightest >= 254 / 255).mean() < 0.02
    assert (darkest <= 1 / 255).mean() < 0.01


def test_there_are_no_fireflies(picture):
    values = luminance(picture)

    lone = values[1:-1, 1:-1] - neighbours_median(values) > 0.35
    assert lone.mean() < 0.0005


def test_background_is_bright_even_and_darker_towards_the_corners(picture):
    top = luminance(picture)[: SIZE // 16]

    assert 0.6 < top.mean() < 0.95
    assert np.abs(np.diff(top, axis=1)).max() < 0.02, "no band, no noise"
    assert top[0, 0] < top[-1, SIZE // 2]


def test_part_stands_on_a_shadow(picture):
    values = luminance(picture)

    ground = values[-SIZE // 8 :]
    assert ground.mean() < values[: SIZE // 8].mean() + 0.05
    assert values.min() < 0.65, "there is depth in it, even with a white part"


def test_metal_reads_as_metal(tmp_path):
    steel = luminance(rendered(tmp_path, [ring(0.25, 0.5, 0.6, STEEL, 240)], [1])[0])

    side = steel[SIZE * 11 // 20, SIZE // 5 : SIZE * 4 // 5]
    assert np.ptp(side) > 0.15, "a cylinder of metal has light and dark stripes"


def test_axis_along_the_ground_keeps_the_picture_whole(tmp_path):
    turn = rendered(tmp_path, [box(1, 0.3, 0.3, STEEL)], [1, 4, 7], axis="x", samples=8)

    rim = np.concatenate([turn[:, 0], turn[:, -1], turn[:, :, 0], turn[:, :, -1]], axis=1)
    assert np.abs(rim[1:] - rim[:-1]).mean() < 0.004, "nothing of the part touches the edge"
