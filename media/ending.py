"""How a child process ended, and what that means for the job."""

import signal
from dataclasses import dataclass

from media.errors import OutOfResources, ToolCrashed, ToolFailed
from media.reference import printable

CRASHES = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE})
LONGEST_QUOTE = 600


@dataclass(frozen=True)
class Finished:
    """How a child ended.

    Attributes:
        returncode: Exit code, or the negative number of the signal that ended it.
        log_tail: The end of what it printed to stdout and stderr.
        seconds: Its life, in seconds.
    """

    returncode: int
    log_tail: str
    seconds: float


def check(finished: Finished, tool: str) -> None:
    """Raise what a child's end means; returns when it ended well.

    Raises:
        ToolCrashed: It died by a signal of its own making.
        OutOfResources: It was killed, but not by us, the kernel's answer to memory running out; or it wrote
            a file beyond its limit.
        ToolFailed: It ended by another signal or with an exit code other than 0.
    """
    if finished.returncode == 0:
        return
    last_lines = _last_lines(finished.log_tail) or "it printed nothing"
    if finished.returncode > 0:
        raise ToolFailed(f"{tool} ended with exit code {finished.returncode} instead of 0: {last_lines}")
    name = _name_of(-finished.returncode)
    if -finished.returncode in CRASHES:
        raise ToolCrashed(f"{tool} died by {name}: {last_lines}")
    if -finished.returncode == signal.SIGXFSZ:
        raise OutOfResources(f"{tool} wrote a larger file than it may; give it a smaller job")
    if -finished.returncode == signal.SIGKILL:
        raise OutOfResources(
            f"{tool} was killed from outside after {finished.seconds:.0f} s, as when memory runs out; "
            "give it a smaller job or a larger machine"
        )
    raise ToolFailed(f"{tool} was ended by {name}: {last_lines}")


def _last_lines(log: str) -> str:
    """Return the last three lines of a log as a message may show them."""
    lines = (printable(" ".join(line.split())) for line in log.strip().splitlines()[-3:])
    return " | ".join(lines)[-LONGEST_QUOTE:]


def _name_of(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # those between SIGRTMIN and SIGRTMAX have none
        return f"signal {number}"
