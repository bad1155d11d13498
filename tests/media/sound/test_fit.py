"""What is done to a video and a sound of given lengths."""

from fractions import Fraction

import pytest

from media.errors import BadInput
from media.sound.fit import Fit, Lengths, fit_of
from media.sound.job import Mode


def lengths(sound: float, video: float = 10, fps: str = "25", audible: float | None = None) -> Lengths:
    sounding = Fraction(str(sound if audible is None else audible))
    return Lengths(Fraction(str(video)), Fraction(fps), Fraction(str(sound)), sounding)


def fit(mode: Mode, sound: float, video: float = 10, **said: object) -> Fit:
    return fit_of(mode, lengths(sound, video, **said), "clip.mp4")


@pytest.mark.parametrize(
    ("sound", "way", "frames"),
    [
        (9.9, "whole", 250),  # a little shorter: silence follows
        (10.1, "retimed", 252),  # a little longer, and heard to its end: nothing of it is lost
        (8.0, "retimed", 200),
        (12.5, "retimed", 312),
        (12.6, "looped", 315),
        (7.9, "cut", 198),
        (600, "looped", 15000),
    ],
)
def test_left_to_itself_it_does_what_is_least_noticed(sound, way, frames):
    assert (fit("auto", sound).way, fit("auto", sound).frames) == (way, frames)


def test_silence_at_the_end_of_a_slightly_longer_sound_is_cut_rather_than_the_video_retimed():
    assert fit("auto", 10.15, audible=9.8) == Fit("whole", 250)


@pytest.mark.parametrize(
    ("sound", "word"), [(12.6, "repeated"), (7.9, "cut"), (8.0, "faster"), (11, "slower")]
)
def test_what_is_done_unasked_is_said(sound, word):
    (sentence,) = fit("auto", sound).said

    assert word in sentence


@pytest.mark.parametrize(("sound", "warned"), [(4.9, True), (5, False), (20, False), (20.1, True)])
def test_retiming_by_more_than_twice_is_done_when_asked_for_and_warned_of(sound, warned):
    asked = fit("retime", sound)

    assert (asked.way, asked.stretch) == ("retimed", Fraction(str(sound)) / 10)
    assert ("unnatural" in " ".join(asked.said)) == warned


@pytest.mark.parametrize("mode", ["retime", "retime_fast", "audio_tempo"])
@pytest.mark.parametrize(("sound", "video"), [(0.05, 10), (10_800, 10)])
def test_stretching_beyond_recognition_is_refused_with_what_can_be_done(mode, sound, video):
    with pytest.raises(
        BadInput, match=r"clip\.mp4: expected a sound of 0\.02 to 50 times .* loop, freeze or trim"
    ):
        fit(mode, sound, video)


def test_short_loop_below_a_long_song_is_none_of_that():
    assert fit("auto", 300, 2).frames == 7500


@pytest.mark.parametrize(("sound", "video"), [(6 * 3600 + 1, 10), (1000, 0.04)])
def test_result_without_end_is_refused(sound, video):
    with pytest.raises(
        BadInput, match=r"clip\.mp4: expected a result of at most 6 hours and 10000 repetitions"
    ):
        fit("loop", sound, video)


@pytest.mark.parametrize(("sound", "video", "shorter"), [(10, 30_000, "video"), (30_000, 10, "sound")])
def test_of_what_is_too_long_less_is_asked_for(sound, video, shorter):
    with pytest.raises(BadInput, match=f"send a shorter {shorter}$"):
        fit("loop", sound, video)


@pytest.mark.parametrize("fps", ["24000/1001", "25", "30", "1", "60"])
@pytest.mark.parametrize("sound", [0.05, 1.0, 9.999, 11.337])
def test_pictures_end_within_a_frame_of_the_sound_and_cut_off_no_word(fps, sound):
    rate = Fraction(fps)
    asked = fit("retime", sound, video=sound * 1.1, fps=fps)

    assert abs(asked.frames / rate - Fraction(str(sound))) < 1 / rate
    assert Fraction(str(sound)) - asked.frames / rate <= Fraction(1, 40)


@pytest.mark.parametrize(
    ("mode", "sound", "expected"),
    [
        ("loop", 4, Fit("whole", 250, repeats=True)),  # the shorter of the two is repeated
        ("loop", 15, Fit("looped", 375)),
        ("loop", 10, Fit("whole", 250)),
        ("freeze", 15, Fit("frozen", 375)),
        ("trim", 4, Fit("cut", 100)),
        ("trim", 10.05, Fit("whole", 250)),
    ],
)
def test_mode_does_what_it_is_called(mode, sound, expected):
    assert fit(mode, sound) == expected


def test_end_of_a_sound_that_is_cut_is_said():
    assert "last 5.00 s are cut" in fit("trim", 15).said[0]


def test_tempo_is_the_ratio_of_the_lengths_and_leaves_the_pictures_alone():
    asked = fit("audio_tempo", 15)

    assert (asked.way, asked.frames, asked.tempo, asked.stretch) == ("whole", 250, Fraction(3, 2), 1)
