"""A job over footage, run from its address to its manifest on an empty store."""

from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import pytest

from media.encoder import Ffmpeg
from media.export import export
from media.jobs import run_footage
from media.manifest import Manifest
from media.store import FolderStore
from media.tools import Tools
from media.transcode.job import TranscodeJob

Transcoded = tuple[Manifest, dict[str, Path]]


@pytest.fixture
def transcoded(tmp_path) -> Callable[..., Transcoded]:
    """Return a function that runs a job and gives its manifest, and its files by role."""

    def run(path: Path, ffmpeg: Ffmpeg | None = None, **wishes: object) -> Transcoded:
        job = TranscodeJob.model_validate({"source": str(path), **wishes})
        store = FolderStore(tmp_path / "store")
        tools = Tools(
            store=store,
            blender=None,  # type: ignore[arg-type] - nothing is rendered
            ffmpeg=ffmpeg or Ffmpeg(Path(imageio_ffmpeg.get_ffmpeg_exe())),
        )
        manifest = run_footage(job, tools)
        written = export(manifest.content.job, store, tmp_path / "out")
        roles = [output.role for output in manifest.content.outputs]
        return manifest, dict(zip(roles, written, strict=True))

    return run
