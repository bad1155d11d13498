"""What the camera sees of a title: letters as one block in the middle of the picture, a line at its left."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

SCRIPT = Path(__file__).parent / "title_stage.py"
INSIDE = (slice(12, 24), slice(24, 44))  # of the letters, one and a half pixels from their edge
LINE = (slice(12, 24), slice(17, 18))
OUTSIDE = [(slice(0, 7), slice(None)), (slice(29, 36), slice(None)), (slice(None), slice(50, 64))]


@pytest.fixture(scope="module")
def views(blender, tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("title")
    red, green, blue = (np.zeros((18, 32), np.uint8) for _ in range(3))
    red[1:17, 6:30], green[1:17, 0:4] = 255, 255
    Image.fromarray(np.stack([red, green, blue], axis=2)).save(folder / "title.png")
    outcome = blender.run_script(folder, SCRIPT, str(folder / "title.png"), str(folder))
    assert outcome.code == 0, outcome.log[-2000:]
    seen = outcome.one("seen")
    return {name: np.array(one) if name not in {"packed", "refused"} else one for name, one in seen.items()}


def apart(one, other) -> int:
    return int(np.abs(one - other).max())


def test_letters_have_the_colour_that_was_asked_for(views):
    assert apart(views["pinhole"][INSIDE], np.array([0xE8, 0xE8, 0xE6])) <= 3


def test_line_has_the_accent_colour(views):
    assert apart(views["pinhole"][LINE], np.array([0xFF, 0xB3, 0x47])) <= 25


def test_letters_can_have_a_colour_of_the_palette(views):
    # AgX shows no blue as pure as this one, and no amber: what is seen is the nearest that it does show.
    assert apart(views["of_palette"][INSIDE], np.array([0x2F, 0x8C, 0xFF])) <= 25


def test_lens_that_is_wide_open_leaves_letters_sharp(views):
    assert apart(views["wide_open"][INSIDE], views["pinhole"][INSIDE]) <= 3
    assert np.abs(views["wide_open"] - views["pinhole"]).mean() < 2


def test_title_lights_nothing_and_is_nowhere_else(views):
    assert all(apart(views["loop"][part], views["loop_bare"][part]) <= 1 for part in OUTSIDE)


def test_clip_with_an_end_begins_without_the_title(views):
    assert apart(views["first"], views["bare"]) <= 1


def test_loop_shows_the_title_all_the_time(views):
    assert apart(views["loop"][INSIDE], np.array([0xE8, 0xE8, 0xE6])) <= 3


def test_picture_travels_in_the_scene(views):
    assert views["packed"]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (0, "title.picture: expected a PNG"),
        (1, "title.color: expected #rrggbb"),
        (2, "title.left: expected 0.0 to 1.0"),
        (3, "title: expected no other fields, found other"),
    ],
)
def test_what_is_no_title_is_refused(views, at, said):
    assert said in views["refused"][at]
