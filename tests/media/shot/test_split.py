"""The samples of one picture are divided so that the mean of the parts is the picture."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from media.shot.job import FrameJob
from media.shot.plan import plan_shot, render_digest, result_digest
from media.shot.preflight import preflight
from media.shot.samples import parts_of
from media.shot.split import Subset, why_whole
from tests.media.shot.test_plan import BLENDER, SHOT, SOURCE
from tests.media.shot.test_preflight import MAIN, report


def frame(**fields: object) -> FrameJob:
    return FrameJob.model_validate({"source": "shot.blend", "blend": "cleaned", "samples": 64, **fields})


def plan(**fields: object):
    return plan_shot(frame(**fields), SOURCE, SHOT, BLENDER)


@given(total=st.integers(1, 5000), parts=st.integers(1, 64))
def test_every_sample_is_in_one_part_and_parts_are_equal_but_for_one(total, parts):
    subsets = Subset.all_of(total, parts)

    numbers = [n for one in subsets for n in range(one.first, one.first + one.count)]
    assert numbers == list(range(total))
    assert len(subsets) == min(parts, total)
    assert max(one.count for one in subsets) - min(one.count for one in subsets) <= 1
    assert {one.total for one in subsets} == {total}


def test_picture_is_divided_only_if_that_is_asked_for():
    assert plan().subsets == ()
    assert [one.count for one in plan(split=3).subsets] == [21, 21, 22]


@pytest.mark.parametrize(
    ("asked", "facts", "said"),
    [
        (
            {},
            {"indivisible": ("its compositor makes another picture of it",)},
            "its compositor makes another",
        ),
        ({}, {"used_layers": ("All", "Part")}, "2 view layers in use; name one"),
        ({}, {"most_divided_samples": 32}, "64 samples, of which this Blender can divide 32"),
        ({"samples": 1}, {}, "one sample"),
    ],
)
def test_picture_that_cannot_be_divided_is_rendered_whole_and_the_reason_is_told(asked, facts, said):
    job, scene = frame(split=4, **asked), MAIN.model_copy(update=facts)

    findings = preflight(job, report(**facts))

    assert said in why_whole(job, scene)
    assert [(one.level, one.kind) for one in findings if one.level != "note"] == [("warning", "indivisible")]
    assert said in findings[0].message
    shot = SHOT.model_copy(update={"report": report(**facts)})
    assert plan_shot(job, SOURCE, shot, BLENDER).subsets == ()


def test_named_view_layer_and_few_samples_can_be_divided():
    layers = MAIN.model_copy(update={"used_layers": ("All", "Part")})
    assert why_whole(frame(split=2, view_layer="Part"), layers) == ""
    assert why_whole(frame(split=2), MAIN.model_copy(update={"most_divided_samples": 64})) == ""


def test_noise_threshold_that_does_not_hold_is_told_where_samples_are_divided():
    divided = preflight(frame(split=2), report(may_stop_early=True))
    whole = preflight(frame(), report(may_stop_early=True))

    assert [one.kind for one in divided if one.level != "note"] == ["all-samples"]
    assert [one.kind for one in whole if one.level != "note"] == []


def test_that_a_picture_is_divided_is_in_its_name_and_over_how_many_runs_is_not():
    names = {split: render_digest(frame(split=split), SOURCE, BLENDER) for split in (1, 2, 4)}
    results = {split: result_digest(frame(split=split), SOURCE, BLENDER) for split in (1, 2, 4)}

    assert names[2] == names[4] != names[1]
    assert results[2] == results[4] != results[1]
    assert result_digest(frame(split=2, deployment="runpod"), SOURCE, BLENDER) == results[2]


def test_parts_have_names_of_their_own_that_know_nothing_of_the_file_that_is_written():
    names = [part.render for part in parts_of(plan(split=4))]

    assert len(set(names)) == 4
    assert [part.render for part in parts_of(plan(split=4, format="exr", depth="32"))] == names
    assert set(names).isdisjoint(part.render for part in parts_of(plan(split=4, width=32)))
    assert set(names).isdisjoint(part.render for part in parts_of(plan(split=4, denoise="on")))


@pytest.mark.parametrize("fields", [{"split": 0}, {"split": 65}, {"deployment": "Run Pod"}])
def test_job_that_makes_no_sense_is_refused(fields):
    with pytest.raises(ValidationError):
        frame(**fields)
