"""The store, Blender and ffmpeg that this machine is set up with."""

import os
import socket
from dataclasses import replace
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

from blocks.settings import absolute, read_settings
from blocks.sources import open_access
from blocks.stores import fit_for_results, open_store
from media.blender import Blender, installed_blender, packaged_blender
from media.encoder import Ffmpeg, find_ffmpeg
from media.gpu import Gpu, find_gpu, find_tool
from media.kernel_cache import LARGEST, VARIABLES, KernelCache, variables
from media.processors import processors
from media.tools import Tools

PASSED_ON = (
    "CUDA_CACHE_MAXSIZE",
    "CUDA_CACHE_PATH",
    "CUDA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "LD_LIBRARY_PATH",
    "NVIDIA_DRIVER_CAPABILITIES",
    "NVIDIA_VISIBLE_DEVICES",
    "ONEAPI_DEVICE_SELECTOR",
    "OPTIX_CACHE_MAXSIZE",
    "OPTIX_CACHE_PATH",
    "ROCR_VISIBLE_DEVICES",
    "ZE_AFFINITY_MASK",
)
"""What a child may need to find this machine's GPU; everything else stays with us."""


def open_tools() -> Tools:
    """Return the store, Blender and ffmpeg that this machine is set up with."""
    settings = read_settings()
    said = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    env = LARGEST | variables(_kernels_home() / "unnamed") | said
    blender = replace(_blender(settings.blender, env), host=settings.host and absolute(settings.host))
    kernels = None if said.keys() & VARIABLES.values() else _kernels(blender)
    return Tools(
        store=fit_for_results(open_store()),
        blender=replace(blender, env={**env, **kernels.env}) if kernels else blender,
        ffmpeg=Ffmpeg(absolute(settings.ffmpeg), env) if settings.ffmpeg else find_ffmpeg(env),
        machine=socket.gethostname(),
        access=open_access(),
        kernels=kernels,
        nvidia_smi=nvidia_smi(),
        processors=processors(_said_by_whoever_rents()),
    )


def _said_by_whoever_rents() -> int | None:
    """Return how many processors RunPod says that its container has; a quota, where there is one, counts."""
    said = os.environ.get("RUNPOD_CPU_COUNT", "")
    return int(said) if said.isdigit() and int(said) else None


def _blender(executable: Path | None, env: dict[str, str]) -> Blender:
    if executable is None:
        return packaged_blender(env)
    return replace(_asked_for_its_version(absolute(executable)), env=env)


@cache
def _asked_for_its_version(executable: Path) -> Blender:
    """Start an executable once in a process, not once in a task."""
    return installed_blender(executable, {})


def this_gpu() -> Gpu | None:
    """Return this machine's GPU, if its driver tells; it is asked once in a process."""
    said = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return find_gpu(nvidia_smi(), said)


def nvidia_smi() -> Path | None:
    """Return what tells of this machine's GPU, if it is there."""
    return find_tool(os.environ.get("PATH", os.defpath))


def _kernels(blender: Blender) -> KernelCache | None:
    """Return the compiled kernels of this machine's GPU, if its name can be had."""
    gpu = this_gpu()
    return KernelCache.of(gpu, blender, _kernels_home()) if gpu else None


def _kernels_home() -> Path:
    """Return where GPU drivers keep compiled kernels: not in a child's home, which goes away with it."""
    return user_cache_path("rendermill") / "kernels"
