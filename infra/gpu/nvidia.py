"""NVIDIA GPUs as their driver's own tool describes them; `media/gpu_watch.py` asks it how busy they are."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from media.errors import MediaError
from media.process import Limits, run

FACTS = "name,driver_version,memory.total,compute_cap"
FORMAT = "--format=csv,noheader,nounits"
LONGEST_S = 60.0


class Gpu(BaseModel):
    """One GPU, as nvidia-smi names it."""

    model_config = ConfigDict(frozen=True)

    name: str
    driver: str
    memory_mib: int
    compute_capability: str


def facts_argv(tool: Path) -> list[str]:
    """Return the command that names the GPUs, a line each."""
    return [str(tool), f"--query-gpu={FACTS}", FORMAT]


def find_gpus(tool: Path, folder: Path, env: Mapping[str, str]) -> tuple[Gpu, ...]:
    """Return the GPUs that nvidia-smi names; none if it fails, as it does without a driver.

    It reads nothing of a stranger's and is not isolated: a machine's first use of the driver makes its device
    files by a setuid program, which a user namespace would disarm.
    """
    try:
        finished = run(facts_argv(tool), cwd=folder, limits=Limits(wall_s=LONGEST_S, network=True), env=env)
    except MediaError:
        return ()
    return parse_gpus(finished.log_tail) if finished.returncode == 0 else ()


def parse_gpus(printed: str) -> tuple[Gpu, ...]:
    """Return the GPUs that nvidia-smi printed, skipping lines that are none."""
    rows = [[cell.strip() for cell in line.split(",")] for line in printed.splitlines()]
    return tuple(
        Gpu(name=row[0], driver=row[1], memory_mib=int(row[2]), compute_capability=row[3])
        for row in rows
        if len(row) == len(FACTS.split(",")) and row[2].isdigit()
    )
