"""What a job works with on this machine."""

from dataclasses import dataclass, field
from pathlib import Path

from media.access import Access
from media.blender import Blender
from media.encoder import Ffmpeg
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
        nvidia_smi: What tells how busy an NVIDIA GPU is, if there is one.
    """

    store: ObjectStore
    blender: Blender
    ffmpeg: Ffmpeg
    machine: str = field(default="")
    access: Access = field(default_factory=Access)
    nvidia_smi: Path | None = None
