"""What a job on a shot will make has its name before anything of it is made."""

import pytest
from pydantic import ValidationError

from media.asset import Asset
from media.blender import Blender
from media.kind import Kind
from media.shot.job import AnimationJob, FrameJob
from media.shot.plan import ShotPlan, plan_shot, render_digest, result_digest, settings_of
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


@pytest.mark.parametrize(
    "fields", [{"first": 12}, {"step": 2}, {"fps": 30}, {"crf": 30}, {"video": "none"}, {"video": "av1"}]
)
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
        {"engine": "cycles"},
        {"format": "exr"},
        {"format": "exr_multilayer"},
        {"format": "webp"},
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


def of_clear_scene(**fields: object) -> ShotPlan:
    clear = MAIN.model_copy(update={"transparent": True})
    shot = SHOT.model_copy(update={"report": REPORT.model_copy(update={"scenes": (clear,)})})
    return plan_shot(job(**fields), SOURCE, shot, BLENDER)


def test_transparent_scene_and_exr_have_alpha():
    assert of_clear_scene().spec.channels == 4
    assert plan(format="exr").spec.channels == 4
    assert plan(format="webp").spec.channels == 3


def test_exr_is_shown_by_a_picture_beside_it():
    exr, multilayer, webp = (plan(format=name) for name in ("exr", "exr_multilayer", "webp"))

    assert (exr.frame_suffix, exr.shown_suffix) == (".exr", ".display.png")
    assert (multilayer.frame_suffix, multilayer.shown_suffix) == (".exr", ".display.png")
    assert (webp.frame_suffix, webp.shown_suffix) == (".webp", ".webp")
    assert (exr.shown_spec.channels, exr.shown_spec.format) == (3, "PNG")
    assert of_clear_scene(format="exr").shown_spec.channels == 4
    assert exr.video == plan().video


@pytest.mark.parametrize(
    ("fields", "codec", "bits"),
    [
        ({}, "h264", 8),
        ({"depth": "16"}, "h264", 8),
        ({"video": "hevc"}, "hevc", 8),
        ({"video": "hevc", "depth": "16"}, "hevc", 10),
        ({"video": "av1", "depth": "16", "height": 64}, "av1", 10),
        ({"video": "prores", "format": "exr", "depth": "16"}, "prores", 8),
    ],
)
def test_deep_frames_make_deep_videos_where_the_codec_can(fields, codec, bits):
    video = plan(**fields).video

    assert (video.codec, video.bits, video.alpha) == (codec, bits, False)


def test_only_prores_keeps_transparency():
    assert of_clear_scene(video="prores").video.alpha
    assert not of_clear_scene(video="hevc", depth="16").video.alpha
    assert of_clear_scene(video="hevc", depth="16").video.bits == 8


def test_layers_in_use_and_passes_that_are_asked_for_must_be_in_the_file():
    asked = plan(format="exr_multilayer", passes=["cryptomatte_object", "normal", "normal", "glossy_direct"])
    own = plan(format="exr_multilayer", view_layer="Part")

    assert asked.spec.layers == ("All",)
    assert asked.spec.passes == (
        ("Combined",),
        ("Normal",),
        ("Glossy Direct", "GlossDir"),
        ("CryptoObject00",),
    )
    assert (own.spec.layers, own.spec.passes) == (("Part",), (("Combined",),))


def test_passes_have_one_name_in_whatever_order_they_are_asked_for():
    one = job(format="exr_multilayer", passes=["depth", "normal"])
    other = job(format="exr_multilayer", passes=["normal", "depth", "depth"])

    assert render_digest(one, SOURCE, BLENDER) == render_digest(other, SOURCE, BLENDER)
    assert render_digest(one, SOURCE, BLENDER) != render_digest(job(format="exr_multilayer"), SOURCE, BLENDER)


def test_frames_of_png_are_called_as_before_there_were_other_formats():
    assert settings_of(job()) == {
        "width": 0,
        "height": 0,
        "percentage": 0,
        "samples": 0,
        "denoise": "scene",
        "format": "PNG",
        "color_depth": "8",
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"first": 5, "last": 4},
        {"depth": "32"},
        {"format": "exr", "depth": "8"},
        {"format": "webp", "depth": "16"},
        {"format": "exr", "passes": ["normal"]},
        {"format": "exr_multilayer", "passes": ["beauty"]},
        {"video": "vp9"},
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
