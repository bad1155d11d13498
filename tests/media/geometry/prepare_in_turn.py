"""Prepare a model in a process of its own: `prepare_in_turn.py STORE MODEL [--stop-at PLACE]`.

It says `ready`, and begins when told to; `waiting` when it waits for another; `stopped` at the fault point
PLACE, or where it starts a `kernel`, until it is told to `go` or to `die`; and at the end how many kernels it
started and what came of it.
"""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from media import faults
from media.errors import MediaError
from media.geometry.prepare import prepare_geometry
from media.source import download_model
from media.store import FolderStore


def main(argv: Sequence[str]) -> None:
    """Prepare it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("store", type=Path)
    parser.add_argument("model")
    parser.add_argument("--stop-at", metavar="PLACE")
    given = parser.parse_args(argv)
    kernels: list[str] = []

    def hear(event: str, details: tuple[object, ...]) -> None:
        reached = str(details[0]) if event == faults.AUDIT_EVENT else ""
        if event == "subprocess.Popen" and "occt" in details[1]:  # type: ignore[operator]
            reached = "kernel"
            kernels.append(reached)
        if reached and reached == given.stop_at:
            _obey("stopped")

    sys.addaudithook(hear)
    logging.basicConfig(level=logging.INFO, handlers=[_Waiting()])
    store = FolderStore(given.store)
    source = download_model(given.model, store)
    _obey("ready")
    try:
        geometry = prepare_geometry(source, store)
    except MediaError as error:
        _say(f"{len(kernels)} {type(error).__name__}: {error}")
    else:
        _say(f"{len(kernels)} {'found' if geometry.found else 'made'}")


class _Waiting(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        """Say that it waits, if that is what was logged."""
        if "waiting for another" in record.msg:
            _say("waiting")


def _obey(line: str) -> None:
    """Say where we are, and do as we are told."""
    _say(line)
    if sys.stdin.readline().strip() == "die":
        os.kill(os.getpid(), signal.SIGKILL)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
