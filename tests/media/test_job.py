"""What a job may say, and what it means when it does not."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from media.frame_rate import parse_frame_rate
from media.geometry.conventions import Conventions
from media.job import GeometryJob, StillJob, TurntableJob


@pytest.mark.parametrize(
    ("base", "side", "samples"),
    [(256, 512, 64), (256, 2048, 256), (256, 4096, 256), (256, 64, 32), (16, 512, 16), (128, 1080, 67)],
)
def test_samples_scale_with_the_shorter_side_within_32_and_the_base(base, side, samples):
    assert StillJob(source="part.step", base=base, width=side, height=side * 2).samples_per_pixel == samples


@pytest.mark.parametrize(("quality", "base"), [("draft", 64), ("standard", 128), ("high", 512)])
def test_named_quality_is_a_base(quality, base):
    assert StillJob(source="part.step", quality=quality, width=2048, height=2048).samples_per_pixel == base


def test_given_samples_are_taken_as_they_are():
    assert StillJob(source="part.step", samples=7, quality="high").samples_per_pixel == 7


def test_thumbnail_is_small_unless_told_otherwise():
    thumbnail = StillJob(source="part.step", profile="thumbnail", width=300)

    assert (thumbnail.width, thumbnail.height, thumbnail.samples_per_pixel) == (300, 256, 32)


@pytest.mark.parametrize(("side", "queue"), [(1024, "light"), (1025, "heavy")])
def test_queue_follows_the_longer_side(side, queue):
    assert StillJob(source="part.step", width=side, height=64).queue == queue


def test_turn_has_no_seam():
    job = TurntableJob(source="part.step", frames=24, degrees=360)

    assert job.degrees_per_frame * 24 == 360


@pytest.mark.parametrize(
    ("given_rate", "stored"),
    [
        (24, "24/1"),
        (12.5, "25/2"),
        ("24000/1001", "24000/1001"),
        (23.976, "24000/1001"),
        ("29.97", "30000/1001"),
        (59.94, "60000/1001"),
        ("48/2", "24/1"),
    ],
)
def test_frame_rate_is_stored_as_a_fraction(given_rate, stored):
    assert TurntableJob(source="part.step", fps=given_rate).fps == stored


@given(st.fractions(min_value=Fraction(1, 10), max_value=240, max_denominator=4000))
def test_any_sensible_fraction_is_a_frame_rate(rate):
    assert Fraction(parse_frame_rate(str(rate))) == rate


@pytest.mark.parametrize("rate", [0, -24, "24/0", "fast", 1000, True, None, "nan", "inf", "23.9761234567"])
def test_nonsense_is_no_frame_rate(rate):
    with pytest.raises(ValidationError, match="frame rate"):
        TurntableJob(source="part.step", fps=rate)


@pytest.mark.parametrize(
    "wrong",
    [
        {"frames": 0},
        {"width": 8},
        {"width": 16384, "height": 16384},
        {"height": 100_000},
        {"background": "blue"},
        {"background": "#12345"},
        {"source": ""},
        {"elevation": 90},
        {"frmes": 24},
        {"samples": 0},
        {"azimuth": float("nan")},
    ],
)
def test_job_beyond_its_limits_is_refused(wrong):
    with pytest.raises(ValidationError):
        TurntableJob.model_validate({"source": "part.step", **wrong})


@pytest.mark.parametrize("model", [GeometryJob, StillJob, TurntableJob])
def test_every_field_tells_the_person_who_fills_the_form_what_it_is(model):
    for name, field in model.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


def test_jobs_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        StillJob(source="part.step").width = 3


def test_unit_and_axis_that_nobody_says_are_left_to_the_format():
    job = StillJob.model_validate({"source": "part.stl", "source_unit": None, "up_axis": None})

    assert job.conventions == StillJob(source="part.stl").conventions == Conventions()
    assert (job.conventions.mesh_unit, job.conventions.axis) == ("mm", "z")


@pytest.mark.parametrize("wrong", [{"source_unit": "furlong"}, {"up_axis": "x"}])
def test_unit_or_axis_that_is_none_is_refused(wrong):
    with pytest.raises(ValidationError):
        StillJob(source="part.stl", **wrong)
