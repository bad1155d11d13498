"""The child processes of this package: how they are started and how their ends are read."""

import json
import logging
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from media.errors import BadInput, OutOfResources, ToolCrashed, ToolFailed
from media.process import Child, Limits, check, start

logger = logging.getLogger(__name__)

PACKAGE_ROOT = Path(__file__).parents[2]
MEMORY_RAN_OUT = (
    "bad_alloc",
    "MemoryError",
    "OutOfMemory",
    "Cannot allocate memory",
    "failed to map segment",
)
DISK_RAN_OUT = ("No space left on device", "File too large", "disk full", "Disk quota exceeded")
# Libraries' and threads' address space that counts against the limit without ever being resident.
UNUSED_BYTES = 2**30
# A healthy file of 4 MB takes 2 s and 375 MB; these bound damaged and hostile ones.
WALL_S, WALL_S_PER_MB, MEMORY_BYTES, FILE_BYTES = 120.0, 20.0, 12 * 2**30, 8 * 2**30

Done = TypeVar("Done", bound="DoneModel")


class Refused(Exception):
    """The child read the file and cannot use it; the message is what it found."""


class DoneModel(BaseModel):
    """What a child reports last."""

    model_config = ConfigDict(frozen=True)


def limits_for(size: int) -> Limits:
    """Return what a child may use for a source of `size` bytes."""
    wall_s = WALL_S + WALL_S_PER_MB * size / 2**20
    return Limits(wall_s=wall_s, memory_bytes=MEMORY_BYTES, file_bytes=FILE_BYTES)


def module_argv(module: str, *arguments: str) -> list[str]:
    """Return the command that runs one of this package's modules with this Python."""
    return [sys.executable, "-m", f"media.geometry.{module}", *arguments]


def start_module(module: str, *arguments: str, folder: Path, limits: Limits) -> Child:
    """Start one of this package's modules in `folder`."""
    environment = {"PYTHONPATH": str(PACKAGE_ROOT)}
    return start(module_argv(module, *arguments), cwd=folder, limits=limits, env=environment)


def start_reader(module: str, argument: Path, *, limits: Limits) -> Child:
    """Start a module that reads what strangers wrote, in the folder of its one argument."""
    child = start_module("witness", module, str(argument), folder=argument.parent, limits=limits)
    child.close_stdin()
    return child


def outcome(
    child: Child,
    tool: str,
    done: type[Done],
    limits: Limits,
    on_stage: Callable[[str], None] | None = None,
) -> Done:
    """Read a child's reports to its end and return what it did, telling `on_stage` of each stage it names.

    Raises:
        Refused: It cannot use the file.
        ToolCrashed, TimedOut, OutOfResources, ToolFailed: See `media.process`.
    """
    last: Done | str | None = None
    peak_bytes = 0
    for line in child.reports():
        event = json.loads(line)
        if event["event"] == "done":
            last = done.model_validate(event)
        elif event["event"] == "refused":
            last = str(event["found"])
        elif event["event"] == "died":
            peak_bytes = int(event["peak_bytes"])
        else:
            stage = str(event.get("name", event["event"]))
            logger.info("%s: %s", tool, stage)
            if on_stage:
                on_stage(stage)
    finished = child.wait()
    if finished.returncode and _memory_ran_out(finished.log_tail, peak_bytes, limits):
        raise OutOfResources(
            f"{tool} ran out of memory after {finished.seconds:.0f} s; "
            "ask for less detail or use a machine with more memory"
        )
    if finished.returncode and any(sign in finished.log_tail for sign in DISK_RAN_OUT):
        raise OutOfResources(f"{tool} could not write its result: the disk is full; free space and try again")
    check(finished, tool)
    if isinstance(last, str):
        raise Refused(last)
    if last is None:
        raise ToolFailed(f"{tool} ended without saying what it did: {finished.log_tail[-200:]}")
    return last


def _memory_ran_out(log_tail: str, peak_bytes: int, limits: Limits) -> bool:
    """Say whether a tool that did not end well was out of memory, by its words or by what it held."""
    if any(sign in log_tail for sign in MEMORY_RAN_OUT):
        return True
    at_limit = limits.memory_bytes is not None and peak_bytes + UNUSED_BYTES >= limits.memory_bytes
    return bool(peak_bytes) and at_limit


def twice(attempt: Callable[[], Done], name: str, tool: str) -> Done:
    """Make an attempt, and once more if the tool dies by a signal: dying twice is the input's doing.

    Raises:
        BadInput: It died twice.
    """
    try:
        return attempt()
    except ToolCrashed as first:
        logger.warning("%s died reading %s (%s); trying once more", tool, name, first)
    try:
        return attempt()
    except ToolCrashed as second:
        raise BadInput(
            f"{name}: expected a file that {tool} can read, found one that it died of twice ({second}); "
            "the file is damaged: export it again"
        ) from second


def sentence(parts: Iterable[str], most: int = 5) -> str:
    """List things in a sentence, the first few by name."""
    listed = list(parts)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
