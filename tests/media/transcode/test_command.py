"""Commands that transcode are values: on the processor, and on a GPU where nothing leaves its memory."""

from fractions import Fraction
from pathlib import Path

import pytest

from media.footage.container import Container
from media.transcode.command import Recoding, stays_on_gpu, transcode_argv
from media.transcode.gate import score_argv
from media.transcode.hls import frames_argv, segments_argv
from media.transcode.wanted import Sound, Span
from media.video.settings import VideoSettings
from tests.media.transcode.test_job import sound, stream

HD = VideoSettings(width=1920, height=1080, fps=25, crf=20, preset="fast")
FFMPEG = Path("/ffmpeg")


def recoding(**wishes: object) -> Recoding:
    said = {"video": stream(), "container": Container.MOV, "settings": HD, "sounds": ()}
    return Recoding(**{**said, **wishes})  # type: ignore[arg-type]


def after(argv: list[str], option: str) -> str:
    return argv[argv.index(option) + 1]


def test_video_is_read_alone_made_plain_and_written_to_begin_at_once():
    argv = transcode_argv(FFMPEG, recoding(), "libx264", "made.mp4")

    assert argv[argv.index("-protocol_whitelist") :][:10] == [
        *("-protocol_whitelist", "file", "-format_whitelist", "mov", "-err_detect", "explode"),
        *("-f", "mov", "-i", "file:video"),
    ]
    assert after(argv, "-map") == "0:0"
    assert after(argv, "-vf").startswith("fps=25/1:start_time=0,setsar=1,scale=out_color_matrix=bt709")
    assert (after(argv, "-crf"), after(argv, "-preset")) == ("20", "fast")
    assert argv[-2:] == ["-y", "file:made.mp4"]


def test_sounds_are_mapped_by_their_streams_and_written_each_in_its_way():
    kept, made = Sound(sound(index=3), "copy", 2), Sound(sound(index=5, rate=96000), "aac", 1)

    argv = transcode_argv(FFMPEG, recoding(sounds=(kept, made)), "libx264", "made.mp4")

    assert [argv[at + 1] for at, part in enumerate(argv) if part == "-map"] == ["0:0", "0:3", "0:5"]
    assert after(argv, "-c:a:0") == "copy"
    assert "-b:a:0" not in argv
    assert [after(argv, f"-{option}:a:1") for option in ("c", "ac", "ar", "b")] == [
        "aac",
        "1",
        "48000",
        "80000",
    ]
    assert after(argv, "-filter:a:1") == "aresample=async=1:first_pts=0"


def test_part_is_read_from_a_little_before_its_first_frame():
    span = Span(Fraction(2), Fraction(3))

    argv = transcode_argv(FFMPEG, recoding(span=span), "libx264", "made.mp4")

    assert argv.index("-ss") < argv.index("-i") < argv.index("-t")
    assert (after(argv, "-ss"), after(argv, "-t")) == ("1.990000", "3.000000")


def test_frames_stay_in_the_gpu_from_end_to_end():
    argv = transcode_argv(FFMPEG, recoding(), "h264_nvenc", "made.mp4")

    assert argv[argv.index("-hwaccel") :][:6] == [
        *("-hwaccel", "cuda", "-hwaccel_output_format", "cuda", "-f", "mov"),
    ]
    assert after(argv, "-vf") == ("setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709")
    assert [after(argv, f"-{option}") for option in ("rc", "cq", "preset", "spatial-aq")] == [
        *("vbr", "24", "p4", "1"),
    ]
    assert not {"format=yuv420p", "hwdownload", "hwupload"} & set(after(argv, "-vf").split(","))


def test_gpu_makes_pictures_smaller_itself():
    settings = HD.model_copy(update={"width": 1280, "height": 720})

    argv = transcode_argv(FFMPEG, recoding(settings=settings), "h264_nvenc", "made.mp4")

    assert after(argv, "-vf").startswith("scale_cuda=1280:720:interp_algo=lanczos,setparams=")


@pytest.mark.parametrize(
    "wishes",
    [
        {"rotation": 90},
        {"aspect": Fraction(4, 3)},
        {"alpha": True},
        {"interlaced": True},
        {"variable": True},
        {"full_range": True},
        {"transfer": "pq"},
        {"matrix": 6},
        {"matrix": 2},
        {"bits": 10, "pixels": "yuv420p10le"},
        {"pixels": "yuv422p"},
        {"rate": 30},
        {"codec": "prores"},
        {"codec": "libdav1d"},
        {"codec": "av1"},
    ],
)
def test_what_needs_a_filter_of_the_processors_is_read_there(wishes):
    asked = recoding(video=stream(**wishes))

    assert not stays_on_gpu(asked, "h264_nvenc")
    assert "-hwaccel" not in transcode_argv(FFMPEG, asked, "h264_nvenc", "made.mp4")


def test_no_processor_is_told_of_a_gpu():
    assert stays_on_gpu(recoding(), "hevc_nvenc")
    assert "-hwaccel" not in transcode_argv(FFMPEG, recoding(), "libx264", "made.mp4")


@pytest.mark.parametrize(
    ("encoder", "never"), [("libx264", ("-sc_threshold", "0")), ("h264_nvenc", ("-no-scenecut", "1"))]
)
def test_key_frames_for_streaming_stand_two_seconds_apart_and_nowhere_else(encoder, never):
    argv = transcode_argv(FFMPEG, recoding(steady=True), encoder, "made.mp4")

    assert argv[len(argv) - 1 - argv[::-1].index("-g") :][:4] == ["-g", "50", "-keyint_min", "50"]
    assert after(argv, never[0]) == never[1]


def test_comparison_reads_both_by_their_containers_and_ends_with_the_shorter():
    asked = recoding(container=Container.MATROSKA, span=Span(Fraction(1), Fraction(2)))

    argv = score_argv(FFMPEG, asked, "made.mp4", "vmaf", 3)

    assert [argv[at + 1] for at, part in enumerate(argv) if part == "-i"] == ["file:made.mp4", "file:video"]
    graph = after(argv, "-filter_complex")
    assert graph.count("select=not(mod(n\\,3)),settb=1/25,setpts=N") == 2
    assert graph.endswith("[made][sent]libvmaf=n_threads=2:shortest=1")
    assert after(argv, "-ss") == "0.990000"


def test_segments_are_copied_and_playlists_read_from_this_folder_alone():
    cut, read = segments_argv(FFMPEG, "../../720p.mp4"), frames_argv(FFMPEG, "index.m3u8")

    assert (after(cut, "-c"), after(cut, "-hls_segment_type"), after(cut, "-hls_playlist_type")) == (
        *("copy", "fmp4", "vod"),
    )
    assert after(read, "-protocol_whitelist") == "file"
    assert after(read, "-format_whitelist") == "hls,mov"
    assert [read[at + 1] for at, part in enumerate(read) if part == "-map"] == ["0:v:0", "0:a?"]
