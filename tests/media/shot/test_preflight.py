"""What would go wrong with a shot is found out before it costs anything."""

import pytest

from media.errors import BadInput
from media.shot.extent import numbers_of
from media.shot.job import LAST_FRAME, AnimationJob, FrameJob
from media.shot.preflight import expect_sound, preflight
from media.shot.report import Finding, SceneFacts, ShotReport

MAIN = SceneFacts(
    name="Main",
    first=10,
    last=21,
    step=1,
    fps="24/1",
    width=64,
    height=48,
    percentage=100,
    engine="CYCLES",
    samples=4,
    denoise=False,
    transparent=False,
    cameras=("Front", "Side"),
    camera="Front",
    camera_markers=0,
    view_layers=("All", "Part"),
    used_layers=("All",),
    triangles=12,
    memory_bytes=1000,
)
OTHER = MAIN.model_copy(update={"name": "Other", "camera": ""})
REPORT = ShotReport(written_by="4.5", active_scene="Main", scenes=(MAIN, OTHER))


def animation(**fields: object) -> AnimationJob:
    return AnimationJob.model_validate({"source": "shot.blend", "blend": "cleaned", **fields})


def report(*findings: Finding, **facts: object) -> ShotReport:
    return REPORT.model_copy(update={"scenes": (MAIN.model_copy(update=facts), OTHER), "findings": findings})


def finding(level: str, subject: str = "wood", kind: str = "missing-texture") -> Finding:
    return Finding.model_validate(
        {"level": level, "kind": kind, "subject": subject, "message": f"{subject} is odd"}
    )


def odd(job, report) -> list[Finding]:
    """What is said of a shot but for notes, which are odd to nobody."""
    return [one for one in preflight(job, report) if one.level != "note"]


def kinds(job, report, **known: object) -> list[str]:
    return [one.kind for one in preflight(job, report, **known)]


def test_transparent_frames_are_said_to_show_white_unless_the_video_is_prores():
    (found,) = odd(animation(video="hevc"), report(transparent=True))

    assert (found.level, found.kind) == ("warning", "transparent")
    assert "hevc cannot be" in found.message
    assert odd(animation(video="prores"), report(transparent=True)) == []
    assert odd(animation(video="none"), report(transparent=True)) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"video": "av1"}, "av1: expected 64 pixels a side at least, found 64 x 48"),
        ({"video": "hevc", "percentage": 20}, "hevc: expected 16 pixels a side at least, found 12 x 9"),
        ({"format": "webp", "width": 16384}, "webp: expected at most 16383 pixels a side"),
    ],
)
def test_size_that_a_format_cannot_have_is_an_error(fields, said):
    (found,) = odd(animation(**fields), REPORT)

    assert found.level == "error"
    assert said in found.message


def test_sound_shot_has_no_findings():
    assert kinds(animation(), REPORT) == ["estimate"]


@pytest.mark.parametrize(
    ("asked", "facts", "kind", "named"),
    [
        ({"scene": "Nowhere"}, {}, "no-scene", "Main, Other"),
        ({"camera": "Top"}, {}, "no-camera", "Front, Side"),
        ({}, {"camera": ""}, "no-camera", "Front, Side"),
        ({}, {"camera": "", "cameras": ()}, "no-camera", "it has none"),
        ({"view_layer": "Dust"}, {}, "no-layer", "All, Part"),
        ({}, {"used_layers": ()}, "no-layer", "found none"),
        ({"first": 30}, {}, "empty-range", "frames 30 to 21"),
        ({}, {"first": -5}, "bad-range", "-5"),
        ({}, {"last": LAST_FRAME + 5}, "bad-range", str(LAST_FRAME)),
        ({"first": 0, "last": 200_000}, {}, "bad-range", "200001"),
        ({}, {"engine": "LUXCORE"}, "engine", 'say engine "cycles"'),
        ({"video": "none"}, {"percentage": 1}, "too-small", "0 x 0"),
        ({}, {"width": 65536, "height": 4096}, "too-large", "65536 x 4096"),
        ({}, {"width": 20_000}, "too-large", "16384 pixels a side, found 20000 x 48"),
        ({"step": 1000}, {}, "rate", "'3/125'; say another fps or step"),
        ({}, {"fps": "24000000/1000999"}, "rate", "24000000/1000999"),
    ],
)
def test_what_cannot_be_rendered_is_an_error_that_says_what_there_is(asked, facts, kind, named):
    (found,) = [one for one in preflight(animation(**asked), report(**facts)) if one.level != "note"]

    assert (found.level, found.kind) == ("error", kind)
    assert named in found.message


def test_cameras_of_markers_are_cameras():
    assert kinds(animation(), report(camera="", camera_markers=2)) == ["estimate"]


def test_camera_and_layer_that_are_named_need_none_of_the_scene():
    asked = animation(camera="Side", view_layer="Part")

    assert kinds(asked, report(camera="", used_layers=())) == ["estimate"]


def test_findings_of_the_file_come_errors_first():
    found = preflight(animation(), report(finding("removed"), finding("warning"), finding("error")))

    assert [one.level for one in found] == ["error", "warning", "removed", "note"]


def test_warning_about_a_scene_that_is_not_rendered_is_left_out():
    odd = (finding("warning", "Other", "border"), finding("warning", "Main", "border"))

    found = [one for one in preflight(animation(), report(*odd)) if one.level == "warning"]
    assert [one.subject for one in found] == ["Main"]


@pytest.mark.parametrize("engine", ["BLENDER_EEVEE", "BLENDER_EEVEE_NEXT", "BLENDER_WORKBENCH"])
def test_engine_that_draws_is_warned_of_unless_cycles_is_asked_for(engine):
    drawn = report(engine=engine, samples=0)

    (warned,) = [one for one in preflight(animation(), drawn) if one.level == "warning"]

    assert (warned.kind, "EGL" in warned.message) == ("engine", True)
    assert kinds(animation(engine="cycles", samples=8), drawn) == ["estimate"]
    assert kinds(animation(engine="cycles"), drawn) == ["engine", "estimate"]


def test_memory_is_warned_of_where_the_machine_is_known():
    large = report(memory_bytes=3_000_000_000)

    assert kinds(animation(), large, memory_bytes=2_000_000_000) == ["memory", "estimate"]
    assert kinds(animation(), large, memory_bytes=4_000_000_000) == ["estimate"]
    assert kinds(animation(), large) == ["estimate"]


def test_noise_that_stands_still_is_noted_of_animations_that_keep_it():
    still = report(animated_seed=False)
    frame = FrameJob.model_validate({"source": "shot.blend", "blend": "cleaned"})

    assert kinds(animation(), still) == ["still-noise", "estimate"]
    assert kinds(animation(denoise="on"), still) == ["estimate"]
    assert kinds(frame, still) == ["estimate"]


def test_estimate_tells_frames_size_and_store():
    (note,) = preflight(animation(width=1920, height=1080), REPORT)

    assert note.level == "note"
    assert "12 frames of 1920 x 1080, about 37.3 MB in the store" in note.message


def test_errors_stop_with_a_sentence_and_warnings_do_not():
    expect_sound("shot.blend", [finding("warning"), finding("removed")])

    with pytest.raises(BadInput, match="; and 2 more") as refused:
        expect_sound("shot.blend", [finding("error", "wood")] * 5 + [finding("error", "oak")] * 2)
    assert str(refused.value).count("is odd") == 5


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({}, range(10, 22, 1)),
        ({"first": 12}, range(12, 22)),
        ({"last": 12, "step": 2}, range(10, 13, 2)),
        ({"first": 0, "last": 0}, range(1)),
    ],
)
def test_frames_are_those_of_the_scene_unless_said(asked, numbers):
    assert [*numbers_of(animation(**asked), MAIN)] == [*numbers]


def test_frame_is_the_scenes_first_unless_said():
    asked = {"source": "shot.blend", "blend": "cleaned"}

    assert [*numbers_of(FrameJob.model_validate(asked), MAIN)] == [10]
    assert [*numbers_of(FrameJob.model_validate(asked | {"frame": 0}), MAIN)] == [0]
