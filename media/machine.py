"""What this machine has: its memory, and all that a person asks first when a run is slow, in one line."""

import contextlib
import re
from pathlib import Path

PROC, CGROUP = Path("/proc/meminfo"), Path("/sys/fs/cgroup/memory.max")
CGROUP_V1 = Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")
GIB = 1 << 30
NO_GPU = "no NVIDIA GPU"


def machine_line(processors: int, memory: int | None, gpus: str, encoder: str, reason: str) -> str:
    """Return what a log says first of the machine that it is of.

    Args:
        processors: How many may be kept busy here.
        memory: In bytes, if it is known.
        gpus: What their driver says of them, or `NO_GPU`.
        encoder: What encodes H.264 here, by trying it.
        reason: Why that.
    """
    ram = f"{memory / GIB:.1f} GiB RAM" if memory else "RAM unknown"
    return f"machine: {processors} vCPU, {ram}, {gpus or NO_GPU}, encoder {encoder} ({reason})"


def memory_bytes(proc: Path = PROC, cgroup: Path = CGROUP, cgroup_v1: Path = CGROUP_V1) -> int | None:
    """Return this machine's memory, or this container's share of it; None where it does not say."""
    said = []
    with contextlib.suppress(OSError):
        total = re.search(r"^MemTotal:\s+(\d+) kB", proc.read_text(), re.MULTILINE)
        said += [int(total[1]) * 1024] if total else []
    for limit in (cgroup, cgroup_v1):
        with contextlib.suppress(OSError, ValueError):  # no such group, or one without a limit
            said.append(int(limit.read_text()))
    return min(said, default=None)
