"""Small videos and sounds, made once for all tests of this folder, and the job that joins them."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from media.encoder import find_ffmpeg
from media.jobs import run_footage
from media.manifest import Manifest
from media.sound.job import AddAudioJob
from tests.media.sound.heard_again import Found, found_in

Shoot = Callable[..., Path]
Lay = Callable[..., tuple[Manifest, Found]]
CLIP = ("-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=2", "-pix_fmt", "yuv420p", "-preset", "veryfast")


@pytest.fixture(scope="session")
def shoot(tmp_path_factory) -> Shoot:
    """Return a function that has ffmpeg make a file, once for each name."""
    folder = tmp_path_factory.mktemp("footage")
    ffmpeg = str(find_ffmpeg().path)

    def shoot(name: str, *options: str) -> Path:
        path = folder / name
        if not path.exists():
            command = [ffmpeg, "-v", "error", "-nostdin", "-y", *options, str(path)]
            subprocess.run(command, check=True, timeout=60)
        return path

    return shoot


@pytest.fixture(scope="session")
def clip(shoot) -> Path:
    """Two seconds of 160 x 90 pixels, 50 frames of H.264 with B-frames, without sound."""
    return shoot("clip.mp4", *CLIP)


@pytest.fixture(scope="session")
def tone(shoot) -> Callable[[float], Path]:
    """Return a function that makes a sound of so many seconds: a tone with a beep each second."""
    return lambda seconds: shoot(
        f"tone-{seconds}.wav", "-f", "lavfi", "-i", f"sine=440:beep_factor=4:sample_rate=48000:d={seconds}"
    )


@pytest.fixture
def lay(tools, tmp_path) -> Lay:
    """Return a function that lays a sound under a video and decodes what comes of it."""

    def lay(source: Path, audio: Path, **said: object) -> tuple[Manifest, Found]:
        asked = {"source": str(source), "audio": str(audio), "preset": "veryfast", **said}
        manifest = run_footage(AddAudioJob.model_validate(asked), tools)
        path = tmp_path / "result.mp4"
        tools.store.fetch(manifest.output("video").asset.key, path)
        return manifest, found_in(path)

    return lay
