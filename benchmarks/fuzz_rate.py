"""Measure how cheaply damaged files are refused: refused files over started readers, per second and core.

A reader that is started and does nothing is the least that refusing in a child can cost: the same limits,
Python and libraries, and no more ado about its end than theirs. The damaged files are those of tests/fuzz
that are refused. They go the way that a flow's files go, from the download to the sentence; some are refused
by what their text says, without any child.
"""

import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from benchmarks.figure import Figure
from media.errors import BadInput
from media.geometry.children import PACKAGE_ROOT
from media.geometry.prepare import prepare_geometry
from media.process import Limits, check, run
from media.source import download_model
from media.store import FolderStore
from tests.fuzz.mutations import mutated
from tests.fuzz.sound import write_sound_files

ISSUE = 3
REPEATS = 3
FILES = 8
LIMITS = Limits(wall_s=60, memory_bytes=6 * 2**30, file_bytes=2**30)
READERS = {"step": "occt", "glb": "glb_content", "usd": "usd_content"}
CORES = os.cpu_count() or 1
CHILD_STARTS = "subprocess.Popen"

Thing = TypeVar("Thing")


def main() -> None:
    """Print the figure: the least of the three kinds' ratios."""
    logging.disable(logging.WARNING)  # that a reader died is what is measured here, not news
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "sound").mkdir()
        sound = write_sound_files(folder / "sound")
        rates = {kind: measured(kind, sound[kind], folder) for kind in READERS}
    ratios = {kind: ours / empty for kind, (ours, empty, _) in rates.items()}
    arms = {
        kind: {
            "refused_per_core_s": round(ours, 3),
            "empty_readers_per_core_s": round(empty, 3),
            "ratio": round(ratios[kind], 3),
            "refused_without_a_child": alone,
        }
        for kind, (ours, empty, alone) in rates.items()
    }
    value = round(min(ratios.values()), 3)
    arms_and_size = {**arms, "files_of_each_kind": FILES, "cores": CORES}
    print(
        Figure(
            name="fuzz_rate", value=value, unit="ratio", arms=arms_and_size, repeats=REPEATS
        ).model_dump_json()
    )


def measured(kind: str, sound: list[bytes], folder: Path) -> tuple[float, float, int]:
    """Return refused files and started readers per second and core, and how many needed no child."""
    files = refused_files(kind, sound, folder)
    argv = [sys.executable, "-c", f"import os, media.geometry.{READERS[kind]}; os._exit(0)"]
    ours, empty = [], []
    for _ in range(REPEATS):
        ours.append(rate(lambda path: refuses(path, folder), files))
        empty.append(rate(lambda _: start_and_end(argv, folder), files))
    return statistics.median(ours), statistics.median(empty), without_a_child(files, folder)


def refused_files(kind: str, sound: list[bytes], folder: Path) -> list[Path]:
    """Write damaged files until there are enough that are refused."""
    found: list[Path] = []
    number = 0
    while len(found) < FILES:
        path = folder / f"{kind}.{number}"
        path.write_bytes(mutated(sound[number % len(sound)], f"{kind} {number}"))
        if refuses(path, folder):
            found.append(path)
        number += 1
    return found


def refuses(path: Path, folder: Path) -> bool:
    """Take a file the way that a flow takes it; say whether it was refused."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        store = FolderStore(Path(name))
        try:
            prepare_geometry(download_model(str(path), store), store, "coarse", limits=LIMITS)
        except BadInput:
            return True
    return False


def without_a_child(files: list[Path], folder: Path) -> int:
    """Count the files that are refused by what can be told of them without a library."""
    started: list[str] = []
    listening = True
    sys.addaudithook(lambda event, _: started.append(event) if listening and event == CHILD_STARTS else None)
    alone = 0
    for path in files:
        before = len(started)
        refuses(path, folder)
        alone += len(started) == before
    listening = False
    return alone


def start_and_end(argv: list[str], folder: Path) -> None:
    """Start a reader that has nothing to read."""
    check(run(argv, cwd=folder, limits=LIMITS, env={"PYTHONPATH": str(PACKAGE_ROOT)}), "the reader")


def rate(act: Callable[[Thing], object], things: Iterable[Thing]) -> float:
    """Return how many things a core is done with in a second, all cores at work."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(CORES) as pool:
        done = len(list(pool.map(act, things)))
    return done / (time.perf_counter() - begun) / CORES


if __name__ == "__main__":
    main()
