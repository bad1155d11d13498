from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import pytest

from media.codec import layout_of
from media.encoder import (
    Ffmpeg,
    NvencProbe,
    choose_encoder,
    explain_nvenc,
    find_ffmpeg,
    probe_argv,
    probe_nvenc,
)
from media.encoder_options import Wish, codec_options
from media.errors import ToolFailed

WORKS = NvencProbe(works=True, reason="NVENC encoded 3 frames when probed", ffmpeg_version="5.1.9")
H264 = layout_of("h264", 8, alpha=False)


def test_probe_encodes_real_frames_with_the_options_of_a_video():
    wish = Wish("medium", 18, Fraction(30), 256**2, H264)

    argv = probe_argv(Path("/usr/bin/ffmpeg"), "h264_nvenc", wish)

    assert argv == [
        *("/usr/bin/ffmpeg", "-nostdin", "-nostats", "-f", "lavfi", "-i", "color=black:s=256x256:r=30"),
        *("-frames:v", "3", "-pix_fmt", "yuv420p", "-c:v", "h264_nvenc", "-profile:v", "high", "-g", "60"),
        *("-preset", "p5", "-tune", "hq", "-rc", "vbr", "-cq", "22", "-b:v", "0"),
        *("-maxrate", "2000000", "-bufsize", "4000000", "-spatial-aq", "1", "-temporal-aq", "1"),
        *("-rc-lookahead", "20", "-bf", "3", "-f", "null", "-"),
    ]


def test_options_of_x264_fix_its_threads_so_that_the_bytes_are_the_same_on_every_machine():
    options = codec_options("libx264", Wish("slow", 20, Fraction(24000, 1001), 640 * 640, H264))

    assert options == {
        "c:v": "libx264",
        "profile:v": "high",
        "g": "48",
        "preset": "slow",
        "crf": "20",
        "threads": "8",
        "rc-lookahead": "12",
    }


def test_peaks_of_nvenc_are_capped_by_size_and_rate():
    options = codec_options("h264_nvenc", Wish("fast", 20, Fraction(60), 1920 * 1080, H264))

    assert (options["maxrate"], options["bufsize"]) == ("49766400", "99532800")


def test_probe_says_which_ffmpeg_it_tried_and_why_nvenc_does_not_work(ffmpeg: Ffmpeg, tmp_path: Path):
    probe = probe_nvenc(ffmpeg, tmp_path)

    if probe.works:
        pytest.skip("this machine has NVENC")
    assert probe.reason.startswith("NVENC failed when probed: ")
    assert probe.ffmpeg_version[0] in "n123456789"
    assert list(tmp_path.iterdir()) == []


def test_probe_of_something_else_than_ffmpeg_fails(tmp_path: Path):
    with pytest.raises(ToolFailed, match="/bin/true: expected ffmpeg"):
        probe_nvenc(Ffmpeg(Path("/bin/true")), tmp_path)


@pytest.mark.parametrize(
    ("printed", "meaning"),
    [
        (
            "[h264_nvenc @ 0x55] Cannot load libcuda.so.1\nError initializing output stream",
            "no NVIDIA driver",
        ),
        (
            "Cannot load libnvidia-encode.so.1\nminimum required Nvidia driver for nvenc is 570",
            "capabilities",
        ),
        ("The minimum required Nvidia driver for nvenc is 570.0 or newer", "older than this ffmpeg"),
        ("OpenEncodeSessionEx failed: unsupported device (2)\nNo capable devices found", "no encoder unit"),
        ("OpenEncodeSessionEx failed: out of memory (10): (no details)", "all taken"),
        ("OpenEncodeSessionEx failed: incompatible client key (21)", "do not match"),
        ("10 bit encode not supported\nNo capable devices found", "10-bit"),
        ("InitializeEncoder failed: Frame Dimension less than the minimum supported value", "smaller"),
        ("Unknown encoder 'h264_nvenc'", "without NVENC"),
        ("something\n[h264_nvenc @ 0x1] Error nobody has seen\nConversion failed!", "Error nobody has seen"),
        ("", "nothing"),
    ],
)
def test_failures_of_nvenc_are_told_in_words(printed: str, meaning: str):
    assert meaning in explain_nvenc(printed)


@pytest.mark.parametrize("size", [(160, 160), (4096, 4096), (640, 640)])
def test_nvenc_that_works_gets_the_sizes_it_takes(size: tuple[int, int]):
    choice = choose_encoder(WORKS, *size)

    assert choice.encoder == "h264_nvenc"
    assert choice.reason == WORKS.reason
    assert choice.ffmpeg_version == "5.1.9"


@pytest.mark.parametrize("size", [(158, 640), (640, 158), (4098, 640), (640, 4098)])
def test_sizes_that_nvenc_refuses_go_to_x264_with_that_reason(size: tuple[int, int]):
    choice = choose_encoder(WORKS, *size)

    assert choice.encoder == "libx264"
    assert choice.reason == f"NVENC takes sides of 160 to 4096 pixels, the video is {size[0]} x {size[1]}"


def test_nvenc_that_does_not_work_goes_to_x264_with_the_probe_s_reason():
    broken = NvencProbe(works=False, reason="no driver", ffmpeg_version="5.1.9")

    choice = choose_encoder(broken, 640, 640)

    assert (choice.encoder, choice.reason) == ("libx264", "no driver")


def test_installed_ffmpeg_comes_before_the_packaged_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    installed = tmp_path / "ffmpeg"
    installed.write_text("#!/bin/sh\n")
    installed.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_ffmpeg() == Ffmpeg(installed)


def test_packaged_ffmpeg_serves_where_none_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    found = find_ffmpeg({"LD_LIBRARY_PATH": "/opt/driver"})

    assert found.path == Path(imageio_ffmpeg.get_ffmpeg_exe())
    assert found.env == {"LD_LIBRARY_PATH": "/opt/driver"}
