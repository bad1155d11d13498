"""Our side of the Blender boundary: how a script is started and listened to.

The far end is `blender_scripts/`, which runs inside Blender and shares no import with us. A job goes over
as a JSON file, commands as JSON lines on stdin, events come back as JSON lines on file descriptor 3. Where a
renderer host serves this machine, the same goes through it to a Blender that is warm already.
"""

import functools
import hashlib
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from media.blender_events import Event, parse_event
from media.errors import BadInput
from media.process import Finished, Limits, check, run, start
from media.renderer_host.client import find_host
from media.renderer_host.messages import Command, Lane, Request

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
        build: What tells builds of one version apart, if anything does.
        env: Variables its children need on this machine, such as where the GPU driver lies.
        host: Socket of this machine's renderer host, if one may be there.
        is_confined: Whether its children are kept in their folder.
    """

    command: tuple[str, ...]
    version: str
    env: Mapping[str, str] = field(default_factory=dict)
    build: str = ""
    host: Path | None = None
    is_confined: bool = False

    @property
    def confined(self) -> Self:
        """The same Blender for what a stranger made: each job has a child of its own, kept in its folder."""
        return replace(self, host=None, is_confined=True)

    @property
    def series(self) -> str:
        """Major and minor version: what digests hold, since pictures change no oftener."""
        return ".".join(self.version.split(".")[:2])


@dataclass(frozen=True)
class Ticket:
    """What a renderer host goes by.

    Attributes:
        name: Digest of what the job makes.
        lane: Whom it waits for: light jobs never for heavy ones.
    """

    name: str
    lane: Lane


class Script(Protocol):
    """A script at work, in a child of ours (`media.process.Child`) or at the host."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def send(self, data: bytes) -> None:
        """Write lines to its stdin."""

    def close_stdin(self) -> None:
        """Tell it that nothing more will come."""

    def reports(self) -> Iterator[str]:
        """Yield the lines that it reports."""

    def wait(self) -> Finished:
        """Wait until it has ended."""


def packaged_blender(env: Mapping[str, str]) -> Blender:
    """Return the Blender of the `bpy` wheel beside us."""
    return Blender((sys.executable, str(ENTRY)), metadata.version("bpy"), env, _build_of_wheel())


def installed_blender(executable: Path, env: Mapping[str, str]) -> Blender:
    """Return the Blender installed as `executable`, asking it for its version.

    Raises:
        BadInput: It is not Blender.
    """
    finished = run([str(executable), "--version"], cwd=Path("/"), limits=Limits(wall_s=60), env=env)
    version = re.search(r"^Blender (\d+\.\d+\.\d+)", finished.log_tail, re.MULTILINE)
    if not version:
        raise BadInput(f"{executable}: expected a Blender executable, found {finished.log_tail[:80]!r}")
    build = re.search(r"^\s*build hash: (\S+)", finished.log_tail, re.MULTILINE)
    flags = ("-b", "--factory-startup", "--disable-autoexec", "--python-exit-code", "1", "--python")
    return Blender((str(executable), *flags, str(ENTRY), "--"), version[1], env, build[1] if build else "")


@functools.cache
def _build_of_wheel() -> str:
    """Return a digest of the GPU kernels that the wheel brings, which its list of files names by theirs."""
    listed = (metadata.distribution("bpy").read_text("RECORD") or "").splitlines()
    kernels = sorted(line for line in listed if "/cycles/lib/kernel_" in line)
    return hashlib.sha256("\n".join(kernels).encode()).hexdigest()[:16] if kernels else ""


def start_script(
    blender: Blender,
    job: Mapping[str, Any],
    folder: Path,
    wall_s: float | None = None,
    ticket: Ticket | None = None,
) -> Script:
    """Start the script on `job` in `folder`, where its job file and everything it writes lie.

    Args:
        blender: Which one runs it.
        job: What `blender_scripts` is to do.
        folder: The child's own.
        wall_s: Its longest life, in seconds, if it has a bound.
        ticket: For the renderer host; without one, or without a host, a child of its own does the job.
    """
    whole = {"schema": SCHEMA, **job}
    if ticket and blender.host:
        command = Command(argv=blender.command, env=dict(blender.env))
        request = Request(blender=command, name=ticket.name, lane=ticket.lane, job=whole)
        if script := find_host(blender.host, request, wall_s, LONGEST_SILENCE_S):
            return script
    job_file = folder / "job.json"
    job_file.write_text(json.dumps(whole))
    limits = Limits(
        wall_s=wall_s, idle_s=LONGEST_SILENCE_S, file_bytes=FILE_BYTES, confined=blender.is_confined
    )
    return start([*blender.command, str(job_file)], cwd=folder, limits=limits, env=blender.env)


def next_event(script: Script) -> Event | None:
    """Return the script's next event, or None when it has closed its channel.

    Raises:
        BadInput, OutOfResources, ToolFailed: The script gave up, for the reason it gives.
    """
    line = next(script.reports(), None)
    return None if line is None else parse_event(line)


def run_script(
    blender: Blender, job: Mapping[str, Any], folder: Path, ticket: Ticket | None = None
) -> list[Event]:
    """Run the script on `job` to its end and return its events.

    Raises:
        BadInput, OutOfResources, ToolFailed: It gave up, crashed, or passed its deadline.
    """
    with start_script(blender, job, folder, LONGEST_PREPARATION_S, ticket) as script:
        script.close_stdin()
        events = [parse_event(line) for line in script.reports()]
        check(script.wait(), "Blender")
        return events
