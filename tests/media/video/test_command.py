from pathlib import Path

import pytest
from pydantic import ValidationError

from media.video import VideoSettings, encode_argv

FFMPEG = Path("/usr/bin/ffmpeg")
START = [
    *("/usr/bin/ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-xerror"),
    *("-progress", "pipe:3", "-stats_period", "0.2"),
]
BT709 = (
    "scale=flags=accurate_rnd+full_chroma_int+bitexact:out_color_matrix=bt709:out_range=tv[{0}];"
    "[{0}]format=yuv420p[{1}];"
    "[{1}]setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv[{2}]"
)


def png_pipe(rate: str) -> list[str]:
    return [
        *("-f", "image2pipe", "-c:v", "png", "-err_detect", "crccheck+explode"),
        *(
            "-format_whitelist",
            "image2pipe",
            "-framerate",
            rate,
            "-protocol_whitelist",
            "pipe",
            "-i",
            "pipe:0",
        ),
    ]


def test_opaque_frames_are_converted_to_bt709_and_encoded_by_x264():
    settings = VideoSettings(width=640, height=360, fps="24")

    argv = encode_argv(FFMPEG, settings, "libx264", Path("out.mp4"), alpha=False)

    assert argv == [
        *START,
        *png_pipe("24/1"),
        *("-filter_complex", "[0]" + BT709.format("s0", "s1", "s2"), "-map", "[s2]", "-f", "mp4"),
        *("-c:v", "libx264", "-crf", "18", "-fflags", "+bitexact", "-flags:v", "+bitexact"),
        *("-fps_mode", "cfr", "-g", "48", "-movflags", "+faststart", "-movie_timescale", "24000"),
        *("-preset", "medium"),
        *(
            "-profile:v",
            "high",
            "-rc-lookahead",
            "12",
            "-threads",
            "8",
            "-video_track_timescale",
            "24000",
            "file:out.mp4",
            "-y",
        ),
    ]


def test_transparent_frames_of_odd_size_are_laid_over_the_background_and_padded():
    settings = VideoSettings(width=641, height=359, fps="24000/1001", background="#204060")

    argv = encode_argv(FFMPEG, settings, "h264_nvenc", Path("out.mp4"), alpha=True)

    graph = argv[argv.index("-filter_complex") + 1]
    assert graph == (
        "[0]format=rgba[s0];[s0]split=2[s1][s2];[s1]lutrgb=a=255:b=96:g=64:r=32[s3];"
        "[s3][s2]overlay=eof_action=repeat:format=gbrp[s4];"
        "[s4]format=gbrp[s5];[s5]pad=642:360[s6];[s6]fillborders=bottom=1:mode=smear:right=1[s7];"
        "[s7]" + BT709.format("s8", "s9", "s10")
    )
    assert argv[argv.index("-framerate") + 1] == "24000/1001"
    assert argv[argv.index("-c:v", argv.index("-map")) + 1] == "h264_nvenc"


def test_frames_odd_in_one_direction_are_padded_in_that_one_alone():
    settings = VideoSettings(width=640, height=359)

    argv = encode_argv(FFMPEG, settings, "libx264", Path("out.mp4"), alpha=False)

    assert "pad=640:360[s1];[s1]fillborders=bottom=1:mode=smear:right=0" in " ".join(argv)


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 1},
        {"height": 20_000},
        {"fps": 0},
        {"crf": 52},
        {"preset": "placebo"},
        {"background": "white"},
    ],
)
def test_settings_outside_their_bounds_are_refused(wrong: dict[str, object]):
    with pytest.raises(ValidationError):
        VideoSettings.model_validate({"width": 640, "height": 360} | wrong)
