"""How many processors this process may keep busy: in a container, fewer than the machine has."""

import math
import os
from collections.abc import Iterator
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")


def processors(said: int | None = None, cgroups: Path = CGROUPS, own: Path = OWN) -> int:
    """Return how many there are: by the container's quota, else as its owner says, else by affinity.

    Args:
        said: By the machine's owner, such as in RUNPOD_CPU_COUNT.
        cgroups: Where the kernel tells of quotas (Linux, cgroup-v2 and sched-bwc documents).
        own: Where it tells in which group this process is.
    """
    there = len(os.sched_getaffinity(0))
    quotas = [quota for folder in _folders(cgroups, own) if (quota := _quota(folder))]
    if quotas:
        return max(1, min(there, math.ceil(min(quotas))))
    return max(1, min(there, said or there))


def _folders(cgroups: Path, own: Path) -> Iterator[Path]:
    """Yield the folders of our group and of those that it lies in, of both versions."""
    try:
        lines = own.read_text().splitlines()
    except OSError:
        lines = []
    for line in [*lines, "0::/", "1:cpu:/", "1:cpu,cpuacct:/"]:
        _, controllers, path = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        root = cgroups / controllers
        folder = root / path.lstrip("/")
        if folder.is_relative_to(root):
            yield folder
            yield from (one for one in folder.parents if one.is_relative_to(root))


def _quota(folder: Path) -> float | None:
    """Return how many processors a group may keep busy, if it has a bound."""
    try:
        quota, period = (folder / "cpu.max").read_text().split()
        return None if quota == "max" else int(quota) / int(period)
    except (OSError, ValueError):
        pass
    try:
        quota_us = int((folder / "cpu.cfs_quota_us").read_text())
        period_us = int((folder / "cpu.cfs_period_us").read_text())
    except (OSError, ValueError):
        return None
    return quota_us / period_us if quota_us > 0 else None
