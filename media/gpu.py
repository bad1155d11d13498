"""Which NVIDIA GPU this machine has, in the words of its driver's own tool."""

import functools
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from media.errors import MediaError
from media.process import Limits, run

logger = logging.getLogger(__name__)

TOOL = "nvidia-smi"
PLACES = ("/usr/local/nvidia/bin", "/usr/lib/wsl/lib")
"""Where containers have the tool mounted without putting it on PATH."""
FACTS = "name,driver_version,memory.total,compute_cap"
UUID = re.compile(r"GPU-[0-9a-fA-F-]{8,64}")
LONGEST_S = 60.0
MIB_PER_GB = 1024
TOLD_SHARE = 0.9
"""A driver tells of less memory than a card is sold with: by a sixteenth, where the memory checks itself."""


class Gpu(BaseModel):
    """A GPU, or all those of a machine, which mostly are of one kind."""

    model_config = ConfigDict(frozen=True)

    name: str
    driver: str
    compute_capability: str = Field(description="Such as 8.9.")
    memory_mib: int = Field(description="As the driver tells it.")

    @property
    def memory_gb(self) -> float:
        """Memory as the driver tells it, in gigabytes of 1024 MiB."""
        return self.memory_mib / MIB_PER_GB

    def __str__(self) -> str:
        return f"{self.name} ({self.memory_gb:.1f} GiB, driver {self.driver})"

    @property
    def more_memory_gb(self) -> int:
        """Least memory, in gigabytes as cards are sold, that only a card of a larger class has."""
        return int(self.memory_gb / TOLD_SHARE) + 1


def find_tool(path: str = os.defpath) -> Path | None:
    """Return nvidia-smi, looked for on `path` (folders joined by colons) and where containers have it."""
    found = shutil.which(TOOL, path=":".join((path, *PLACES)))
    return Path(found) if found else None


def find_gpu(tool: Path | None, env: Mapping[str, str]) -> Gpu | None:
    """Return the GPUs that nvidia-smi names as one; None without the tool, or if it names none.

    Args:
        tool: Where nvidia-smi is, if it is anywhere.
        env: Variables it needs on this machine, such as where the driver's libraries lie.
    """
    return together(find_gpus(tool, env)) if tool else None


def find_gpus(tool: Path, env: Mapping[str, str]) -> tuple[Gpu, ...]:
    """Return each GPU that nvidia-smi names, asked once in a process; none if it fails."""
    return _asked(tool, tuple(sorted(env.items())))


def facts_argv(tool: Path) -> list[str]:
    """Return the command that names the GPUs, a line each."""
    return [str(tool), f"--query-gpu={FACTS}", "--format=csv,noheader,nounits"]


def encoder_uuid(tool: Path, env: Mapping[str, str]) -> str:
    """Return which GPU's encoder a child of this process works by, asked once in a process; empty if unknown.

    That is the first of those that the environment leaves to it.
    """
    first = env.get("CUDA_VISIBLE_DEVICES", "").replace(" ", "").partition(",")[0]
    if UUID.fullmatch(first):
        return first
    uuids = _uuids(tool, tuple(sorted(env.items())))
    at = int(first) if first.isdecimal() else 0
    return uuids[at] if at < len(uuids) else ""


def parse_gpus(printed: str) -> tuple[Gpu, ...]:
    """Return the GPUs that nvidia-smi printed, skipping lines that name none."""
    rows = [[cell.strip() for cell in line.split(",")] for line in printed.splitlines()]
    return tuple(
        Gpu(name=row[0], driver=row[1], memory_mib=int(row[2]), compute_capability=row[3])
        for row in rows
        if len(row) == len(FACTS.split(",")) and row[2].isdigit()
    )


def together(gpus: Sequence[Gpu]) -> Gpu | None:
    """Return the GPUs of one machine as one; of several kinds with all their names, and the least memory."""
    if not gpus:
        return None
    return Gpu(
        name=_each(gpu.name for gpu in gpus),
        driver=_each(gpu.driver for gpu in gpus),
        memory_mib=min(gpu.memory_mib for gpu in gpus),
        compute_capability=_each(gpu.compute_capability for gpu in gpus),
    )


@functools.cache
def _asked(tool: Path, env: tuple[tuple[str, str], ...]) -> tuple[Gpu, ...]:
    return parse_gpus(_said(facts_argv(tool), env))


@functools.cache
def _uuids(tool: Path, env: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    said = _said([str(tool), "--query-gpu=uuid", "--format=csv,noheader"], env)
    return tuple(line.strip() for line in said.splitlines() if UUID.fullmatch(line.strip()))


def _said(argv: Sequence[str], env: tuple[tuple[str, str], ...]) -> str:
    """Return what the tool says, or nothing if it fails.

    It reads nothing of a stranger's and is not isolated: a machine's first use of the driver makes its device
    files by a setuid program, which a user namespace would disarm.
    """
    limits = Limits(wall_s=LONGEST_S, network=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            finished = run(argv, cwd=Path(folder), limits=limits, env=dict(env))
    except (MediaError, OSError) as error:
        logger.warning("%s does not say which GPU this machine has: %s", argv[0], error)
        return ""
    return finished.log_tail if finished.returncode == 0 else ""


def _each(words: Iterable[str]) -> str:
    """Return the different ones of some words as one."""
    return " + ".join(sorted(set(words)))
