"""Run one job in a process of its own: `engine.py JOB [--flow] [--kill-at POINT] [--trust CERTIFICATE]`.

Prints `done` at the end, and `rendered N` for every frame that the renderer says it has written, unless it is
run as a flow. With a certificate, sources may come from the servers on loopback that have it.
"""

import argparse
import json
import os
import signal
import ssl
import sys
from collections.abc import Sequence
from pathlib import Path

from blocks import settings
from media import faults, jobs
from media.access import Access
from media.blender_events import Event, FrameWritten
from media.download import Guard, Web
from media.frames import Frame
from media.job import TurntableJob


def main(argv: Sequence[str]) -> None:
    """Run the job; the store, and for a flow the server, are those that the environment names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("job")
    parser.add_argument("--flow", action="store_true")
    parser.add_argument("--kill-at")
    parser.add_argument("--trust")
    given = parser.parse_args(argv)
    if given.kill_at:
        sys.addaudithook(lambda event, details: _kill_at(given.kill_at, event, details))
    job = TurntableJob.model_validate(json.loads(given.job))
    if given.trust:
        access = Access(web=_loopback(given.trust))
        settings.open_access = lambda: access
    if given.flow:
        from flows.render_turntable import render_turntable  # noqa: PLC0415 - Prefect takes long to import

        render_turntable(job)
    else:
        jobs.run(job, settings.open_tools(), _tell)
    print("done", flush=True)  # noqa: T201 - read by the test


def _loopback(certificate: str) -> Web:
    """Return how to download from a server of the tests, which no address on the web is like."""
    guard = Guard(lambda host, _port: [host], lambda address: address.startswith("127."))
    return Web(guard, trust=ssl.create_default_context(cafile=certificate))


def _kill_at(point: str, event: str, details: tuple[object, ...]) -> None:
    if event == faults.AUDIT_EVENT and details == (point,):
        os.kill(os.getpid(), signal.SIGKILL)


def _tell(event: Event | Frame) -> None:
    if isinstance(event, FrameWritten):
        print("rendered", event.frame, flush=True)  # noqa: T201 - read by the test


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main(sys.argv[1:])
