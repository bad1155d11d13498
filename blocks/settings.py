"""The one place where the environment is read."""

import os
import socket
from dataclasses import replace
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path, user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from media.blender import Blender, installed_blender, packaged_blender
from media.encoder import Ffmpeg, find_ffmpeg
from media.store import FolderStore
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


class Settings(BaseSettings):
    """What can be said about this machine, each as `RENDERMILL_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="RENDERMILL_", frozen=True)

    store: Path = Field(
        default_factory=lambda: user_data_path("rendermill") / "store",
        description="Folder that holds sources, intermediates and results.",
    )
    blender: Path | None = Field(
        default=None, description="Blender executable; if unset, the Blender of the bpy wheel renders."
    )
    ffmpeg: Path | None = Field(
        default=None, description="ffmpeg executable; if unset, the one on PATH, or else the packaged one."
    )


def open_tools() -> Tools:
    """Return the store, Blender and ffmpeg that this machine is set up with."""
    settings = Settings()
    env = _kernel_caches() | {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return Tools(
        store=FolderStore(_absolute(settings.store)),
        blender=_blender(settings.blender, env),
        ffmpeg=Ffmpeg(_absolute(settings.ffmpeg), env) if settings.ffmpeg else find_ffmpeg(env),
        machine=socket.gethostname(),
    )


def _blender(executable: Path | None, env: dict[str, str]) -> Blender:
    if executable is None:
        return packaged_blender(env)
    path = _absolute(executable)
    return replace(_asked_for_its_version(path), env=env)


@cache
def _asked_for_its_version(executable: Path) -> Blender:
    """Start an executable once in a process, not once in a task."""
    return installed_blender(executable, {})


def _kernel_caches() -> dict[str, str]:
    """Return where GPU drivers keep compiled kernels: not in a child's home, which goes away with it."""
    home = user_cache_path("rendermill") / "kernels"
    return {"CUDA_CACHE_PATH": str(home / "cuda"), "OPTIX_CACHE_PATH": str(home / "optix")}


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()
