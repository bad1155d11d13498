"""Compiled kernels by way of a store: what a first frame takes on a fresh machine, with them and without."""

import logging
import shutil
import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from infra.gpu.rendering import Scene, render
from media.blender import Blender
from media.blender_events import Device
from media.errors import ToolFailed
from media.gpu import Gpu
from media.kernel_cache import KernelCache
from media.store import ObjectStore

logger = logging.getLogger(__name__)

TIMES = 2
"""Frames a process renders: the first one waits for the kernels, the next one does not."""


class Carried(BaseModel):
    """What kernels from a store saved a fresh machine."""

    model_config = ConfigDict(frozen=True)

    device: Device = Field(description="What the renderer says rendered every one of the frames.")
    cold_s: float = Field(description="Seconds of a first frame with nothing compiled.")
    restored_s: float = Field(description="The same after the folder was emptied and filled from the store.")
    later_s: float = Field(description="Seconds of the frame after that.")
    archive_bytes: int
    publish_s: float = Field(description="Seconds to pack the kernels and put them into the store.")
    restore_s: float = Field(description="Seconds to fetch and unpack them.")


def carried(  # noqa: PLR0913, PLR0917 - what is measured, by what, and where
    kind: str, scene: Scene, blender: Blender, gpu: Gpu, store: ObjectStore, folder: Path
) -> Carried:
    """Render cold, publish, wipe, restore, and render again, each in a process of its own.

    Raises:
        MediaError: There is no such device, or it rendered nothing that decodes.
        ToolFailed: The driver kept nothing where it was told to, or it could not be carried.
    """
    kernels = KernelCache.of(gpu, blender, folder / "kernels")
    if (origin := kernels.ready(store)) != "cold":
        raise ToolFailed(f"kernels of {kernels.names}: expected none to begin with, found some ({origin})")
    ours = kernels.given_to(blender)
    cold = render(kind, scene, ours, folder / "cold", TIMES)
    began = time.monotonic()
    if not kernels.publish(store):
        raise ToolFailed(f"kernels of {kernels.names}: expected some in {kernels.folder}, found none to keep")
    published = time.monotonic()
    shutil.rmtree(kernels.folder)
    emptied = time.monotonic()
    if (origin := kernels.ready(store)) != "restored":
        raise ToolFailed(f"kernels of {kernels.names}: expected them from the store, found them {origin}")
    restored = time.monotonic()
    warm = render(kind, scene, ours, folder / "restored", TIMES)
    stat = store.stat(kernels.key)
    return Carried(
        device=warm.written[0].device,
        cold_s=round(cold.first_s, 3),
        restored_s=round(warm.first_s, 3),
        later_s=round(warm.later_s, 3),
        archive_bytes=stat.size if stat else 0,
        publish_s=round(published - began, 3),
        restore_s=round(restored - emptied, 3),
    )
