"""The one place where the environment is read."""

import os
import socket
from dataclasses import replace
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path, user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from blocks.bucket import Bucket
from media.blender import Blender, installed_blender, packaged_blender
from media.encoder import Ffmpeg, find_ffmpeg
from media.errors import BadInput
from media.store import FolderStore, ObjectStore
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

    store: str = Field(
        default_factory=lambda: str(user_data_path("rendermill") / "store"),
        description="Where sources and results lie: a folder, s3://bucket/prefix, or block:NAME.",
    )
    s3_endpoint: str = Field(default="", description="Address of an S3 that is not Amazon's.")
    s3_region: str = Field(default="", description="Region of the bucket, if boto3 is not to look it up.")
    s3_path_style: bool | None = Field(
        default=None,
        description="Whether addresses have the bucket in their path; if unset, what most servers want.",
    )
    exports: Path = Field(
        default_factory=lambda: user_data_path("rendermill") / "exports",
        description="Folder below which a deployed export-job may write.",
    )
    blender: Path | None = Field(
        default=None, description="Blender executable; if unset, the Blender of the bpy wheel renders."
    )
    ffmpeg: Path | None = Field(
        default=None, description="ffmpeg executable; if unset, the one on PATH, or else the packaged one."
    )


def open_store() -> ObjectStore:
    """Return the store that this machine is set up with, with its connections kept for the next who asks.

    Raises:
        BadInput: RENDERMILL_STORE names none.
        Unavailable: It names a block, and Prefect's server does not answer.
    """
    settings = Settings()
    scheme, colon, name = settings.store.partition(":")
    if colon and scheme == "block":
        return _opened_block(name)
    if colon and name.startswith("//"):
        return bucket_of(settings).open()
    return FolderStore(_absolute(Path(settings.store)))


def open_tools() -> Tools:
    """Return the store, Blender and ffmpeg that this machine is set up with."""
    settings = Settings()
    env = _kernel_caches() | {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return Tools(
        store=_fit_for_results(open_store()),
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


def bucket_of(settings: Settings) -> Bucket:
    """Return the bucket that `settings` name as s3://bucket/prefix; its credentials boto3 finds by itself.

    Raises:
        BadInput: They name none.
    """
    scheme, _, place = settings.store.partition("://")
    name, _, prefix = place.partition("/")
    try:
        if scheme != "s3":
            raise BadInput(
                f"RENDERMILL_STORE: expected a folder, s3://bucket/prefix or block:NAME, found {scheme}://"
            )
        return Bucket(
            bucket=name,
            prefix=prefix.strip("/"),
            endpoint_url=settings.s3_endpoint,
            region=settings.s3_region,
            path_style=settings.s3_path_style,
        )
    except ValidationError as error:
        wrong = ", ".join(sorted({str(problem["loc"][0]) for problem in error.errors()}))
        raise BadInput(
            f"RENDERMILL_STORE, RENDERMILL_S3_*: expected s3://bucket/prefix and settings that fit, "
            f"found something else as {wrong}; credentials belong into boto3's own variables or a block"
        ) from None


@cache
def _opened_block(name: str) -> ObjectStore:
    from blocks.loading import load_block  # noqa: PLC0415 - Prefect takes long to import

    return load_block(name).open()


def _fit_for_results(store: ObjectStore) -> ObjectStore:
    """Return a store if of two who write an object once, the first wins in it."""
    if store.capabilities().conditional_put:
        return store
    raise BadInput(
        "RENDERMILL_STORE: expected a store that keeps the first of two writers' objects, as results need, "
        "found one without conditional put, which may hold sources only; name another store"
    )
