"""NVIDIA GPUs as their driver's own tool describes them: what is there, and how busy it is."""

import shutil
import statistics
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from media.errors import MediaError
from media.process import Child, Limits, run, start

PLACES = ("/usr/local/nvidia/bin", "/usr/lib/wsl/lib")
"""Where containers have the tool mounted without putting it on PATH."""
FACTS = "name,driver_version,memory.total,compute_cap"
LOAD = "utilization.gpu,memory.used"
FORMAT = "--format=csv,noheader,nounits"
INTERVAL_S = 0.2
LONGEST_S = 60.0
IDLE_PERCENT = 5


class Gpu(BaseModel):
    """One GPU, as nvidia-smi names it."""

    model_config = ConfigDict(frozen=True)

    name: str
    driver: str
    memory_mib: int
    compute_capability: str


class Utilisation(BaseModel):
    """How busy the GPUs were: the driver's own figure, itself a mean over up to a second."""

    model_config = ConfigDict(frozen=True)

    samples: int
    interval_s: float
    mean_percent: float
    max_percent: float
    idle_share: float = Field(description=f"Share of the samples of at most {IDLE_PERCENT} percent.")
    max_memory_mib: int


class Load(BaseModel):
    """One sample of one GPU."""

    model_config = ConfigDict(frozen=True)

    at: float = Field(description="Monotonic seconds.")
    percent: float
    memory_mib: int


def find_tool(path: str) -> Path | None:
    """Return nvidia-smi, looked for on `path` (folders joined by colons) and where containers have it."""
    found = shutil.which("nvidia-smi", path=":".join((path, *PLACES)))
    return Path(found) if found else None


def facts_argv(tool: Path) -> list[str]:
    """Return the command that names the GPUs, a line each."""
    return [str(tool), f"--query-gpu={FACTS}", FORMAT]


def load_argv(tool: Path) -> list[str]:
    """Return the command that prints the GPUs' load for ever; the shell turns it to our report channel."""
    watch = [str(tool), f"--query-gpu={LOAD}", FORMAT, f"--loop-ms={INTERVAL_S * 1000:.0f}"]
    return ["/bin/sh", "-c", 'exec "$@" >&3', "sh", *watch]


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


@contextmanager
def watching(tool: Path, folder: Path, env: Mapping[str, str]) -> Iterator[list[Load]]:
    """Sample the load while the block runs; the list that is handed out fills meanwhile."""
    loads: list[Load] = []
    with start(load_argv(tool), cwd=folder, limits=Limits(network=True), env=env) as child:
        reader = threading.Thread(target=_read, args=(child, loads), daemon=True)
        reader.start()
        try:
            yield loads
        finally:
            child.end()
            reader.join()


def _read(child: Child, loads: list[Load]) -> None:
    for line in child.reports():
        percent, _, memory = (cell.strip() for cell in line.partition(","))
        if percent.isdigit() and memory.isdigit():
            loads.append(Load(at=time.monotonic(), percent=float(percent), memory_mib=int(memory)))


def utilisation(loads: Sequence[Load], begin: float, end: float) -> Utilisation | None:
    """Sum up the samples between two monotonic times; None if there are none."""
    within = [load for load in loads if begin <= load.at <= end]
    if not within:
        return None
    percents = [load.percent for load in within]
    return Utilisation(
        samples=len(within),
        interval_s=INTERVAL_S,
        mean_percent=round(statistics.fmean(percents), 1),
        max_percent=max(percents),
        idle_share=round(sum(percent <= IDLE_PERCENT for percent in percents) / len(percents), 3),
        max_memory_mib=max(load.memory_mib for load in within),
    )
