"""Run one job in a process of its own, killed at a named point if one is given: `engine.py JOB [POINT]`.

Prints `rendered N` for every frame that the renderer says it has written, and `done` at the end.
"""

import json
import os
import signal
import sys
from pathlib import Path

from blocks.settings import open_tools
from media import faults, jobs
from media.blender_events import Event, FrameWritten
from media.frames import Frame
from media.job import TurntableJob


def main(job: str, point: str | None) -> None:
    """Run `job`; the store is the one that the environment names."""
    if point:
        sys.addaudithook(lambda event, details: _kill_at(point, event, details))
    jobs.run(TurntableJob.model_validate(json.loads(job)), open_tools(), _tell)
    print("done", flush=True)  # noqa: T201 - read by the test


def _kill_at(point: str, event: str, details: tuple[object, ...]) -> None:
    if event == faults.AUDIT_EVENT and details == (point,):
        os.kill(os.getpid(), signal.SIGKILL)


def _tell(event: Event | Frame) -> None:
    if isinstance(event, FrameWritten):
        print("rendered", event.frame, flush=True)  # noqa: T201 - read by the test


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
