"""What can be asked of a transcoded video, and what it is to be by what the footage holds."""

from fractions import Fraction

import pytest
from pydantic import ValidationError

from media.delivery.wish import DELIVERY
from media.errors import BadInput
from media.footage.container import Container
from media.footage.facts import FootageFacts, SoundStream, VideoStream
from media.transcode.hls import sizes_of
from media.transcode.job import TranscodeJob
from media.transcode.profile import PROFILES
from media.transcode.wanted import Span, settings_of, sounds_of, span_of


def job(**wishes: object) -> TranscodeJob:
    return TranscodeJob.model_validate({"source": "clip.mp4", **wishes})


def stream(**wishes: object) -> VideoStream:
    said = {
        "index": 0,
        "codec": "h264",
        "profile": "High",
        "width": 1920,
        "height": 1080,
        "rotation": 0,
        "aspect": 1,
        "pixels": "yuv420p",
        "bits": 8,
        "alpha": False,
        "rate": 25,
        "variable": False,
        "frames": 250,
        "start": 0,
        "duration": 10,
        "missing": 0,
        "transfer": "sdr",
        "matrix": 1,
        "full_range": False,
        "interlaced": False,
        "decodes": True,
    }
    return VideoStream.model_validate({**said, **wishes})


def sound(**wishes: object) -> SoundStream:
    said = {
        "index": 1,
        "codec": "aac",
        "rate": 48000,
        "channels": 2,
        "start": 0,
        "duration": 10,
        "packets": 9,
    }
    return SoundStream.model_validate({**said, "language": "", **wishes})


def holding(*sounds: SoundStream, video: VideoStream | None = None) -> FootageFacts:
    return FootageFacts(video=video or stream(), sounds=sounds, covers=0, subtitles=0, damaged=0)


@pytest.mark.parametrize(
    ("wishes", "footage", "size"),
    [
        ({}, {}, (1920, 1080)),
        ({}, {"width": 3840, "height": 2160}, (1920, 1080)),
        ({}, {"width": 2160, "height": 3840}, (1080, 1920)),
        ({}, {"width": 3840, "height": 2160, "rotation": 90}, (1080, 1920)),
        ({}, {"width": 641, "height": 359}, (641, 359)),
        ({}, {"width": 720, "height": 576, "aspect": Fraction(64, 45)}, (1024, 576)),
        ({"width": 640}, {}, (640, 360)),
        ({"height": 361}, {}, (642, 361 - 1)),
        ({"width": 4000, "height": 4000}, {}, (1920, 1080)),
        ({"profile": "proxy"}, {}, (960, 540)),
        ({"profile": "archive"}, {"width": 7680, "height": 4320}, (7680, 4320)),
        ({}, {"width": 4000, "height": 100}, (1920, 48)),
    ],
)
def test_picture_keeps_its_shape_and_is_never_enlarged(wishes, footage, size):
    settings = settings_of(job(**wishes), stream(**footage))

    assert (settings.width, settings.height) == size


@pytest.mark.parametrize(
    ("wishes", "footage", "expected"),
    [
        ({"profile": "hevc"}, {"bits": 10}, {"bits": 10}),
        ({"profile": "av1"}, {"bits": 12}, {"bits": 10}),
        ({"profile": "web"}, {"bits": 10}, {"bits": 8}),
        ({"profile": "prores"}, {"alpha": True}, {"alpha": True, "codec": "prores"}),
        ({"profile": "web"}, {"alpha": True}, {"alpha": False}),
        ({}, {"rate": Fraction(24000, 1001)}, {"fps": "24000/1001"}),
        ({"fps": 12}, {}, {"fps": "12/1"}),
        ({}, {"rate": 240}, {"fps": "120/1"}),
        ({}, {"rate": Fraction(1, 20)}, {"fps": "1/1"}),
        ({"crf": 30, "preset": "slow"}, {}, {"crf": 30, "preset": "slow"}),
        ({"profile": "archive"}, {}, {"crf": 16, "codec": "hevc", "preset": "medium"}),
    ],
)
def test_settings_are_those_of_the_profile_unless_others_are_asked_for(wishes, footage, expected):
    settings = settings_of(job(**wishes), stream(**footage))

    assert {name: getattr(settings, name) for name in expected} == expected


def test_picture_that_a_codec_cannot_hold_is_refused():
    with pytest.raises(BadInput, match="at least 64 pixels for av1, found 32 x 32"):
        settings_of(job(profile="av1"), stream(width=32, height=32))


@pytest.mark.parametrize(
    ("wishes", "container", "heard", "expected"),
    [
        ({}, Container.MOV, [sound()], [("copy", 2)]),
        ({}, Container.MOV, [sound(codec="ac3")], [("aac", 2)]),
        ({}, Container.MOV, [sound(channels=6)], [("aac", 2)]),
        ({"profile": "hevc"}, Container.MATROSKA, [sound(codec="opus", channels=6)], [("copy", 6)]),
        ({"profile": "prores"}, Container.MOV, [sound(codec="opus")], [("pcm_s16le", 2)]),
        ({}, Container.AVI, [sound()], [("aac", 2)]),
        ({"start": 1}, Container.MOV, [sound()], [("aac", 2)]),
        ({}, Container.MOV, [sound(), sound(index=2)], [("copy", 2)]),
        ({"profile": "archive"}, Container.MOV, [sound(), sound(index=2)], [("copy", 2), ("copy", 2)]),
        ({}, Container.MOV, [sound(packets=0)], []),
        ({}, Container.MOV, [], []),
    ],
)
def test_sound_stays_as_it_is_where_it_fits_and_is_encoded_where_not(wishes, container, heard, expected):
    sounds = sounds_of(job(**wishes), holding(*heard), container)

    assert [(one.codec, one.channels) for one in sounds] == expected


def test_part_has_the_sounds_of_which_something_lies_in_it():
    early, whole, late = sound(duration=2), sound(index=2), sound(index=3, start=9, duration=1)
    span = Span(Fraction(3), Fraction(5))

    sounds = sounds_of(job(start=3, duration=5), holding(early, whole, late), Container.MOV, span)

    assert [one.stream.index for one in sounds] == [2]


def test_part_begins_at_a_frame_and_ends_with_the_video():
    span = span_of(job(start=0.51, duration=60), holding(), stream(), "clip.mp4")

    assert (span.start, span.duration) == (Fraction(13, 25), 10 - Fraction(13, 25))


def test_video_that_begins_after_its_sound_is_as_long_as_players_show_it():
    video = stream(start=Fraction(1, 2))

    span = span_of(job(), holding(sound(), video=video), video, "clip.mp4")

    assert (span.start, span.duration) == (0, Fraction(21, 2))


def test_part_that_begins_after_the_end_is_refused():
    with pytest.raises(
        BadInput, match=r"clip\.mp4: expected a start within the video's 10\.00 s, found 11 s"
    ):
        span_of(job(start=11), holding(), stream(), "clip.mp4")


@pytest.mark.parametrize(
    "wishes",
    [
        {"profile": "vhs"},
        {"width": 8},
        {"fps": 0},
        {"crf": 0},
        {"start": -1},
        {"duration": 0},
        {"background": "red"},
        {"gate_target": 95},
        {"gate": "vmaf", "profile": "hls"},
        {"gate": "vmaf", "gate_target": 101},
        {"codec": "h264"},
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_read(wishes):
    with pytest.raises(ValidationError):
        job(**wishes)


def test_address_is_not_in_the_digest_and_every_wish_is():
    assert "source" not in job().identity
    assert set(job().identity) == set(TranscodeJob.model_fields) - {"source", *DELIVERY}


def test_every_profile_has_a_word_in_the_form():
    description = TranscodeJob.model_fields["profile"].description or ""

    assert all(name in description.lower() for name in PROFILES)


@pytest.mark.parametrize(
    ("shown", "sizes"),
    [
        ((1920, 1080), [(1920, 1080), (1280, 720), (854, 480), (640, 360)]),
        ((1280, 720), [(1280, 720), (854, 480), (640, 360)]),
        ((1080, 1920), [(1080, 1920), (720, 1280), (480, 854), (360, 640)]),
        ((1000, 600), [(1000, 600), (800, 480), (600, 360)]),
        ((320, 180), [(320, 180)]),
        ((640, 360), [(640, 360)]),
    ],
)
def test_ladder_has_no_rung_above_the_footage(shown, sizes):
    assert [(one.width, one.height) for one in sizes_of(shown)] == sizes
    assert len({one.name for one in sizes_of(shown)}) == len(sizes)
