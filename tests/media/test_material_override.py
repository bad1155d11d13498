"""Overrides of materials: what a job may say, what they are called by, and what is said of those in vain."""

import pytest
from pydantic import ValidationError

from media.blender_events import SceneSaved
from media.digest import digest_of
from media.geometry.materials import BRASS, PAINT
from media.job import RenderJob, StillJob, TurntableJob
from media.material_override import MOST_OVERRIDES, MaterialOverride, unmatched_warnings
from media.scene import look_of

SAVED = {
    "event": "scene_saved",
    "path": "scene.blend",
    "seconds": 1.0,
    "import_seconds": 0.5,
    "objects": 1,
    "meshes": 1,
    "triangles": 12,
    "bounds": [[0, 0, 0], [1, 1, 1]],
    "materials": 1,
}


def job(*materials: dict) -> RenderJob:
    return StillJob.model_validate({"source": "part.step", "materials": materials})


@pytest.mark.parametrize(
    "wrong",
    [
        {"parts": "", "color": "#ff0000"},
        {"parts": "x" * 201, "color": "#ff0000"},
        {"parts": "ball", "color": "red"},
        {"parts": "ball", "color": "#ff0000\n"},
        {"parts": "ball"},
        {"color": "#ff0000"},
        {"parts": "ball", "color": "#ff0000", "metallic": 1.1},
        {"parts": "ball", "color": "#ff0000", "roughness": float("nan")},
        {"parts": "ball", "color": "#ff0000", "gloss": 1},
    ],
)
def test_override_beyond_its_limits_is_refused(wrong):
    with pytest.raises(ValidationError):
        job(wrong)


def test_more_overrides_than_anybody_needs_are_refused():
    one = {"parts": "ball", "color": "#ff0000"}

    assert len(job(*[one] * MOST_OVERRIDES).materials) == MOST_OVERRIDES
    with pytest.raises(ValidationError, match="at most 100"):
        job(*[one] * (MOST_OVERRIDES + 1))


def test_every_field_tells_the_person_who_fills_the_form_what_it_is():
    fields = MaterialOverride.model_json_schema()["properties"]

    assert [field["position"] for field in fields.values()] == list(range(len(fields)))
    assert all(field["description"].endswith(".") for field in fields.values())
    assert not [name for name, field in fields.items() if "anyOf" in field]


@pytest.mark.parametrize(
    ("said", "metallic", "roughness"),
    [
        ({"color": "#d02020"}, PAINT.metallic, PAINT.roughness),
        ({"color": "#C9A227"}, PAINT.metallic, PAINT.roughness),
        ({"color": "#c8a050"}, BRASS.metallic, BRASS.roughness),
        ({"color": "#808080"}, 1.0, 0.339),
        ({"color": "#808080", "metallic": 0}, 0.0, 0.339),
        ({"color": "#d02020", "metallic": 1, "roughness": 1}, 1.0, 1.0),
    ],
)
def test_finish_that_nobody_says_follows_from_the_colour(said, metallic, roughness):
    finish = MaterialOverride(parts="ball", **said).finish

    assert (finish.metallic, finish.roughness) == (metallic, roughness)


def test_job_without_overrides_has_the_look_it_always_had():
    assert look_of(StillJob(source="part.step")) == look_of(job()) == {"background": "studio"}


@pytest.mark.parametrize(
    "same",
    [
        {"color": "#D02020", "parts": "ball*"},
        {"parts": "BALL*", "color": "#d02020", "metallic": None},
        {"parts": "ball*", "color": "#d02020", "metallic": -0.0, "roughness": 0.4},
    ],
)
def test_equal_overrides_have_one_digest_however_they_are_written(same):
    first = job({"parts": "ball*", "color": "#d02020"})

    assert digest_of(look_of(job(same))) == digest_of(look_of(first))


@pytest.mark.parametrize(
    "other",
    [
        [{"parts": "ball?", "color": "#d02020"}],
        [{"parts": "ball*", "color": "#d02021"}],
        [{"parts": "ball*", "color": "#d02020", "metallic": 0.1}],
        [{"parts": "ball*", "color": "#d02020"}, {"parts": "ring", "color": "#d02020"}],
        [],
    ],
)
def test_other_overrides_have_other_digests(other):
    first = job({"parts": "ball*", "color": "#d02020"})

    assert digest_of(look_of(job(*other))) != digest_of(look_of(first))


def test_order_of_overrides_counts():
    two = [{"parts": "ball*", "color": "#d02020"}, {"parts": "*", "color": "#20d020"}]

    assert digest_of(look_of(job(*two))) != digest_of(look_of(job(*two[::-1])))


def test_job_with_overrides_survives_being_written_and_read():
    spun = TurntableJob.model_validate(
        {"source": "part.step", "materials": [{"parts": "ball", "color": "#d02020"}]}
    )

    assert TurntableJob.model_validate_json(spun.model_dump_json()) == spun


def test_patterns_in_vain_are_told_in_one_bounded_sentence():
    said = {"unmatched": ["ball*", "x" * 200], "part_names": ["Ring\n", "Käfig"], "more_part_names": 7}

    (warning,) = unmatched_warnings(SceneSaved.model_validate(SAVED | said))

    assert "expected parts that match ball*, xxx" in warning
    assert warning.endswith("found none; the names are Ring?, Käfig and 7 more")
    assert len(warning) < 300
    assert unmatched_warnings(SceneSaved.model_validate(SAVED)) == ()
