"""Damaged files are read or refused; none of them ends, stops or surprises the process that runs flows.

The short version reads 50 damaged files of each kind and runs with every check; `make faults` reads 500.
A file is made again by its name: `mutated(sound, "step 17")`.
"""

import os
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from media.errors import BadInput, MediaError, OutOfResources, TimedOut
from media.geometry.prepare import prepare_geometry
from media.process import Limits
from media.source import download_model
from media.store import FolderStore
from tests.fuzz.mutations import mutated
from tests.processes import descendants

LIMITS = Limits(wall_s=40, memory_bytes=6 * 2**30, file_bytes=2**30)
LONGEST_S = 2 * LIMITS.wall_s + 10 if LIMITS.wall_s else 0.0
"""A reader that dies is started twice, and both are ended at their deadlines."""
SHORT, LONG = range(50), range(50, 500)


@dataclass(frozen=True)
class Outcome:
    """What became of one damaged file."""

    name: str
    what: str
    said: str
    seconds: float

    @property
    def escaped(self) -> bool:
        """Whether it is anything but read, refused, or stopped at a limit."""
        return self.what not in {"Geometry", "BadInput", "OutOfResources", "TimedOut"}


def read(name: str, data: bytes, folder: Path) -> Outcome:
    """Take a file all the way that a flow takes it."""
    path, begun = folder / name.replace(" ", "."), time.monotonic()
    path.write_bytes(data)
    store = FolderStore(folder / f"store.{path.name}")
    try:
        geometry = prepare_geometry(download_model(str(path), store), store, "coarse", limits=LIMITS)
        what, said = type(geometry).__name__, geometry.report.route
    except (BadInput, OutOfResources, TimedOut) as error:
        what, said = type(error).__name__, str(error)
    except MediaError as error:
        what, said = f"escaped as {type(error).__name__}", str(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
        what, said = f"escaped as {type(error).__name__}", repr(error)
    return Outcome(name, what, said, time.monotonic() - begun)


@pytest.fixture
def workspaces(tmp_path, monkeypatch) -> Path:
    """The temporary folder of this test alone, where workspaces are made."""
    folder: Path = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", ["step", "glb", "usd"])
@pytest.mark.parametrize("numbers", [SHORT, pytest.param(LONG, marks=pytest.mark.long)], ids=["50", "500"])
def test_damaged_files_are_read_or_refused_and_never_anything_else(
    kind, numbers, sound_files, workspaces, capsys
):
    sound, before = sound_files[kind], set(descendants(os.getpid()))
    damaged = {f"{kind} {n}": mutated(sound[n % len(sound)], f"{kind} {n}") for n in numbers}

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = list(pool.map(lambda file: read(*file, workspaces.parent), damaged.items()))

    slowest = max(outcomes, key=lambda outcome: outcome.seconds)
    counts = dict(Counter(outcome.what for outcome in outcomes))
    with capsys.disabled():
        print(  # noqa: T201 - seeds and counts are what a fuzz run is for
            f"\nfuzz {kind}, seeds {numbers[0]} to {numbers[-1]}: {counts}; "
            f"slowest {slowest.name}, {slowest.seconds:.1f} s"
        )
    assert [outcome for outcome in outcomes if outcome.escaped] == []
    assert slowest.seconds < LONGEST_S
    assert counts.get("BadInput", 0) > len(numbers) // 10, "damage that harms nothing tests nothing"
    assert [outcome for outcome in outcomes if "\n" in outcome.said] == []
    assert set(descendants(os.getpid())) <= before
    assert list(workspaces.iterdir()) == []
