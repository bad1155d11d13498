"""A renderer host in a thread of the test, and jobs for it."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from media.blender import Blender, Script, Ticket, start_script
from media.encoder import Ffmpeg
from media.frame_feed import FrameFeed
from media.frames import Frame
from media.renderer_host.server import RendererHost
from media.renderer_host.socket_file import listening_at
from media.renderer_host.warm_blender import Terms
from media.rendering import render_frames
from media.store import FolderStore
from media.store.keys import key_for
from media.tools import Tools
from tests.media.test_rendering import DIGEST, PLAN, SCENE, SCENE_BYTES

FAKE = Path(__file__).parents[2] / "fakes" / "serving_renderer.py"
OTHER = "cd" * 32


@dataclass(frozen=True)
class Workplace:
    """A folder with a store and, maybe, a host."""

    folder: Path
    store: FolderStore

    @property
    def socket(self) -> Path:
        return self.folder / "private" / "host"

    @property
    def started(self) -> list[int]:
        """The numbers of the Blenders that were started, in order."""
        notes = self.folder / "notes"
        return [int(line) for line in notes.read_text().split()] if notes.exists() else []

    def blender(self, behaviour: str = "well") -> Blender:
        command = (sys.executable, str(FAKE), behaviour, str(self.folder / "notes"))
        return Blender(command, "4.5.0", host=self.socket)

    def render(
        self, behaviour: str = "well", render: str = DIGEST, heard=lambda _: None
    ) -> tuple[Frame, ...]:
        """Render the frames of the plan that the store lacks."""
        return self.render_by(self.blender(behaviour), render, heard)

    def render_by(self, blender: Blender, render: str, heard=lambda _: None) -> tuple[Frame, ...]:
        """Render the frames of the plan that the store lacks, by this Blender."""
        tools = Tools(self.store, blender, Ffmpeg(Path("/no/ffmpeg")))
        return render_frames(PLAN.model_copy(update={"render": render}), SCENE, tools, FrameFeed(), heard)

    def job(self, name: str, lane="light", behaviour: str = "well", scene: str = "ab" * 32) -> Script:
        """Start a job that renders what it is told to, into a folder of its own."""
        folder = self.folder / f"job-{name}"
        folder.mkdir()
        job = {"do": "render_frames", "scene_sha256": scene, "settings": {"width": 8, "height": 8}}
        return start_script(self.blender(behaviour), job, folder, ticket=Ticket(name, lane))

    @contextmanager
    def host(self, terms: Terms | None = None, *, room: bool = True) -> Iterator[threading.Thread]:
        """Have a host for the block; its keeper is a pipe that this closes."""
        keeper, life = os.pipe()
        self.folder.joinpath("homes").mkdir(exist_ok=True)
        with listening_at(self.socket) as listening:
            assert listening
            free = float("inf") if room else 0.0
            host = RendererHost(listening, self.folder / "homes", terms or Terms(), lambda: free)
            serving = threading.Thread(target=host.serve, args=(keeper,))
            serving.start()
            try:
                yield serving
            finally:
                os.close(life)
                serving.join()
                os.close(keeper)


@pytest.fixture
def place(tmp_path) -> Workplace:
    store = FolderStore(tmp_path / "store")
    store.put(key_for("scenes", DIGEST, "scene.blend"), SCENE_BYTES)
    return Workplace(tmp_path, store)


def frame(number: int, path: Path) -> bytes:
    return f'{{"frame": {number}, "path": "{path}"}}\n'.encode()
