"""What a job on a shot will make has its name before anything of it is made."""

import pytest
from pydantic import ValidationError

from media.asset import Asset
from media.blender import Blender
from media.kind import Kind
from media.shot.job import AnimationJob, FrameJob
from media.shot.plan import ShotPlan, plan_shot, render_digest, result_digest
from media.shot.report import Shot
from media.source import Source
from tests.media.shot.test_preflight import MAIN, REPORT

SOURCE = Source(
    asset=Asset(
        uri="file:///s", sha256="ab" * 32, size=1, media_type="application/x-blender", key="sources/x"
    ),
    name="shot.blend",
    kind=Kind.BLEND,
)
SHOT = Shot(digest="cd" * 32, asset=SOURCE.asset, report=REPORT)
BLENDER = Blender(("blender",), "4.5.15")


def job(**fields: object) -> AnimationJob:
    return AnimationJob.model_validate({"source": "shot.blend", "blend": "cleaned", **fields})


def plan(**fields: object) -> ShotPlan:
    return plan_shot(job(**fields), SOURCE, SHOT, BLENDER)


@pytest.mark.parametrize("fields", [{"first": 12}, {"step": 2}, {"fps": 30}, {"crf": 30}, {"video": "none"}])
def test_range_rate_and_encoding_give_other_results_of_the_same_frames(fields):
    assert render_digest(job(**fields), SOURCE, BLENDER) == render_digest(job(), SOURCE, BLENDER)
    assert result_digest(job(**fields), SOURCE, BLENDER) != result_digest(job(), SOURCE, BLENDER)


@pytest.mark.parametrize(
    "fields",
    [
        {"camera": "Side"},
        {"view_layer": "Part"},
        {"scene": "Other"},
        {"width": 32},
        {"percentage": 50},
        {"samples": 8},
        {"denoise": "on"},
        {"format": "exr"},
        {"depth": "16"},
        {"blend": "trusted"},
    ],
)
def test_what_changes_pixels_gives_other_frames(fields):
    assert render_digest(job(**fields), SOURCE, BLENDER) != render_digest(job(), SOURCE, BLENDER)


@pytest.mark.parametrize("fields", [{"require_gpu": True}, {"source": "/elsewhere/other.blend"}])
def test_device_and_address_change_no_name(fields):
    assert result_digest(job(**fields), SOURCE, BLENDER) == result_digest(job(), SOURCE, BLENDER)


def test_video_with_frames_left_out_plays_as_fast_as_with_all():
    assert plan().video.rate == 24
    assert plan(step=3).video.rate == 8
    assert plan(step=2, fps="24000/1001").video.fps == "12000/1001"


def test_size_is_what_blender_makes_of_width_and_percentage():
    spec = plan(width=99, percentage=50).spec

    assert (spec.width, spec.height, spec.channels) == (49, 24, 3)


def test_transparent_scene_and_exr_have_alpha_and_exr_no_video():
    clear = MAIN.model_copy(update={"transparent": True})
    shot = SHOT.model_copy(update={"report": REPORT.model_copy(update={"scenes": (clear,)})})

    assert plan_shot(job(), SOURCE, shot, BLENDER).spec.channels == 4
    assert plan(format="exr").spec.channels == 4
    assert plan(format="exr").video is None


@pytest.mark.parametrize(
    "fields",
    [
        {"first": 5, "last": 4},
        {"depth": "32"},
        {"format": "exr", "depth": "8"},
        {"width": 16384, "height": 16384},
        {"samples": 0},
        {"step": 0},
        {"blend": "opened"},
        {"source": "https://user:secret@example.com/shot.blend"},
    ],
)
def test_job_that_makes_no_sense_is_refused(fields):
    with pytest.raises(ValidationError):
        job(**fields)


@pytest.mark.parametrize(
    ("fields", "queue"),
    [
        ({}, "heavy"),
        ({"width": 1024, "height": 576}, "light"),
        ({"width": 1920, "height": 1080}, "heavy"),
        ({"width": 1920, "height": 1080, "percentage": 50}, "light"),
    ],
)
def test_queue_goes_by_the_size_as_far_as_it_is_said(fields, queue):
    assert job(**fields).queue == queue
    assert FrameJob.model_validate({"source": "a.blend", **fields}).queue == queue
