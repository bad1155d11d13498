"""Shots in chunks over two workers of one pool, one of them killed: no frame is lost, none is there twice."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from prefect.client.schemas.objects import FlowRun

from media.manifest import Manifest
from tasks.workers import WORKER
from tests.flows.served import PREFECT, ROOT, Served, eventually, process, serving
from tests.processes import descendants, wait_until_gone

FRAMES = 16
SHOT = {
    "blend": "cleaned",
    "width": 192,
    "height": 108,
    "samples": 96,
    "denoise": "off",
    "chunk": 4,
    "crf": 4,
}
DONE = {"Completed", "Failed", "Crashed", "Cancelled"}
NAMES = ("one", "two")

pytestmark = pytest.mark.timeout(900)


class Workers:
    """The two workers of the pool, by name."""

    def __init__(self) -> None:
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    @contextmanager
    def at_work(self, name: str, served: Served, folder: Path) -> Iterator[None]:
        """Have a worker for the length of the block, or until it is killed."""
        argv = [PREFECT, "worker", "start", "--pool", "local", "--name", name]
        with process(argv, served.env, folder / f"{name}.log") as self._processes[name]:
            yield

    def kill(self, name: str) -> None:
        """End a worker with all that it has started, as a machine does that loses its power."""
        worker = self._processes[name].pid
        lost = [worker, *descendants(worker)]
        for pid in lost:
            os.kill(pid, signal.SIGSTOP)  # else one may see another die, and say so
        for pid in lost:
            os.kill(pid, signal.SIGKILL)
        for pid in lost:
            wait_until_gone(pid)


@pytest.fixture(scope="module")
def shot_zip(tmp_path_factory) -> Path:
    """The example shot: a .blend with linked library, texture, drivers, cameras and view layers."""
    folder = tmp_path_factory.mktemp("shot")
    argv = [sys.executable, ROOT / "examples" / "shot.py", folder, "--frames", str(FRAMES)]
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    return folder / "shot.zip"


@pytest.fixture
def served(tmp_path) -> Iterator[Served]:
    """Server, pool and deployments, without a worker."""
    with serving(tmp_path / "served", worker=False) as made:
        yield made


def test_video_has_every_frame_once_though_a_worker_was_killed_in_the_middle(served, shot_zip, tmp_path):
    control = _run_with_a_loss(served, shot_zip, tmp_path, _one_that_renders)

    shown = {key.partition("-")[0] for key in served.artifacts(control)}
    assert {"preflight", "forecast", "frames", "poster", "contact", "result"} <= shown


@pytest.mark.long
def test_video_has_every_frame_once_though_the_worker_of_the_run_that_waits_was_killed(
    served, shot_zip, tmp_path
):
    control = _run_with_a_loss(served, shot_zip, tmp_path, _one_that_waits)

    assert served.client.read_flow_run(control.id).run_count == 2


def _run_with_a_loss(
    served: Served, shot_zip: Path, folder: Path, victim_of: Callable[[Served, FlowRun], str]
) -> FlowRun:
    """Run the shot to its end though a worker is killed; its video was looked through when this returns."""
    workers = Workers()
    with workers.at_work("one", served, folder), workers.at_work("two", served, folder):
        control = served.submit("render-animation/local", source=str(shot_zip), **SHOT)
        victim = eventually(lambda: victim_of(served, control), "chunks that are rendered")
        workers.kill(victim)
        eventually(lambda: served.state(control) in DONE, "the end of the run", within_s=600)

    assert served.state(control) == "Completed"
    store = folder / "served" / "store"
    manifest = _manifest(store)
    assert [frame.number for frame in manifest.content.frames] == list(range(1, FRAMES + 1))
    assert _nearest_frames(manifest, store) == list(range(FRAMES))
    return control


def _one_that_waits(served: Served, control: FlowRun) -> str:
    """Return the worker that has the run that waits for chunks, once another renders some of them."""
    if not _one_that_renders(served, control):
        return ""
    return str(served.client.read_flow_run(control.id).labels[WORKER])


def _one_that_renders(served: Served, control: FlowRun) -> str:
    """Return a worker that renders a chunk, and not the run that waits for it; nothing until there is one."""
    waits_on = served.client.read_flow_run(control.id).labels.get(WORKER)
    for run in served.sent_on(control):
        worker = run.labels.get(WORKER, waits_on)
        frames = str(run.parameters["job"]["frames"])
        if run.state and run.state.is_running() and worker != waits_on and "," not in frames:
            return str(worker)
    return ""


def _manifest(store: Path) -> Manifest:
    (path,) = store.glob("manifests/*/*/manifest.json")
    return Manifest.model_validate_json(path.read_text())


def _nearest_frames(manifest: Manifest, store: Path) -> list[int]:
    """Return, for each picture of the video, the place of the frame that it is most like."""
    frames = [_pixels((store / frame.key).read_bytes()) for frame in manifest.content.frames]
    (video,) = [output for output in manifest.content.outputs if output.role == "video"]
    with av.open(str(store / video.asset.key)) as container:
        pictures = [picture.to_ndarray(format="rgb24").astype(float) for picture in container.decode(video=0)]
    return [int(np.argmin([np.square(picture - frame).mean() for frame in frames])) for picture in pictures]


def _pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=float)
