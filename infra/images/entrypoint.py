"""First process of a container: look at the machine, then become what was asked for.

It ends by `exec`, so that Prefect's supervisor is the process that the engine sends its signals to. It
imports little, and says what is wrong where a run could only crash.

Kernels that a GPU compiled once lie in `kernel-caches/optix` and `kernel-caches/cuda` of a volume; they are
copied to the machine's own disk, since their databases do not work over a network.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from media.code_version import code_version
from media.machine import machine_line, memory_bytes
from media.processors import processors

ROOT = Path(__file__).resolve().parents[2]
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


def gpus() -> str:
    """Return what nvidia-smi says of each GPU; nothing where there is none."""
    try:
        asked = subprocess.run(ASK_NVIDIA, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return "; ".join(line.strip() for line in asked.stdout.splitlines() if line.strip())


def encoder(environment: Mapping[str, str]) -> tuple[str, str]:
    """Return what encodes H.264 here, found by trying, and why that; whatever goes wrong is the reason."""
    try:
        from media.encoder import Ffmpeg, choose_encoder, find_ffmpeg, probe_nvenc  # noqa: PLC0415 - a second

        said = environment.get("RENDERMILL_FFMPEG", "")
        ffmpeg = Ffmpeg(Path(said), environment) if said else find_ffmpeg(environment)
        with tempfile.TemporaryDirectory() as folder:
            choice = choose_encoder(probe_nvenc(ffmpeg, Path(folder)), 1920, 1080)
    except Exception as error:  # noqa: BLE001 - a line of the log is not worth a container
        return "unknown", str(error)[:200] or type(error).__name__
    return choice.encoder, choice.reason


def facts(environment: Mapping[str, str]) -> Iterator[str]:
    """Say what a person asks first when a run is slow or fails."""
    rented = environment.get("RUNPOD_CPU_COUNT", "")
    count = processors(int(rented) if rented.isdigit() else None)
    yield machine_line(count, memory_bytes(), gpus(), *encoder(environment))
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
    sys.stderr.write(f"{', '.join([*facts(environment), *restored])}\n")
    sys.stderr.flush()
    try:
        command = beside_a_host(argv, environment)
        os.execvp(command[0], list(command))  # noqa: S606 - it becomes the command, whatever that is
    except OSError as error:
        sys.exit(f"{argv[0]}: expected a command that can be run, found none ({error.strerror})")


if __name__ == "__main__":
    main(sys.argv[1:], os.environ)
