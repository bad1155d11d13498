"""The commands, as lists: no text of a user's in any, each input read as what it is."""

from fractions import Fraction
from pathlib import Path

import pytest

from media.footage.container import Container
from media.footage.facts import VideoStream
from media.sound.command import Track, at_tempo, copy_argv, exactly, fades, stills_argv, track_argv
from media.sound.fit import Fit
from media.sound.heard import Form
from media.video.settings import VideoSettings

FFMPEG = Path("/ffmpeg")
STEREO = Form(48000, 2)


def video() -> VideoStream:
    return VideoStream(
        index=1, codec="hevc", profile="Main", width=64, height=48, rotation=0, aspect=Fraction(1),
        pixels="yuv420p", bits=8, alpha=False, rate=Fraction(25), variable=False, frames=50,
        start=Fraction(0), duration=Fraction(2), missing=Fraction(0), transfer="sdr", matrix=1,
        full_range=False, interlaced=False, decodes=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    "tempo", [Fraction(1, 50), Fraction(3, 10), Fraction(3, 2), Fraction(7), Fraction(50)]
)
def test_tempo_is_a_chain_of_steps_that_lose_no_sample_and_make_up_the_whole(tempo):
    steps = [float(one.removeprefix("atempo=")) for one in at_tempo(tempo)]

    product = 1.0
    for step in steps:
        assert 0.5 <= step <= 2
        product *= step
    assert product == pytest.approx(float(tempo), rel=1e-6)


def test_sound_at_its_own_tempo_is_left_alone():
    assert at_tempo(Fraction(1)) == ()


def test_fades_never_take_more_than_there_is():
    assert fades(Fraction(1, 2), 3, 3) == (
        "afade=t=in:st=0:d=0.500000:curve=hsin",
        "afade=t=out:st=0.000000:d=0.500000:curve=hsin",
    )


def test_copy_keeps_the_order_of_packets_and_stretches_their_times():
    settings = VideoSettings(width=64, height=48, fps="25", codec="hevc")

    argv = copy_argv(FFMPEG, video(), Container.MOV, settings, Fit("rescaled", 50, stretch=Fraction(53, 40)))

    assert argv[argv.index("-bsf:v") + 1] == (
        "setts=pts=(PTS-STARTPTS)*53/40:dts=(DTS-STARTPTS)*53/40:duration=DURATION*53/40"
    )
    assert argv[argv.index("-tag:v") + 1] == "hvc1"
    assert argv[argv.index("-map") + 1] == "0:1"
    assert "file:video" in argv


def test_sounds_are_mixed_without_turning_the_first_down():
    tracks = [Track("a.f32", STEREO, filters=exactly(48000)), Track("b.f32", STEREO, repeats=True)]

    argv = track_argv(FFMPEG, tracks, ["volume=2dB"], "out.f32")

    assert argv[argv.index("-filter_complex") + 1] == (
        "[0:a]apad=whole_len=48000,atrim=end_sample=48000[t0];[1:a]anull[t1];"
        "[t0][t1]amix=inputs=2:duration=first:normalize=0,volume=2dB,anull[out]"
    )
    assert argv[argv.index("-stream_loop") : argv.index("file:b.f32")] == ["-stream_loop", "-1", "-i"]


def test_every_input_is_read_as_one_container_from_files_alone():
    argv = stills_argv(FFMPEG, "result.mp4", [Fraction(0), Fraction(1)], (64, 48))

    assert argv.count("-i") == argv.count("-protocol_whitelist") == argv.count("-format_whitelist") == 2
