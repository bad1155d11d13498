"""What this machine has."""

import contextlib
import re
from pathlib import Path

PROC, CGROUP = Path("/proc/meminfo"), Path("/sys/fs/cgroup/memory.max")


def memory_bytes(proc: Path = PROC, cgroup: Path = CGROUP) -> int | None:
    """Return this machine's memory, or this container's share of it; None where it does not say."""
    said = []
    with contextlib.suppress(OSError):
        total = re.search(r"^MemTotal:\s+(\d+) kB", proc.read_text(), re.MULTILINE)
        said += [int(total[1]) * 1024] if total else []
    with contextlib.suppress(OSError, ValueError):  # no such group, or one without a limit
        said.append(int(cgroup.read_text()))
    return min(said, default=None)
