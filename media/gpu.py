"""Which NVIDIA GPU this machine has, in the words of its driver's own tool."""

import functools
import logging
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from media.errors import MediaError
from media.process import Limits, run

logger = logging.getLogger(__name__)

TOOL = "nvidia-smi"
PLACES = ("/usr/local/nvidia/bin", "/usr/lib/wsl/lib")
"""Where containers have the tool mounted without putting it on PATH."""
FACTS = "name,driver_version,memory.total,compute_cap"
LONGEST_S = 60.0
MIB_PER_GB = 1024
TOLD_SHARE = 0.9
"""A driver tells of less memory than a card is sold with: by a sixteenth, where the memory checks itself."""


class Gpu(BaseModel):
    """The GPUs of a machine, which mostly is one; of several kinds, all names stand in `name`."""

    model_config = ConfigDict(frozen=True)

    name: str
    driver: str
    compute_capability: str = Field(description="Such as 8.9; of several kinds, each.")
    memory_mib: int = Field(description="As the driver tells it, of the one that has least.")

    @property
    def memory_gb(self) -> float:
        """Memory as the driver tells it, in gigabytes of 1024 MiB."""
        return self.memory_mib / MIB_PER_GB

    @property
    def more_memory_gb(self) -> int:
        """Least memory, in gigabytes as cards are sold, that only a card of a larger class has."""
        return int(self.memory_gb / TOLD_SHARE) + 1


def find_tool(path: str = os.defpath) -> Path | None:
    """Return nvidia-smi, looked for on `path` (folders joined by colons) and where containers have it."""
    found = shutil.which(TOOL, path=":".join((path, *PLACES)))
    return Path(found) if found else None


def find_gpu(tool: Path | None, env: Mapping[str, str]) -> Gpu | None:
    """Return the GPU that nvidia-smi names, asked once in a process; None without the tool, or if it fails.

    Args:
        tool: Where nvidia-smi is, if it is anywhere.
        env: Variables it needs on this machine, such as where the driver's libraries lie.
    """
    return _asked(tool, tuple(sorted(env.items()))) if tool else None


def facts_argv(tool: Path) -> list[str]:
    """Return the command that names the GPUs, a line each."""
    return [str(tool), f"--query-gpu={FACTS}", "--format=csv,noheader,nounits"]


def parse_gpu(printed: str) -> Gpu | None:
    """Return what nvidia-smi printed, skipping lines that name no GPU; None if no line does."""
    rows = [[cell.strip() for cell in line.split(",")] for line in printed.splitlines()]
    found = [row for row in rows if len(row) == len(FACTS.split(",")) and row[2].isdigit()]
    if not found:
        return None
    names, drivers, memories, capabilities = zip(*found, strict=True)
    return Gpu(
        name=_each(names),
        driver=_each(drivers),
        memory_mib=min(int(memory) for memory in memories),
        compute_capability=_each(capabilities),
    )


@functools.cache
def _asked(tool: Path, env: tuple[tuple[str, str], ...]) -> Gpu | None:
    """Ask the tool.

    It reads nothing of a stranger's and is not isolated: a machine's first use of the driver makes its device
    files by a setuid program, which a user namespace would disarm.
    """
    limits = Limits(wall_s=LONGEST_S, network=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            finished = run(facts_argv(tool), cwd=Path(folder), limits=limits, env=dict(env))
    except (MediaError, OSError) as error:
        logger.warning("%s does not say which GPU this machine has: %s", tool, error)
        return None
    return parse_gpu(finished.log_tail) if finished.returncode == 0 else None


def _each(words: tuple[str, ...]) -> str:
    """Return the different ones of some words as one."""
    return " + ".join(sorted(set(words)))
