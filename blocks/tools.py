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
from media.gpu_watch import find_nvidia_smi
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
    env = _kernel_caches() | {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return Tools(
        store=fit_for_results(open_store()),
        blender=replace(_blender(settings.blender, env), host=settings.host and absolute(settings.host)),
        ffmpeg=Ffmpeg(absolute(settings.ffmpeg), env) if settings.ffmpeg else find_ffmpeg(env),
        machine=socket.gethostname(),
        access=open_access(),
        nvidia_smi=absolute(settings.nvidia_smi)
        if settings.nvidia_smi
        else find_nvidia_smi(os.environ.get("PATH", os.defpath)),
    )


def _blender(executable: Path | None, env: dict[str, str]) -> Blender:
    if executable is None:
        return packaged_blender(env)
    return replace(_asked_for_its_version(absolute(executable)), env=env)


@cache
def _asked_for_its_version(executable: Path) -> Blender:
    """Start an executable once in a process, not once in a task."""
    return installed_blender(executable, {})


def _kernel_caches() -> dict[str, str]:
    """Return where GPU drivers keep compiled kernels: not in a child's home, which goes away with it."""
    home = user_cache_path("rendermill") / "kernels"
    return {"CUDA_CACHE_PATH": str(home / "cuda"), "OPTIX_CACHE_PATH": str(home / "optix")}
