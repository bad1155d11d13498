"""Sessions of a GPU's encoder, held by real processes, some of which are killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from blocks.tools import open_tools
from media import gpu
from media.encoder import EncoderChoice, Ffmpeg, held_session
from media.nvenc_sessions import NvencSessions
from media.video import VideoEncoder, VideoSettings, encode_video
from tests.conftest import ROOT
from tests.fakes.nvidia_smi_identity import installed
from tests.fakes.pictures import noisy_frame

HOLDER = """
import sys, time
from pathlib import Path
from media.nvenc_sessions import NvencSessions
with NvencSessions(Path(sys.argv[1]), slots=int(sys.argv[2]), wait_s=float(sys.argv[3])).one() as why:
    print(why or "held", flush=True)
    sys.stdin.read()
"""
NVENC = EncoderChoice(encoder="h264_nvenc", reason="the probe passed", ffmpeg_version="any")
UUID = "GPU-6d9a4d6e-0000-1111-2222-333344445555"


@contextmanager
def holder(folder: Path, slots: int, wait_s: float = 30) -> Iterator[subprocess.Popen[str]]:
    """Start a process that takes a session and holds it until its input ends."""
    argv = [sys.executable, "-c", HOLDER, str(folder), str(slots), str(wait_s)]
    with subprocess.Popen(
        argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_session_of_a_killed_process_is_free_at_once(tmp_path):
    with holder(tmp_path, 2) as first, holder(tmp_path, 2) as second:
        assert (said(first), said(second)) == ("held", "held")
        with NvencSessions(tmp_path, 2, wait_s=0).one() as why:
            assert why == "all 2 sessions of the GPU's encoder were taken for 0 s"
        with holder(tmp_path, 2) as third:
            first.send_signal(signal.SIGKILL)
            assert said(third) == "held"
            with NvencSessions(tmp_path, 2, wait_s=0).one() as why:
                assert why


def test_session_that_was_given_back_is_taken_by_who_waits(tmp_path):
    with holder(tmp_path, 1) as first:
        assert said(first) == "held"
        with holder(tmp_path, 1) as second:
            assert first.stdin
            first.stdin.close()
            assert said(second) == "held"


def test_wait_is_bounded_and_a_session_of_another_gpu_is_another(tmp_path):
    with holder(tmp_path / "one", 1) as first:
        assert said(first) == "held"
        begun = time.monotonic()
        with NvencSessions(tmp_path / "one", 1, wait_s=0.5).one() as why:
            assert why
        assert 0.4 < time.monotonic() - begun < 10
        with NvencSessions(tmp_path / "one", 1, wait_s=0, gpu=lambda: UUID).one() as why:
            assert not why


def test_child_does_not_keep_a_session(tmp_path):
    with NvencSessions(tmp_path, 1).one() as why:
        assert not why
        child = subprocess.Popen(["/bin/sleep", "60"], close_fds=False)
    try:
        with NvencSessions(tmp_path, 1, wait_s=30).one() as why:  # exec closes files after Popen returns
            assert not why
    finally:
        child.kill()
        child.wait()


def test_sessions_that_cannot_be_counted_hold_up_nobody(tmp_path):
    (tmp_path / "file").touch()

    with NvencSessions(tmp_path / "file", 1, wait_s=0).one() as why:
        assert not why


def test_encoder_that_needs_no_gpu_needs_no_session(tmp_path):
    sessions = NvencSessions(tmp_path, 1, wait_s=0)
    ffmpeg = Ffmpeg(Path("/no/ffmpeg"), sessions=sessions)
    with sessions.one(), held_session(ffmpeg, NVENC.model_copy(update={"encoder": "libx264"})) as choice:
        assert choice.reason == "the probe passed"


def test_video_is_made_by_the_processor_where_no_session_comes_free_and_says_why(tmp_path, ffmpeg):
    sessions = NvencSessions(tmp_path / "gpu", 1, wait_s=0.2)
    encoder = VideoEncoder(Ffmpeg(ffmpeg.path, sessions=sessions), NVENC)
    with holder(tmp_path / "gpu", 1) as other:
        assert said(other) == "held"
        video = encode_video(
            lambda: [noisy_frame(n, 160, 160) for n in range(3)],
            VideoSettings(width=160, height=160, preset="veryfast"),
            encoder,
            folder=tmp_path,
        )

    assert (video.encoder, video.frames) == ("libx264", 3)
    assert video.reason == "all 1 sessions of the GPU's encoder were taken for 0.2 s"


@pytest.mark.parametrize(
    ("visible", "found"),
    [("", UUID), ("0", UUID), ("1", UUID[:-1] + "6"), (f"{UUID[:-1]}7,0", f"{UUID[:-1]}7"), ("9", "")],
)
def test_gpu_that_encodes_is_the_first_that_is_left_to_us(tmp_path, visible, found):
    smi = installed(tmp_path, UUID, UUID[:-1] + "6")
    env = {"CUDA_VISIBLE_DEVICES": visible} if visible else {}

    assert gpu.encoder_uuid(smi.tool, env) == found


def test_machine_counts_the_sessions_of_its_gpu_and_asks_which_that_is_when_it_must_know(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("RENDERMILL_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("RENDERMILL_NVENC_SESSIONS", "5")
    smi = installed(tmp_path, UUID)
    sessions = replace(open_tools().ffmpeg.sessions, folder=tmp_path / "counted")
    monkeypatch.setattr("blocks.tools.nvidia_smi", lambda: smi.tool)
    assert (sessions.slots, smi.asked) == (5, 0)

    with sessions.one() as why:
        assert not why

    assert [path.name for path in (tmp_path / "counted").iterdir()] == [UUID]
