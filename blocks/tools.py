"""The store, Blender and ffmpeg that this machine is set up with."""

import os
import socket
from dataclasses import replace
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

from blocks.settings import Settings, absolute, read_settings
from blocks.sources import open_access
from blocks.stores import fit_for_results, open_store
from media.blender import Blender, installed_blender, packaged_blender
from media.encoder import Ffmpeg, choose_encoder, find_ffmpeg, probe_nvenc
from media.gpu import Gpu, encoder_uuid, find_gpu, find_tool
from media.kernel_cache import LARGEST, VARIABLES, KernelCache, variables
from media.machine import machine_line, memory_bytes
from media.nvenc_sessions import NvencSessions
from media.processors import processors
from media.tools import Tools
from media.workspace import workspace

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
    said = _passed_on()
    env = LARGEST | variables(_kernels_home() / "unnamed") | said
    blender = replace(_blender(settings.blender, env), host=settings.host and absolute(settings.host))
    kernels = None if said.keys() & VARIABLES.values() else _kernels(blender)
    return Tools(
        store=fit_for_results(open_store()),
        blender=replace(blender, env={**env, **kernels.env}) if kernels else blender,
        ffmpeg=_ffmpeg(settings, env),
        machine=socket.gethostname(),
        access=open_access(),
        kernels=kernels,
        nvidia_smi=nvidia_smi(),
        processors=processors(said_processors()),
    )


def _ffmpeg(settings: Settings, env: dict[str, str]) -> Ffmpeg:
    """Return this machine's ffmpeg; all that this user starts share the sessions of the GPU's encoder."""
    found = Ffmpeg(absolute(settings.ffmpeg), env) if settings.ffmpeg else find_ffmpeg(env)
    folder = user_cache_path("rendermill") / "nvenc-sessions"
    return replace(found, sessions=NvencSessions(folder, settings.nvenc_sessions, gpu=_encoding_gpu))


def _encoding_gpu() -> str:
    tool = nvidia_smi()
    return encoder_uuid(tool, _passed_on()) if tool else ""


def _passed_on() -> dict[str, str]:
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


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
    said = _passed_on()
    return find_gpu(nvidia_smi(), said)


def said_processors() -> int | None:
    """Return how many processors RunPod says that this container has; a quota says more, if there is one."""
    said = os.environ.get("RUNPOD_CPU_COUNT", "")
    return int(said) if said.isdigit() and int(said) else None


@cache
def first_line() -> str:
    """Return what a log says first: what this machine has and what encodes on it, tried once a process."""
    settings, env = read_settings(), _passed_on()
    with workspace() as folder:
        choice = choose_encoder(probe_nvenc(_ffmpeg(settings, env), folder), 1920, 1080)
    gpu = this_gpu()
    count = processors(said_processors())
    return machine_line(count, memory_bytes(), str(gpu) if gpu else "", choice.encoder, choice.reason)


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
