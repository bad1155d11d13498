"""Failures as the renderer names them: a class the engine can act on, and one sentence.

The class names are those of `media/errors.py`; nothing is imported across the boundary.
"""

import errno
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blender_scripts.gpu_trouble import is_out_of_memory

if TYPE_CHECKING:
    from blender_scripts.events import EventChannel

_DISK_ERRNOS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_LONGEST_MESSAGE = 600


class BadInput(Exception):
    """The file or the job is at fault, however often it is tried."""


class OutOfResources(Exception):
    """Memory, disk or a required GPU is missing."""


class OutOfGpuMemory(OutOfResources):
    """The memory of the GPU is too small, whatever is given up."""


class ToolFailed(Exception):
    """Blender failed for no reason of the input's."""


@dataclass(frozen=True)
class Failure:
    """A failure as it is reported: `kind` is BadInput, OutOfResources, OutOfGpuMemory or ToolFailed."""

    kind: str
    message: str


def failure_of(error: BaseException) -> Failure:
    """Name the class of any exception and put its message on one line of bounded length."""
    disk_full = isinstance(error, OSError) and error.errno in _DISK_ERRNOS
    if isinstance(error, BadInput):
        kind = "BadInput"
    elif isinstance(error, OutOfGpuMemory):
        kind = "OutOfGpuMemory"
    elif isinstance(error, OutOfResources) or is_out_of_memory(error) or disk_full:
        kind = "OutOfResources"
    else:
        kind = "ToolFailed"
    return Failure(kind, one_line(error))


def report_failure(error: BaseException, channel: "EventChannel") -> Failure:
    """Print an exception as Python does, say on the channel what it means, and return that."""
    traceback.print_exception(error)
    failure = failure_of(error)
    channel.send("failed", **{"class": failure.kind, "message": failure.message})
    return failure


def one_line(error: BaseException) -> str:
    """Return an exception's message without line breaks, or its type's name where it has none."""
    message = " ".join(str(error).split()).removeprefix("Error: ")
    return message[:_LONGEST_MESSAGE] or type(error).__name__
