"""The process's memory: how much it holds, and its peak."""

import contextlib
import re
import resource
from pathlib import Path

_STATUS = Path("/proc/self/status")


_CLEAR = Path("/proc/self/clear_refs")
_FORGET_PEAK = "5"  # proc(5)


def forget_peak() -> None:
    """Have the peak begin anew; where that cannot be, it goes on counting since the process began."""
    with contextlib.suppress(OSError):
        _CLEAR.write_text(_FORGET_PEAK)


def resident_bytes() -> int:
    """Return the resident size of this process, in bytes; 0 where the system does not say."""
    found = _STATUS.exists() and re.search(r"^VmRSS:\s+(\d+) kB", _STATUS.read_text(), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def peak_memory_bytes() -> int:
    """Return the largest resident size of this process, since it began or `forget_peak`, in bytes.

    Linux's own count comes first: `getrusage` there counts in what a parent held when it started us.
    """
    if _STATUS.exists():
        found = re.search(r"^VmHWM:\s+(\d+) kB", _STATUS.read_text(), re.MULTILINE)
        if found:
            return int(found[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
