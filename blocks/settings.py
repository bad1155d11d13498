"""The one place where the environment is read."""

import os
import socket
from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from media.blender import installed_blender, packaged_blender
from media.encoder import Ffmpeg, find_ffmpeg
from media.store import FolderStore
from media.tools import Tools

PASSED_ON = (
    "CUDA_CACHE_MAXSIZE",
    "CUDA_CACHE_PATH",
    "CUDA_VISIBLE_DEVICES",
    "LD_LIBRARY_PATH",
    "NVIDIA_DRIVER_CAPABILITIES",
    "NVIDIA_VISIBLE_DEVICES",
    "OPTIX_CACHE_MAXSIZE",
    "OPTIX_CACHE_PATH",
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
    env = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return Tools(
        store=FolderStore(settings.store.expanduser().absolute()),
        blender=installed_blender(settings.blender, env) if settings.blender else packaged_blender(env),
        ffmpeg=Ffmpeg(settings.ffmpeg, env) if settings.ffmpeg else find_ffmpeg(env),
        machine=socket.gethostname(),
    )
