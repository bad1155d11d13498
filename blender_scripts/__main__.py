"""Run one job inside Blender.

By the wheel: `python blender_scripts/__main__.py job.json`. By an executable: `blender -b --factory-startup
--disable-autoexec --python-exit-code 1 --python blender_scripts/__main__.py -- job.json`.

Exit code 0 means that the job is done; 1 comes with a `failed` event that says why.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blender_scripts.events import EventChannel


def main(argv: list[str]) -> int:
    """Do the job named by the last argument and return the exit code."""
    return reported(lambda channel: run_job(argv, channel))


def reported(work: Callable[["EventChannel"], None]) -> int:
    """Do some work with an event channel, say on it if that fails, and return the exit code."""
    from blender_scripts.events import EventChannel  # noqa: PLC0415 - needs the path set below
    from blender_scripts.failure import report_failure  # noqa: PLC0415 - the same
    from blender_scripts.session_folder import remove_session_folder  # noqa: PLC0415 - the same

    channel = EventChannel()
    try:
        work(channel)
    except Exception as error:  # noqa: BLE001 - whatever it is, the engine is told its class
        report_failure(error, channel)
        return 1
    finally:
        remove_session_folder()
    return 0


def run_job(argv: list[str], channel: "EventChannel") -> None:
    """Read the job file and do what it says.

    Raises:
        BadInput: There is no job in it.
    """
    from blender_scripts.failure import BadInput  # noqa: PLC0415 - needs the path set below
    from blender_scripts.job import Serve, read_job  # noqa: PLC0415 - the same
    from blender_scripts.serving import do, serve  # noqa: PLC0415 - the same

    if len(argv) < 2:  # noqa: PLR2004 - the script and its job
        raise BadInput("arguments: expected the path of a job file, found none")
    job = read_job(Path(argv[-1]))
    if isinstance(job, Serve):
        serve(channel, sys.stdin)
    else:
        do(job, channel, sys.stdin)


if __name__ == "__main__":
    # The folder above, so that modules carry their package's name; not this one: its names are common words.
    here = Path(__file__).resolve().parent
    sys.path[:] = [str(here.parent), *(entry for entry in sys.path if Path(entry or ".").resolve() != here)]
    code = main(sys.argv)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # Blender's own end frees a scene that nobody reads again, and was seen to hang in it
