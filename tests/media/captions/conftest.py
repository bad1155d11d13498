"""A small video and captions of it, and a way to make what a job asks for."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import pytest

from media.captions.cues import Captions, Cue
from media.captions.job import CaptionJob
from media.captions.reading import read_captions
from media.captions.words import Grouping
from media.encoder import Ffmpeg
from media.jobs import run_footage
from media.manifest import Manifest
from media.tools import Tools

SRT = """1
00:00:00,200 --> 00:00:00,900
One caption

2
00:00:01,000 --> 00:00:01,800
and <i>another</i>
"""
SOUND = ("-f", "lavfi", "-i", "sine=440:r=48000:d=2")


@pytest.fixture(scope="session")
def packaged() -> Ffmpeg:
    return Ffmpeg(Path(imageio_ffmpeg.get_ffmpeg_exe()))


def made_by_ffmpeg(ffmpeg: Ffmpeg, path: Path, *options: str) -> Path:
    subprocess.run(
        [ffmpeg.path, "-v", "error", "-nostdin", "-y", *options, str(path)],
        check=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    return path


@pytest.fixture(scope="session")
def film(packaged, tmp_path_factory) -> Path:
    """Two seconds of grey, 320 x 180 at 25 frames a second, with two sounds, the second in Portuguese."""
    return made_by_ffmpeg(
        packaged,
        tmp_path_factory.mktemp("film") / "film.mp4",
        *("-f", "lavfi", "-i", "color=0x606060:s=320x180:r=25:d=2", *SOUND, *SOUND),
        *("-map", "0:v", "-map", "1:a", "-map", "2:a", "-c:v", "libx264", "-preset", "ultrafast"),
        *("-c:a", "aac", "-metadata:s:a:1", "language=por"),
    )


@pytest.fixture
def caption(tools: Tools, tmp_path) -> Callable[..., Manifest]:
    """Make what is asked for of a video and captions that are given as text or bytes."""

    def make(video: Path, captions: str | bytes = SRT, **asked: object) -> Manifest:
        path = tmp_path / "said.srt"
        path.write_bytes(captions.encode() if isinstance(captions, str) else captions)
        job = CaptionJob.model_validate({"source": str(video), "captions": str(path), **asked})
        return run_footage(job, tools)

    return make


def read(text: str | bytes) -> Captions:
    data = text.encode() if isinstance(text, str) else text
    return read_captions(data, "said.srt", Grouping())


def cue(text: str = "words", start: int = 0, end: int = 1000, number: int = 1) -> Cue:
    return Cue.model_validate({"number": number, "start": start, "end": end, "pieces": [{"text": text}]})
