"""The same work by a flow in a warm process on a running server, and by hand: pairs of wall-clock seconds."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.bearing_arms import write_bearing
from benchmarks.by_hand import render_and_encode
from benchmarks.prefect_server import running_server

OF_FRAMES = ("renders", "videos", "stills", "previews", "manifests")


@dataclass(frozen=True)
class Bench:
    """A folder with the bearing in it, and a store in which its geometry and scene are ready."""

    folder: Path
    source: Path

    @property
    def store(self) -> Path:
        """The store that flows in this process use."""
        return self.folder / "store"

    def forget_frames(self) -> None:
        """Remove all but geometry and scene, so that frames are made again."""
        for kind in OF_FRAMES:
            shutil.rmtree(self.store / kind, ignore_errors=True)


@contextmanager
def warm_bench() -> Iterator[Bench]:
    """Provide a running server and a process in which a first flow run has been made."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        bench = Bench(folder, write_bearing(folder))
        os.environ["RENDERMILL_STORE"] = str(bench.store)
        with running_server(folder / "prefect"):
            by_flow(bench, {"width": 64, "height": 64, "samples": 1}, still=True)
            yield bench


def by_flow(bench: Bench, fields: dict[str, Any], *, still: bool) -> float:
    """Run the flow on a job; returns its wall-clock seconds."""
    from flows.render_still import render_still  # noqa: PLC0415 - Prefect reads its settings when imported
    from flows.render_turntable import render_turntable  # noqa: PLC0415 - the same
    from media.job import StillJob, TurntableJob  # noqa: PLC0415 - with them

    job = {"source": str(bench.source), **fields}
    started = time.monotonic()
    if still:
        render_still(StillJob.model_validate(job))
    else:
        render_turntable(TurntableJob.model_validate(job))
    return time.monotonic() - started


def by_hand(bench: Bench, fields: dict[str, Any], *, still: bool) -> float:
    """Do the same by hand on the prepared scene; returns its wall-clock seconds."""
    from blocks.tools import open_tools  # noqa: PLC0415 - reads the environment set above
    from media.job import StillJob, TurntableJob  # noqa: PLC0415 - with them
    from media.plan import plan  # noqa: PLC0415 - the same
    from media.scene import find_scene  # noqa: PLC0415 - the same
    from media.source import download_model  # noqa: PLC0415 - the same

    tools = open_tools()
    model = StillJob if still else TurntableJob
    planned = plan(
        model.model_validate({"source": str(bench.source), **fields}),
        download_model(str(bench.source), tools.store),
        tools.blender,
    )
    scene = find_scene(planned.scene, tools.store)
    assert scene is not None  # noqa: S101 - `warm_bench` has made it
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        return render_and_encode(planned, bench.store / scene.asset.key, tools, Path(folder))


def in_turn(
    bench: Bench, fields: dict[str, Any], repeats: int, *, still: bool
) -> tuple[list[float], list[float]]:
    """Measure both, A B B A …, so that a drift of the machine's speed falls on both."""
    ours: list[float] = []
    bare: list[float] = []
    for turn in range(repeats):
        arms = [(ours, by_flow), (bare, by_hand)]
        for seconds, arm in arms if turn % 2 == 0 else reversed(arms):
            bench.forget_frames()
            seconds.append(arm(bench, fields, still=still))
    return ours, bare
