"""Footage that does not decode to its end is refused; a GPU's encoder that fails is replaced, and told of."""

from pathlib import Path

import pytest

from media.encoder import Ffmpeg
from media.errors import BadInput, OutOfResources, ToolFailed
from media.footage.convert import Conversion, convert_video, run_ffmpeg
from media.video.settings import VideoSettings
from tests.media.footage.files import FFMPEG, MOVING, X264, made, made_plain

HD = VideoSettings(width=1280, height=720, fps=25)


def fake(folder: Path, script: str) -> Ffmpeg:
    """Return an ffmpeg that does as `script` says, a shell's."""
    path = folder / "ffmpeg"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return Ffmpeg(path)


@pytest.mark.parametrize("at", [0.4, 0.8])
def test_damage_in_the_middle_is_found_and_nothing_is_made(tmp_path, ffmpeg, at):
    data = bytearray(made(tmp_path / "a.mp4", *MOVING, *X264, "-movflags", "+faststart").read_bytes())
    begin = int(at * len(data))
    data[begin : begin + 3000] = bytes((n * 7919) % 251 for n in range(3000))
    (tmp_path / "b.mp4").write_bytes(data)

    with pytest.raises(BadInput, match=r"b\.mp4: expected footage that decodes to its end, found it damaged"):
        made_plain(tmp_path / "b.mp4", ffmpeg)


def test_tail_of_a_broadcast_that_is_cut_within_a_packet_is_damage(tmp_path, ffmpeg):
    data = made(tmp_path / "a.ts", *MOVING, *X264).read_bytes()
    (tmp_path / "b.ts").write_bytes(data[: int(0.7 * len(data))])

    with pytest.raises(BadInput, match=r"b\.ts: expected footage that decodes to its end"):
        made_plain(tmp_path / "b.ts", ffmpeg)


def test_message_about_damage_is_one_printable_line(tmp_path):
    ugly = fake(tmp_path, "printf 'Error while decoding \\033[31m%s\\n' it >&2; exit 1")

    with pytest.raises(BadInput) as caught:
        run_ffmpeg(Conversion("a.mp4", ugly, tmp_path), [str(ugly.path)])

    assert str(caught.value).isprintable()


def test_full_disk_is_no_fault_of_the_footage(tmp_path):
    full = fake(tmp_path, "echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1")

    with pytest.raises(OutOfResources, match="found the disk full"):
        run_ffmpeg(Conversion("a.mp4", full, tmp_path), [str(full.path)])


PROBE_WORKS = 'case "$*" in *color=black*) echo "ffmpeg version 9" >&2; exit 0;; esac\n'


def test_gpu_that_fails_in_the_middle_is_replaced_once_and_the_reason_is_told(tmp_path):
    failing = fake(
        tmp_path,
        PROBE_WORKS
        + 'case "$*" in *nvenc*) echo "nvenc: OpenEncodeSessionEx failed: out of memory (10)" >&2; exit 1;;'
        "esac\nexit 0",
    )
    asked: list[str] = []

    def command(encoder: str) -> list[str]:
        asked.append(encoder)
        return [str(failing.path), encoder]

    converted = convert_video(Conversion("a.mp4", failing, tmp_path), HD, command)

    assert asked == ["h264_nvenc", "libx264"]
    assert converted.choice.encoder == "libx264"
    assert "sessions or the GPU's memory are all taken" in converted.choice.reason


def test_processor_that_fails_is_not_asked_again(tmp_path):
    failing = fake(tmp_path, "echo 'ffmpeg version 9' >&2; exit 1")
    asked: list[str] = []

    def command(encoder: str) -> list[str]:
        asked.append(encoder)
        return [str(failing.path), encoder]

    with pytest.raises(ToolFailed, match="ended with exit code 1"):
        convert_video(Conversion("a.mp4", failing, tmp_path), HD, command)
    assert asked == ["libx264"]


def test_progress_is_heard_to_the_last_frame(tmp_path):
    heard: list[int] = []
    clip = made(tmp_path / "a.mp4", *MOVING, *X264)
    argv = [str(FFMPEG.path), "-v", "error", "-progress", "pipe:3", "-i", str(clip), "-f", "null", "-"]

    run_ffmpeg(Conversion("a.mp4", FFMPEG, tmp_path, heard.append), argv)

    assert heard[-1] == 25
