"""Every template, measured in small; `make gallery` does it in full."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from media.broll.build import _wished
from media.broll.job import BrollJob
from media.broll.templates import known_templates
from media.pictures.clip import frames_of
from media.pictures.flicker import FLICKER_BOUND, WINDOW, flicker
from media.pictures.highlights import CLIPPED_BOUND, clipped_highlights
from media.pictures.likeness import DIFFERENT_FROM, difference, unequal_share
from media.pictures.motion import MOTION_BOUND, largest_motion
from media.pictures.seam import SEAM_BOUND, seam_between
from tests.blender_scripts.blender import Blender

SCRIPT = Path(__file__).with_name("take_pictures.py")
SMALL, FEW_SAMPLES = (160, 90), 16
PREVIEW, SAMPLES = (480, 270), 128
LAST = 240
PATIENCE_S = 3000.0
THREES = ((1, 2, 3), (80, 81, 82), (160, 161, 162), (LAST - 2, LAST - 1, LAST))


@dataclass(frozen=True)
class Roll:
    """Frames that were taken of a clip, by number."""

    folder: Path

    def frames(self, *numbers: int):
        return frames_of((self.folder / f"{number:06d}.png").read_bytes() for number in numbers)


def roll(folder, template, numbers, size=SMALL, samples=FEW_SAMPLES, **said):
    """What is to be taken of a clip of 8 seconds; its pictures go into a folder of their own."""
    folder.mkdir()
    scene = _wished(BrollJob.model_validate({"template": template, **said}))
    return {"scene": scene, "frames": numbers, "size": size, "samples": samples, "folder": str(folder)}


def take(folder, *rolls: dict):
    """Take the pictures in one Blender, which starts anew, with a hash seed of its own."""
    told = folder / "rolls.json"
    told.write_text(json.dumps(rolls))
    outcome = Blender(sys.executable, PATIENCE_S).run_script(folder, SCRIPT, str(told))
    assert outcome.code == 0, outcome.log[-2000:]
    return [Roll(Path(one["folder"])) for one in rolls]


@pytest.fixture(scope="module", params=known_templates())
def template(request):
    return request.param


@pytest.fixture(scope="module")
def taken(template, tmp_path_factory):
    """Neighbours from all over a loop, and the first frame of another seed."""
    folder = tmp_path_factory.mktemp(template)
    loop = roll(folder / "loop", template, [number for three in THREES for number in three], loop=True)
    return take(folder, roll(folder / "other", template, [1], loop=True, seed=1), loop)


@pytest.fixture(scope="module")
def loop(taken):
    return taken[1]


def test_end_of_a_loop_leads_to_its_beginning(loop):
    seam = seam_between(
        loop.frames(LAST)[0], loop.frames(1)[0], [loop.frames(*three)[:2] for three in THREES]
    )

    assert seam <= SEAM_BOUND


def test_nothing_moves_too_fast(loop):
    assert max(largest_motion(loop.frames(*three)) for three in THREES) < MOTION_BOUND


def test_highlights_keep_their_shape(loop):
    assert clipped_highlights(loop.frames(*(middle for _, middle, _ in THREES))) < CLIPPED_BOUND


def test_something_moves_all_the_time(loop):
    assert all(difference(*loop.frames(*three)[:2]) > 0 for three in THREES)


def test_another_seed_is_another_picture(taken):
    other, loop = taken

    assert difference(loop.frames(1), other.frames(1)) >= DIFFERENT_FROM


def test_seed_gives_the_same_pixels_in_another_process(template, loop, tmp_path):
    (again,) = take(tmp_path, roll(tmp_path / "again", template, [81], loop=True))

    assert unequal_share(loop.frames(81), again.frames(81)) == 0


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", [1, 112, LAST - WINDOW])
def test_clip_at_default_samples(template, first, tmp_path):
    numbers = list(range(first, first + WINDOW + 1))
    (clip,) = take(tmp_path, roll(tmp_path / "clip", template, numbers, PREVIEW, SAMPLES))
    frames = clip.frames(*numbers)

    assert flicker(frames) < FLICKER_BOUND
    assert largest_motion(frames) < MOTION_BOUND
    assert clipped_highlights(frames) < CLIPPED_BOUND
