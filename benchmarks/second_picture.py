"""Everything but render and denoise: a product's second picture by a warm renderer over its first from STEP.

Both arms run `media.jobs.run` on the example bearing, the second one with another camera. What the frame
itself took, as the renderer says, its building of search trees included, is taken off either; totals are in
the arms. Null unless each warm picture came from a warm scene and the cold one from nothing that was ready.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.bearing_arms import ROOT, write_bearing
from benchmarks.figure import Figure
from media import jobs
from media.blender import packaged_blender
from media.encoder import find_ffmpeg
from media.job import StillJob
from media.store import FolderStore
from media.tools import Tools

ISSUE = 5
LONGEST_S = 300.0
REPEATS = 3
JOB: dict[str, Any] = {"width": 192, "height": 192, "samples": 8}


@dataclass(frozen=True)
class Picture:
    """Seconds of a whole job, and of its frame alone."""

    total_s: float
    frame_s: float
    warmth: str
    reused: tuple[str, ...]

    @property
    def besides_s(self) -> float:
        """Everything but render and denoise."""
        return self.total_s - self.frame_s


def main() -> None:
    """Print the figure; every repeat has a store of its own, the host stays as it does between jobs."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        step = write_bearing(folder)
        with renderer_host(folder / "private" / "host"):
            pairs = [pair(step, folder, turn) for turn in range(REPEATS)]
    cold, warm = [[one[arm] for one in pairs] for arm in (0, 1)]
    whole = all(one.warmth == "cold" and not one.reused for one in cold)
    value = ratio(cold, warm) if whole and all(one.warmth == "warm scene" for one in warm) else None
    arms = {
        "cold": {"what": "first picture from STEP, Blender started for each job", **said(cold)},
        "warm": {"what": "another camera, scene open at the renderer host", **said(warm)},
        "job": JOB,
    }
    figure = Figure(name="second_picture", value=value, unit="ratio", arms=arms, repeats=REPEATS)
    sys.stdout.write(figure.model_dump_json() + "\n")


def pair(step: Path, folder: Path, turn: int) -> tuple[Picture, Picture]:
    """Make the first picture without the host, then two with it: one that opens the scene, and the second."""
    store = FolderStore(folder / f"store-{turn}")
    blender = packaged_blender({})
    cold = Tools(store, blender, find_ffmpeg({}))
    hosted = replace(cold, blender=replace(blender, host=folder / "private" / "host"))
    first = picture(step, 35.0, cold)
    picture(step, 90.0, hosted)
    return first, picture(step, 200.0, hosted)


def picture(step: Path, azimuth: float, tools: Tools) -> Picture:
    """Make one still."""
    started = time.monotonic()
    record = jobs.run(StillJob(source=str(step), azimuth=azimuth, **JOB), tools).record
    (frame,) = record.frames
    return Picture(time.monotonic() - started, frame.seconds, frame.warmth, record.reused)


def ratio(cold: list[Picture], warm: list[Picture]) -> float:
    """Return the warm median over the cold one."""
    ours, theirs = (statistics.median(one.besides_s for one in arm) for arm in (warm, cold))
    return round(ours / theirs, 3)


def said(arm: list[Picture]) -> dict[str, list[float]]:
    """Return the seconds of an arm."""
    return {
        "besides_render_s": [round(one.besides_s, 3) for one in arm],
        "total_s": [round(one.total_s, 3) for one in arm],
    }


@contextmanager
def renderer_host(path: Path) -> Iterator[None]:
    """Have a renderer host in a process of its own."""
    argv = [sys.executable, "-m", "infra.renderer_host", "--socket", str(path), "--keeper", str(os.getpid())]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as host:
        assert host.stdout is not None  # noqa: S101 - opened as a pipe
        host.stdout.readline()
        try:
            yield
        finally:
            host.terminate()


if __name__ == "__main__":
    main()
