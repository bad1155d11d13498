"""Commands over footage are values: how a file is read is said in full, and nothing of a user's is in it."""

from fractions import Fraction
from pathlib import Path

import pytest

from media.footage.command import beginning, reading, writing_file, writing_video
from media.footage.container import VIDEO, Container
from media.footage.facts import VideoStream
from media.footage.picture import plain, said_of
from media.video.settings import VideoSettings

HD = VideoSettings(width=1280, height=720, fps=25)


def stream(**wishes: object) -> VideoStream:
    said = {
        "index": 0,
        "codec": "h264",
        "profile": "High",
        "width": 1280,
        "height": 720,
        "rotation": 0,
        "aspect": 1,
        "pixels": "yuv420p",
        "bits": 8,
        "alpha": False,
        "rate": 25,
        "variable": False,
        "frames": 25,
        "start": 0,
        "duration": 1,
        "missing": 0,
        "transfer": "sdr",
        "matrix": 1,
        "full_range": False,
        "interlaced": False,
        "decodes": True,
    }
    return VideoStream.model_validate({**said, **wishes})


@pytest.mark.parametrize("container", sorted(VIDEO.containers))
def test_file_is_read_as_its_container_and_as_nothing_else(container):
    argv = reading("video", container)

    assert argv[:4] == ["-protocol_whitelist", "file", "-format_whitelist", container.demuxer]
    assert argv[-4:] == ["-f", container.demuxer.split(",")[0], "-i", "file:video"]


def test_options_of_an_input_come_before_it():
    argv = reading("video", Container.MOV, "-stream_loop", "-1")

    assert argv[-6:] == ["-stream_loop", "-1", "-f", "mov", "-i", "file:video"]


def test_ffmpeg_asks_nothing_says_little_and_stops_at_the_first_error():
    assert beginning(Path("/ffmpeg")) == [
        *("/ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-xerror"),
        *("-progress", "pipe:3", "-stats_period", "0.2"),
    ]


def test_video_is_written_at_a_constant_rate_and_begins_to_play_at_once():
    argv = [*writing_video(HD, "libx264"), *writing_file(HD, "made.mp4")]

    assert argv[argv.index("-r") :][:6] == ["-r", "25/1", "-fps_mode", "cfr", "-flags:v", "+bitexact"]
    assert argv[argv.index("-movflags") + 1] == "+faststart"
    assert argv[-4:] == ["-f", "mp4", "-y", "file:made.mp4"]
    assert argv[argv.index("-map_metadata") + 1] == "-1"


def test_plain_footage_is_only_converted_and_named():
    assert plain(stream(), HD, "libx264") == (
        "fps=25/1:start_time=0,setsar=1,scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int+bitexact,"
        "format=yuv420p,setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
    )
    assert said_of(stream()) == []


@pytest.mark.parametrize(
    ("wishes", "begins"),
    [
        ({"interlaced": True}, "bwdif=mode=send_frame,fps"),
        ({"matrix": 2}, "setparams=colorspace=bt709,fps"),
        ({"matrix": 2, "width": 640, "height": 480}, "setparams=colorspace=smpte170m,fps"),
        ({"matrix": 2, "pixels": "rgb24"}, "fps"),
        (
            {"transfer": "pq"},
            "setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc,zscale=t=linear:npl=203,",
        ),
        (
            {"width": 720},
            "fps=25/1:start_time=0,scale=1280:720:flags=lanczos+accurate_rnd+full_chroma_int,setsar=1,",
        ),
        ({"aspect": Fraction(4, 3)}, "fps=25/1:start_time=0,scale=1280:720"),
        ({"rotation": 90}, "fps=25/1:start_time=0,scale=1280:720"),
        (
            {"alpha": True},
            "fps=25/1:start_time=0,setsar=1,format=rgba,split[over][under];[under]lutrgb=r=255:g=255:b=255",
        ),
    ],
)
def test_what_is_not_plain_is_made_so_in_this_order(wishes, begins):
    assert plain(stream(**wishes), HD, "libx264").startswith(begins)


def test_odd_sides_are_made_even_by_their_last_row_and_filters_between_see_the_plain_picture():
    settings = VideoSettings(width=641, height=359, fps=25)

    chain = plain(stream(width=641, height=359), settings, "libx264", "hflip")

    assert ",pad=642:360,fillborders=right=1:bottom=1:mode=smear,hflip,scale=out_color_matrix" in chain


def test_whoever_asked_is_told_of_everything_that_was_changed():
    told = said_of(stream(variable=True, transfer="hlg", interlaced=True, alpha=True))

    assert [sentence.partition(";")[0] for sentence in told] == [
        "its frame rate varies",
        "it is HDR",
        "its frames are interlaced",
        "it is transparent",
    ]


@pytest.mark.parametrize(("codec", "decoder"), [("vp8", "libvpx"), ("vp9", "libvpx-vp9")])
def test_decoder_that_sees_what_is_transparent_is_asked_for(codec, decoder):
    assert stream(codec=codec, alpha=True).decoder == ("-c:v", decoder)
    assert stream(codec=codec).decoder == ()
    assert stream(codec="prores", alpha=True).decoder == ()
