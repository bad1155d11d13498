"""Whether there is memory for one more Blender beside those that work."""

import contextlib
import re
import tempfile
from pathlib import Path

from media.errors import MediaError
from media.process import Limits, run

LEAST_BYTES = 3 * 2**30
"""What a light job's Blender takes at most, of the machine's memory and of its GPU's."""
NVIDIA_SMI = ("nvidia-smi", "--query-gpu=memory.free", "--format=csv,noheader,nounits")
LONGEST_LOOK_S = 10.0
PROC, CGROUP = Path("/proc/meminfo"), Path("/sys/fs/cgroup")


def has_room() -> bool:
    """Tell whether memory and every GPU have room for one more."""
    return min(free_bytes(), free_gpu_bytes()) >= LEAST_BYTES


def free_bytes(proc: Path = PROC, cgroup: Path = CGROUP) -> float:
    """Return what may still be taken of this machine's memory, or of this container's share of it."""
    available = re.search(r"^MemAvailable:\s+(\d+) kB", proc.read_text(), re.MULTILINE)
    free = float(available[1]) * 1024 if available else float("inf")
    with contextlib.suppress(OSError, ValueError):  # no such group, or one without a limit
        most, taken = (int((cgroup / name).read_text()) for name in ("memory.max", "memory.current"))
        free = min(free, most - taken)
    return free


def free_gpu_bytes(command: tuple[str, ...] = NVIDIA_SMI) -> float:
    """Return the free memory of the fullest GPU; without NVIDIA's driver there is none to run out."""
    with contextlib.suppress(MediaError), tempfile.TemporaryDirectory() as folder:
        said = run(command, cwd=Path(folder), limits=Limits(wall_s=LONGEST_LOOK_S))
        free = [int(line) for line in said.log_tail.split() if line.isdecimal()]
        if said.returncode == 0 and free:
            return min(free) * 2.0**20
    return float("inf")
