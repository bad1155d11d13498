"""Processes that share a store start one CAD kernel between them, whatever becomes of who started it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from media.store import FolderStore

ROOT = Path(__file__).parents[3]
SCRIPT = str(Path(__file__).with_name("prepare_in_turn.py"))


class Process:
    """One that prepares a model."""

    def __init__(self, running: subprocess.Popen[str]) -> None:
        self.running = running

    def tell(self, line: str) -> None:
        """Have it go on, or die."""
        assert self.running.stdin is not None
        self.running.stdin.write(f"{line}\n")
        self.running.stdin.flush()

    def said(self) -> str:
        """Return the next thing that it says."""
        assert self.running.stdout is not None
        return self.running.stdout.readline().strip()

    def last_said(self) -> str:
        """Return what it said last, when it has ended."""
        assert self.running.stdout is not None
        return (self.running.stdout.read().splitlines() or [""])[-1]


Start = Callable[..., Process]


@pytest.fixture
def start(store, tmp_path) -> Iterator[Start]:
    """Start a process that is ready to prepare a model in the test's store."""
    with ExitStack() as running:

        def started(model: Path, *arguments: str) -> Process:
            argv = [sys.executable, SCRIPT, str(store.root), str(model), *arguments]
            environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            process = subprocess.Popen(argv, env=environment, text=True, **pipes)
            running.enter_context(process)
            running.callback(process.kill)
            ready = Process(process)
            assert ready.said() == "ready"
            return ready

        yield started


def leases(store: FolderStore) -> list[str]:
    return [stat.key for stat in store.list("leases/")]


def test_of_four_processes_one_starts_a_kernel(start, store, small_steps):
    processes = [start(small_steps / "pair.step") for _ in range(4)]

    for process in processes:
        process.tell("go")

    assert sorted(process.last_said() for process in processes) == ["0 found"] * 3 + ["1 made"]
    assert leases(store) == []


@pytest.mark.parametrize("place", ["kernel", "lease.before_publish"])
def test_owner_that_is_killed_is_followed_by_one_of_those_who_wait(start, store, small_steps, place):
    owner = start(small_steps / "pair.step", "--stop-at", place)
    owner.tell("go")
    assert owner.said() == "stopped"
    waiters = [start(small_steps / "pair.step") for _ in range(2)]
    for waiter in waiters:
        waiter.tell("go")
        assert waiter.said() == "waiting"

    owner.tell("die")

    assert sorted(waiter.last_said() for waiter in waiters) == ["0 found", "1 made"]
    assert owner.running.wait() == -signal.SIGKILL
    assert leases(store) == []


def test_file_that_the_kernel_refuses_is_tried_once_for_all_who_wait(start, small_steps, tmp_path):
    copy = tmp_path / "the same.step"
    shutil.copy(small_steps / "no_faces.step", copy)
    owner = start(small_steps / "no_faces.step", "--stop-at", "kernel")
    owner.tell("go")
    assert owner.said() == "stopped"
    waiters = [start(copy) for _ in range(3)]
    for waiter in waiters:
        waiter.tell("go")
        assert waiter.said() == "waiting"

    owner.tell("go")

    assert owner.last_said().startswith("1 BadInput: no_faces.step: expected")
    for waiter in waiters:
        assert waiter.last_said().startswith("0 BadInput: the same.step: expected")
