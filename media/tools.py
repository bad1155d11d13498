"""What a job works with on this machine."""

from dataclasses import dataclass, field
from pathlib import Path

from media.access import Access
from media.blender import Blender
from media.encoder import Ffmpeg
from media.kernel_cache import KernelCache
from media.store import ObjectStore


@dataclass(frozen=True)
class Tools:
    """A store, a Blender and an ffmpeg.

    Attributes:
        store: Where sources, intermediates and results lie.
        blender: What renders.
        ffmpeg: What encodes.
        machine: This machine's name, for records.
        access: What jobs may name as their source.
        kernels: What this machine's GPU has compiled for this Blender, if it has one that tells its name.
        processors: How many processors a job may keep busy, if that is said; else it finds out.
        nvidia_smi: What tells how busy an NVIDIA GPU is, if it is there.
    """

    store: ObjectStore
    blender: Blender
    ffmpeg: Ffmpeg
    machine: str = field(default="")
    access: Access = field(default_factory=Access)
    kernels: KernelCache | None = None
    processors: int | None = None
    nvidia_smi: Path | None = None
