"""A batch of pictures: each for itself, none twice, also when its run is killed in the middle."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from media.catalogue.job import PicturesJob
from media.catalogue.publishing import publish
from media.catalogue.rendering import (
    outcomes_after_a_loss,
    outcomes_unknown,
    read_outcomes,
    render_pictures,
    tell_outcomes,
)
from media.errors import Retry, Unavailable
from media.job import StillJob
from media.manifest import find_manifest
from tests.fakes.flaky_store import FlakyStore
from tests.processes import descendants

BATCH = "ab" * 32
DRIVER = Path(__file__).with_name("render_and_die.py")
ROOT = Path(__file__).parents[3]
TINY = {"width": 48, "height": 48, "samples": 1, "detail": "coarse", "format": "webp"}


def batch(*pictures: dict[str, object]) -> PicturesJob:
    jobs = tuple(StillJob.model_validate({**TINY, **picture}) for picture in pictures)
    return PicturesJob(batch=BATCH, pictures=jobs)


@pytest.fixture
def damaged(tmp_path) -> Path:
    path = tmp_path / "damaged.step"
    path.write_text("ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\n#1=NOTHING();\nENDSEC;\nEND-ISO-10303-21;\n")
    return path


def test_file_that_cannot_be_used_leaves_the_others_alone(bearing_step, damaged, tools):
    asked = batch({"source": str(damaged)}, {"source": str(bearing_step)}, {"source": "/nowhere/part.step"})

    outcomes = render_pictures(asked, tools)

    assert [one.became for one in outcomes] == ["failed", "rendered", "failed"]
    assert outcomes[0].reason.startswith("BadInput: damaged.step: ")
    assert outcomes[2].job == ""
    tell_outcomes(BATCH, outcomes, tools.store)
    assert read_outcomes(BATCH, tools.store) == outcomes


def test_pictures_of_a_batch_share_a_blender_where_no_host_was_started(bearing_step, tools):
    angles = [{"source": str(bearing_step), "azimuth": angle} for angle in (10, 20, 30)]
    before = descendants(os.getpid())

    outcomes = render_pictures(batch(*angles), tools)

    records = [find_manifest(one.job, tools.store).record for one in outcomes]
    assert [record.frames[0].warmth for record in records] == ["warm process", "warm scene", "warm scene"]
    assert set(descendants(os.getpid())) <= set(before)


def test_file_that_cannot_be_used_is_opened_once_for_all_its_pictures(damaged, tools, children):
    with children.counted() as for_one:
        render_pictures(batch({"source": str(damaged)}), tools)
    with children.counted() as for_three:
        outcomes = render_pictures(
            batch(*({"source": str(damaged), "azimuth": angle} for angle in (10, 20, 30))), tools
        )

    assert for_one
    assert len(for_three) == len(for_one)
    assert len({one.reason for one in outcomes}) == 1
    assert len({one.job for one in outcomes}) == 3


def test_picture_that_its_format_cannot_hold_leaves_others_of_its_file_alone(bearing_step, tools):
    wide = {"source": str(bearing_step), "width": 16384, "height": 16}

    outcomes = render_pictures(batch(wide, {"source": str(bearing_step)}), tools)

    assert [one.became for one in outcomes] == ["failed", "rendered"]
    assert "ask for a PNG" in outcomes[0].reason


def test_batch_ends_where_the_store_does_and_its_frames_are_kept(bearing_step, tools, monkeypatch, children):
    monkeypatch.setattr(Unavailable, "retry", Retry(times=1, wait_s=0.01))
    asked = batch({"source": str(bearing_step)}, {"source": str(bearing_step), "azimuth": 80})

    with pytest.raises(Unavailable):
        render_pictures(asked, replace(tools, store=FlakyStore(tools.store, "manifests", 9)))
    with children.counted() as again:
        outcomes = render_pictures(asked, tools)

    assert [one.became for one in outcomes] == ["rendered", "rendered"]
    assert sum("blender_scripts" in " ".join(command) for command in again) == 1  # the second one's frame


def test_batch_that_was_killed_goes_on_where_it_was(bearing_step, tools, tmp_path):
    asked = batch({"source": str(bearing_step)}, {"source": str(bearing_step), "azimuth": 80})
    file = tmp_path / "batch.json"
    file.write_text(asked.model_dump_json())

    killed = subprocess.run([sys.executable, DRIVER, file], cwd=ROOT, capture_output=True, check=False)
    lost = read_outcomes(BATCH, tools.store)
    outcomes = render_pictures(asked, tools)

    assert killed.returncode == -signal.SIGKILL
    assert lost == ()
    assert [one.became for one in outcomes] == ["found", "rendered"]


def test_picture_that_two_runs_want_at_once_is_rendered_once(bearing_step, tools, children):
    asked = batch({"source": str(bearing_step)})

    with children.counted() as started, ThreadPoolExecutor(2) as two:
        outcomes = list(two.map(lambda _: render_pictures(asked, tools), range(2)))

    assert sorted(one.became for (one,) in outcomes) == ["found", "rendered"]
    assert sum("blender_scripts" in " ".join(command) for command in started) == 1  # for scene and frame


def test_of_a_run_that_ended_too_early_what_is_stored_counts(bearing_step, tools):
    (done,) = render_pictures(batch({"source": str(bearing_step)}), tools)

    told = outcomes_after_a_loss([done.job, "cd" * 32], "run x: gone", tools.store)

    assert [(one.became, one.reason) for one in told] == [("rendered", ""), ("failed", "run x: gone")]


def test_what_all_of_a_picture_took_is_recorded_for_the_next_run(bearing_step, tools):
    (first, second) = render_pictures(
        batch({"source": str(bearing_step)}, {"source": str(bearing_step), "azimuth": 80}), tools
    )

    for outcome, prepared in ((first, True), (second, False)):
        record = find_manifest(outcome.job, tools.store).record
        frames = sum(frame.seconds for frame in record.frames)
        assert frames + record.seconds["preparing"] < record.seconds["whole"] <= outcome.seconds
        assert record.seconds["whole"] > outcome.seconds - 1
        assert ("scene" in record.reused) != prepared


def test_picture_that_the_rest_of_what_was_set_aside_may_not_hold_is_not_begun(bearing_step, tools):
    pictures = batch({"source": str(bearing_step)}, {"source": str(bearing_step), "azimuth": 80})
    asked = pictures.model_copy(update={"most_seconds": (0.1, 3.0)})

    first, second = render_pictures(asked, tools)

    assert first.became == "rendered"
    assert (second.became, second.reason[:19]) == ("not begun", "it may take 3 s, 0 ")


def test_seconds_are_said_of_each_picture_of_a_batch_or_of_none(bearing_step):
    with pytest.raises(ValidationError, match="most_seconds for each of 1 pictures, found 2"):
        PicturesJob.model_validate(
            {**batch({"source": str(bearing_step)}).model_dump(mode="json"), "most_seconds": [1, 2]}
        )


def test_pictures_of_which_nobody_knows_are_looked_for_when_the_catalogue_is_published(catalogue):
    catalogue.add("A")
    catalogue.add("B")
    assessment = catalogue.assess()
    done, lost = assessment.missing
    catalogue.render(done)

    outcomes = outcomes_unknown([done.result, lost.result], "the store was away")
    became = {one.job: one for one in outcomes}
    published = publish(catalogue.job(), assessment, became, catalogue.tools.store)

    assert [(row.became, row.reason) for row in published.rows] == [
        ("rendered", ""),
        ("failed", "the store was away"),
    ]
