"""What can go wrong with a job, by what the caller should do about it.

MediaError
├── BadInput          the file or the request is at fault: never retried
│   └── RefusedHere   this machine takes it no more; another one may
├── Unavailable       somebody else is down: retried with back-off and jitter
├── OutOfResources    memory, disk or GPU ran out: asks for a cheaper setting or a larger machine
│   └── OutOfGpuMemory  all cheaper settings were tried: asks for a GPU with more memory
├── ToolFailed        a tool broke for no reason of the input's: retried once
│   ├── ToolCrashed   the tool died by a signal (BadInput when the same input kills it twice)
│   └── TimedOut      the tool passed its deadline or stopped making progress
└── Preempted         the machine was taken away: resuming is free

A message says which thing, what was expected, what was found and what to do, in one sentence.
"""

import random
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Retry:
    """How often and how patiently a class of failure is tried again.

    Attributes:
        times: Further attempts after the first; 0 means never.
        wait_s: Wait before the first further attempt, doubled for each one after it, in seconds.
        jitter: Largest random addition to a wait, as a fraction of it.
    """

    times: int = 0
    wait_s: float = 0.0
    jitter: float = 0.0

    def wait_before(self, attempt: int) -> float | None:
        """Return the seconds to wait after `attempt` failed attempts, or None if that was the last."""
        if attempt > self.times:
            return None
        doublings = float(2 ** (attempt - 1))
        return self.wait_s * doublings * (1 + random.uniform(0, self.jitter))  # noqa: S311 - no secret


class MediaError(Exception):
    """Base of every failure that media code raises on purpose."""

    retry: ClassVar[Retry] = Retry()


class BadInput(MediaError):
    """The input cannot be used, however often it is tried."""


class RefusedHere(BadInput):
    """The input has done harm on this machine and is not tried here again; nobody else need believe that."""


class Unavailable(MediaError):
    """A service did not answer, or answered that it cannot now."""

    retry = Retry(times=4, wait_s=1.0, jitter=1.0)


class OutOfResources(MediaError):
    """Memory, disk or GPU memory ran out, or there is no GPU; trying the same again would not help."""


class OutOfGpuMemory(OutOfResources):
    """The GPU's memory is too small for the work, whatever was given up; a GPU with more may do it."""


class ToolFailed(MediaError):
    """A tool ended with an error that the input does not explain."""

    retry = Retry(times=1, wait_s=1.0)


class ToolCrashed(ToolFailed):
    """A tool died by a signal of its own making (SEGV, ABRT, BUS, ILL, FPE)."""


class TimedOut(ToolFailed):
    """A tool passed its deadline, or reported no progress for too long."""


class Preempted(MediaError):
    """The machine is being taken away; what was committed stays."""

    retry = Retry(times=10)
