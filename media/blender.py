"""Our side of the Blender boundary: how a script is started and listened to.

The far end is `blender_scripts/`, which runs inside Blender and shares no import with us. A job goes over
as a JSON file, commands as JSON lines on stdin, events come back as JSON lines on file descriptor 3.
"""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from media.blender_events import Event, parse_event
from media.errors import BadInput
from media.process import Child, Limits, check, run, start

ENTRY = Path(__file__).parent.parent / "blender_scripts" / "__main__.py"
SCHEMA = 1
LONGEST_SILENCE_S = 900.0
"""Before the first sample, a GPU's driver may compile kernels for minutes (5.5 were seen)."""
LONGEST_PREPARATION_S = 3600.0
"""For a script that runs to its end by itself; a renderer lives as long as there are frames."""
FILE_BYTES = 64 * 2**30
"""No scene or frame comes near it. Memory has no limit of ours: GPU drivers reserve address space by the
terabyte, and when it runs out the kernel ends a child of ours before anybody else (media/keeper.py)."""


@dataclass(frozen=True)
class Blender:
    """A Blender to render with.

    Attributes:
        command: What comes before the script's own arguments.
        version: Such as 4.5.15.
        env: Variables its children need on this machine, such as where the GPU driver lies.
    """

    command: tuple[str, ...]
    version: str
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def series(self) -> str:
        """Major and minor version: what digests hold, since pictures change no oftener."""
        return ".".join(self.version.split(".")[:2])


def packaged_blender(env: Mapping[str, str]) -> Blender:
    """Return the Blender of the `bpy` wheel beside us."""
    return Blender((sys.executable, str(ENTRY)), metadata.version("bpy"), env)


def installed_blender(executable: Path, env: Mapping[str, str]) -> Blender:
    """Return the Blender installed as `executable`, asking it for its version.

    Raises:
        BadInput: It is not Blender.
    """
    finished = run([str(executable), "--version"], cwd=Path("/"), limits=Limits(wall_s=60), env=env)
    version = re.search(r"^Blender (\d+\.\d+\.\d+)", finished.log_tail, re.MULTILINE)
    if not version:
        raise BadInput(f"{executable}: expected a Blender executable, found {finished.log_tail[:80]!r}")
    flags = ("-b", "--factory-startup", "--disable-autoexec", "--python-exit-code", "1", "--python")
    return Blender((str(executable), *flags, str(ENTRY), "--"), version[1], env)


def start_script(
    blender: Blender, job: Mapping[str, Any], folder: Path, wall_s: float | None = None
) -> Child:
    """Start the script on `job` in `folder`, where its job file and everything it writes lie.

    Args:
        blender: Which one runs it.
        job: What `blender_scripts` is to do.
        folder: The child's own.
        wall_s: Its longest life, in seconds, if it has a bound.
    """
    job_file = folder / "job.json"
    job_file.write_text(json.dumps({"schema": SCHEMA, **job}))
    limits = Limits(wall_s=wall_s, idle_s=LONGEST_SILENCE_S, file_bytes=FILE_BYTES)
    return start([*blender.command, str(job_file)], cwd=folder, limits=limits, env=blender.env)


def next_event(child: Child) -> Event | None:
    """Return the script's next event, or None when it has closed its channel.

    Raises:
        BadInput, OutOfResources, ToolFailed: The script gave up, for the reason it gives.
    """
    line = next(child.reports(), None)
    return None if line is None else parse_event(line)


def run_script(blender: Blender, job: Mapping[str, Any], folder: Path) -> list[Event]:
    """Run the script on `job` to its end and return its events.

    Raises:
        BadInput, OutOfResources, ToolFailed: It gave up, crashed, or passed its deadline.
    """
    with start_script(blender, job, folder, LONGEST_PREPARATION_S) as child:
        child.close_stdin()
        events = [parse_event(line) for line in child.reports()]
        check(child.wait(), "Blender")
        return events
