"""First process of a container: look at the machine, then become what was asked for.

It ends by `exec`, so that Prefect's supervisor is the process that the engine sends its signals to. It
imports nothing heavy, and says what is wrong where a run could only crash.

Kernels that a GPU compiled once lie in `kernel-caches/optix` and `kernel-caches/cuda` of a volume; they are
copied to the machine's own disk, since their databases do not work over a network.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from media.code_version import code_version

ROOT = Path(__file__).resolve().parents[2]
GIB = 1 << 30
CACHES = {"optix": "OPTIX_CACHE_PATH", "cuda": "CUDA_CACHE_PATH"}
ASK_NVIDIA = ("nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader")
PATIENCE_S = 20


def volume_of(environment: Mapping[str, str]) -> Path | None:
    """Return the volume that was announced, or None if none was; exits if it is not there."""
    announced = environment.get("RENDERMILL_VOLUME", "")
    if not announced:
        return None
    volume = Path(announced)
    if not volume.is_dir() or not os.access(volume, os.R_OK | os.X_OK):
        found = "nothing of that name" if not volume.exists() else "what this user cannot read as a folder"
        sys.exit(
            f"RENDERMILL_VOLUME: expected a mounted folder at {volume}, found {found}; "
            "mount the volume there, or leave the variable out"
        )
    return volume


def restore_kernels(volume: Path, environment: Mapping[str, str]) -> list[str]:
    """Copy kernels from the volume to this disk; returns what came of each kind that the volume has.

    Without them the GPU's driver compiles again, so whatever fails is said and costs only that time.
    """
    said = []
    for kind, variable in CACHES.items():
        kept, here = volume / "kernel-caches" / kind, environment.get(variable, "")
        if not here or not kept.is_dir():
            continue
        try:
            shutil.copytree(kept, here, dirs_exist_ok=True)
            said.append(f"{kind} kernels restored")
        except (OSError, shutil.Error) as error:
            shutil.rmtree(here, ignore_errors=True)  # half of a database is worse than none
            said.append(f"{kind} kernels not restored ({str(error)[:120]})")
    return said


def processors(cgroup: Path = Path("/sys/fs/cgroup/cpu.max")) -> float:
    """Return how many processors this container may keep busy."""
    all_of_them = float(len(os.sched_getaffinity(0)))
    with contextlib.suppress(OSError, ValueError):
        quota, period = cgroup.read_text().split()
        return min(all_of_them, int(quota) / int(period))
    return all_of_them


def memory_gib(proc: Path = Path("/proc/meminfo"), cgroup: Path = Path("/sys/fs/cgroup/memory.max")) -> float:
    """Return the memory that this container may use, in GiB."""
    pages = [int(line.split()[1]) for line in proc.read_text().splitlines() if line.startswith("MemTotal:")]
    total = pages[0] * 1024
    with contextlib.suppress(OSError, ValueError):
        total = min(total, int(cgroup.read_text()))
    return total / GIB


def gpus() -> str:
    """Return what nvidia-smi says of each GPU, or that there is none."""
    try:
        asked = subprocess.run(ASK_NVIDIA, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return "no NVIDIA GPU"
    return "; ".join(line.strip() for line in asked.stdout.splitlines() if line.strip()) or "no NVIDIA GPU"


def facts() -> Iterator[str]:
    """Say what a person asks first when a run is slow or fails."""
    yield f"{processors():g} vCPU"
    yield f"{memory_gib():.1f} GiB RAM"
    yield gpus()
    yield code_version(ROOT)


def beside_a_host(argv: Sequence[str], environment: Mapping[str, str]) -> Sequence[str]:
    """Return the command, with a renderer host started before it where one is wanted."""
    if not environment.get("RENDERMILL_HOST"):
        return argv
    return [sys.executable, "-m", "infra.renderer_host", "--", *argv]


def main(argv: Sequence[str], environment: Mapping[str, str]) -> None:
    """Look around, say it in one line, and become `argv`; exits with a sentence if that cannot be."""
    if not argv:
        sys.exit("entrypoint: expected a command to run, found none; try: prefect version")
    volume = volume_of(environment)
    restored = restore_kernels(volume, environment) if volume else []
    sys.stderr.write(f"machine: {', '.join([*facts(), *restored])}\n")
    sys.stderr.flush()
    try:
        command = beside_a_host(argv, environment)
        os.execvp(command[0], list(command))  # noqa: S606 - it becomes the command, whatever that is
    except OSError as error:
        sys.exit(f"{argv[0]}: expected a command that can be run, found none ({error.strerror})")


if __name__ == "__main__":
    main(sys.argv[1:], os.environ)
