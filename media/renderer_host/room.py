"""How much memory there is for one more Blender beside those that work."""

import contextlib
import re
import tempfile
import threading
import time
from pathlib import Path

from media.errors import MediaError
from media.keeper import NOT_STARTED
from media.process import Limits, run

NVIDIA_SMI = ("nvidia-smi", "--query-gpu=memory.free", "--format=csv,noheader,nounits")
LONGEST_LOOK_S = 10.0
FRESH_S = 2.0
"""A look is good for so long; all who wait for room share it."""
PROC, CGROUP = Path("/proc/meminfo"), Path("/sys/fs/cgroup")


class Room:
    """The free memory of this machine and of its GPUs."""

    def __init__(self, gpus: tuple[str, ...] = NVIDIA_SMI) -> None:
        """Ask for the memory of GPUs by this command."""
        self._gpus = gpus
        self._lock = threading.Lock()
        self._free = 0.0
        self._looked = -FRESH_S

    def __call__(self) -> float:
        """Return what is free of the scarcest, in bytes; this may take seconds."""
        with self._lock:
            if time.monotonic() - self._looked >= FRESH_S:
                self._free = min(free_bytes(), free_gpu_bytes(self._gpus))
                self._looked = time.monotonic()
            return self._free


def free_bytes(proc: Path = PROC, cgroup: Path = CGROUP) -> float:
    """Return what may still be taken of this machine's memory, or of this container's share of it."""
    available = re.search(r"^MemAvailable:\s+(\d+) kB", proc.read_text(), re.MULTILINE)
    free = float(available[1]) * 1024 if available else float("inf")
    with contextlib.suppress(OSError, ValueError):  # no such group, or one without a limit
        most, taken = (int((cgroup / name).read_text()) for name in ("memory.max", "memory.current"))
        free = min(free, most - taken)
    return free


def free_gpu_bytes(command: tuple[str, ...] = NVIDIA_SMI) -> float:
    """Return the free memory of the fullest GPU.

    Where there is no such command there is none to run out; where it does not say, there may be none left.
    """
    try:
        with tempfile.TemporaryDirectory() as folder:
            said = run(command, cwd=Path(folder), limits=Limits(wall_s=LONGEST_LOOK_S))
    except MediaError:
        return 0.0
    if said.returncode == NOT_STARTED:
        return float("inf")
    free = [int(line) for line in said.log_tail.split() if line.isdecimal()]
    return min(free) * 2.0**20 if said.returncode == 0 and free else 0.0
