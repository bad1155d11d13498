"""What 20 first requests of the same geometry in one flow take over one such request: wall-clock of the flow.

Null unless each flow started one CAD kernel, and all of its tasks but one found what that one made.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.bearing_arms import write_bearing
from benchmarks.figure import Figure
from benchmarks.prefect_server import running_server
from media.source import Source, download_model
from media.store import FolderStore

if TYPE_CHECKING:
    from media.geometry.report import Geometry

ISSUE = 5
LONGEST_S = 240.0
TASKS = 20
REPEATS = 5
OF_GEOMETRY = ("geometry", "leases")


@dataclass(frozen=True)
class Run:
    """One flow: its seconds, and whether one of its tasks had done all the work."""

    seconds: float
    kernels: int
    found: int


def main() -> None:
    """Print the figure; one and many take turns, after a first flow that does not count."""
    kernels: list[object] = []
    sys.addaudithook(lambda event, details: _count(kernels, event, details))
    runs: dict[int, list[Run]] = {1: [], TASKS: []}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        store = FolderStore(folder / "store")
        os.environ["RENDERMILL_STORE"] = str(store.root)
        source = download_model(str(write_bearing(folder)), store)
        with running_server(folder / "prefect"):
            one_flow(source, store, 1)
            for turn in range(REPEATS):
                for tasks in [1, TASKS] if turn % 2 == 0 else [TASKS, 1]:
                    kernels.clear()
                    seconds, geometries = one_flow(source, store, tasks)
                    found = sum(geometry.found for geometry in geometries)
                    runs[tasks].append(Run(seconds, len(kernels), found))
            have_all_said()
    print(figure(runs).model_dump_json())


def figure(runs: dict[int, list[Run]]) -> Figure:
    """Return the ratio of the medians; null if anything was made twice."""
    whole = all((run.kernels, run.found) == (1, tasks - 1) for tasks, taken in runs.items() for run in taken)
    medians = {tasks: statistics.median(run.seconds for run in taken) for tasks, taken in runs.items()}
    arms = {
        name: {
            "what": f"a flow of {tasks} task(s) prepare_geometry, submitted at once, on an empty store",
            "seconds": medians[tasks],
            "all": [run.seconds for run in runs[tasks]],
            "CAD kernels": [run.kernels for run in runs[tasks]],
            "found": [run.found for run in runs[tasks]],
        }
        for name, tasks in (("many", TASKS), ("one", 1))
    }
    value = medians[TASKS] / medians[1] if whole else None
    return Figure(name="single_flight_tasks", value=value, unit="ratio", arms=arms, repeats=REPEATS)


def one_flow(source: Source, store: FolderStore, tasks: int) -> "tuple[float, list[Geometry]]":
    """Ask for the bearing's geometry in so many tasks of one flow; returns its seconds and what they got."""
    from prefect import flow  # noqa: PLC0415 - Prefect reads its settings when imported

    from media.job import GeometryJob  # noqa: PLC0415 - with it
    from tasks.geometry import prepare_geometry  # noqa: PLC0415 - the same

    for kind in OF_GEOMETRY:
        shutil.rmtree(store.root / kind, ignore_errors=True)
    job = GeometryJob(source=source.name)

    @flow(name="ask-at-once")
    def ask_at_once() -> "list[Geometry]":
        asked = [prepare_geometry.submit(source, job) for _ in range(tasks)]
        return [future.result() for future in asked]

    started = time.monotonic()
    geometries = ask_at_once()
    return time.monotonic() - started, geometries


def have_all_said() -> None:
    """Let Prefect say its last words while the server listens; it would try for a minute after that."""
    from prefect.events.worker import EventsWorker  # noqa: PLC0415 - Prefect reads its settings when imported
    from prefect.logging.handlers import APILogWorker  # noqa: PLC0415 - the same

    EventsWorker.drain_all()
    APILogWorker.drain_all()


def _count(kernels: list[object], event: str, details: tuple[object, ...]) -> None:
    if event == "subprocess.Popen" and "occt" in details[1]:  # type: ignore[operator] # an argv
        kernels.append(details)


if __name__ == "__main__":
    main()
