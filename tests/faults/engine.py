"""Run one job in a process of its own, which may be killed.

Prints `rendered N` for every frame that the renderer says it has written, unless it is run as a flow, and
at the end `done`, or the failure. A catalogue prints `rendered` for each frame that came out of the renderer.
"""

import argparse
import json
import os
import random
import signal
import ssl
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from blocks import tools
from media import blender, faults, jobs
from media.access import Access
from media.blender_events import Event, FrameWritten
from media.broll.job import BrollJob
from media.catalogue.job import CatalogueJob
from media.download import Guard, Web
from media.errors import MediaError, Retry, Unavailable
from media.frames import Frame
from media.job import TurntableJob

YEAR_S = 365 * 86_400.0


def main(argv: Sequence[str]) -> None:
    """Run the job; the store, and for a flow the server, are those that the environment names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("job")
    parser.add_argument("--flow", action="store_true", help="run it as a flow")
    parser.add_argument("--catalogue", action="store_true", help="it is a catalogue, run as a flow")
    parser.add_argument("--broll", action="store_true", help="it is a b-roll clip")
    parser.add_argument("--kill-at", metavar="POINT", help="end there, by SIGKILL")
    parser.add_argument(
        "--trust", metavar="CERTIFICATE", help="download from the server on loopback that has it"
    )
    parser.add_argument("--patience", type=float, metavar="SECONDS", help="longest silence of the renderer")
    parser.add_argument("--impatient", action="store_true", help="try again once, and soon")
    parser.add_argument("--clock", type=int, metavar="SEED", help="let the wall clock jump by up to a year")
    given = parser.parse_args(argv)
    if given.catalogue:
        sys.addaudithook(_tell_rendered)
    if given.kill_at:
        sys.addaudithook(lambda event, details: _kill_at(given.kill_at, event, details))
    if given.impatient:
        Unavailable.retry = Retry(times=1, wait_s=0.1)
    if given.patience:
        blender.LONGEST_SILENCE_S = given.patience
    if given.clock is not None:
        _let_the_clock_jump(random.Random(given.clock))  # noqa: S311 - no secret
    if given.trust:
        access = Access(web=_loopback(given.trust))
        tools.open_access = lambda: access
    try:
        _run(json.loads(given.job), given)
    except MediaError as error:
        print(f"{type(error).__name__}: {error}")  # noqa: T201 - read by the test
        sys.exit(1)
    print("done", flush=True)  # noqa: T201 - read by the test


def _run(job: object, given: argparse.Namespace) -> None:
    if given.catalogue:
        from flows.render_catalogue import render_catalogue  # noqa: PLC0415 - Prefect takes long to import

        render_catalogue(CatalogueJob.model_validate(job))
    elif given.flow:
        from flows.render_turntable import render_turntable  # noqa: PLC0415 - Prefect takes long to import

        render_turntable(TurntableJob.model_validate(job))
    else:
        model = BrollJob if given.broll else TurntableJob
        jobs.run(model.model_validate(job), tools.open_tools(), _tell)


def _loopback(certificate: str) -> Web:
    """Return how to download from a server of the tests, which no address on the web is like."""
    guard = Guard(lambda host, _port: [host], lambda address: address.startswith("127."))
    return Web(guard, trust=ssl.create_default_context(cafile=certificate))


def _let_the_clock_jump(chance: random.Random) -> None:
    now = time.time
    time.time = lambda: now() + chance.uniform(-YEAR_S, YEAR_S)


def _tell_rendered(event: str, details: tuple[object, ...]) -> None:
    if event == faults.AUDIT_EVENT and details == ("frame.before_record",):
        print("rendered", flush=True)  # noqa: T201 - read by the test


def _kill_at(point: str, event: str, details: tuple[object, ...]) -> None:
    if event == faults.AUDIT_EVENT and details == (point,):
        os.kill(os.getpid(), signal.SIGKILL)


def _tell(event: Event | Frame) -> None:
    if isinstance(event, FrameWritten):
        print("rendered", event.frame, flush=True)  # noqa: T201 - read by the test


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main(sys.argv[1:])
