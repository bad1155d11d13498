"""Proof of rendering: what one renderer process says that it did, beside what was seen of the GPU meanwhile.

A proof lies beside the frames, as `renders/<digest>/proof-000001-000024-<short id>.json`. It names no frame's
bytes and nothing depends on it: frames are what they are without one.
"""

import logging
import re
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from media.blender_events import Device, Kernels, Warmth
from media.frame_list import as_text
from media.gpu_use import GpuUse
from media.store import Missing, ObjectStore
from media.store.keys import folder_of, key_for

logger = logging.getLogger(__name__)

NAME = re.compile(r"proof-(\d{6})-(\d{6})-[0-9a-f]{8}\.json")
READERS = 8
CYCLES = "CYCLES"
"""The devices are those of Cycles alone; other engines draw by OpenGL, on whatever that runs."""


class Proof(BaseModel):
    """What one renderer did: at most one chunk of a job."""

    model_config = ConfigDict(frozen=True)

    version: Literal[1] = Field(default=1, description="Version of this form.")
    frames: tuple[int, ...] = Field(min_length=1, description="The frames that it rendered and committed.")
    machine: str = ""
    require_gpu: bool = False
    asked: tuple[str, ...] = Field(default=(), description="Device types, the most wanted first.")
    found: tuple[Device, ...] = Field(default=(), description="The devices that Blender found.")
    devices: tuple[Device, ...] = Field(
        min_length=1,
        description="What rendered, as the renderer said of each frame; more than one if it changed.",
    )
    driver: str = Field(default="", description="Version of the GPU's driver, if one was seen.")
    blender: str = ""
    build: str = Field(default="", description="Hash of the sources that Blender was built from.")
    engine: str = ""
    samples: int = Field(default=0, description="Samples a pixel, as the scene was set.")
    samples_done: int = Field(default=0, description="The most that a frame got.")
    denoiser: str = Field(default="", description="Its name; empty if nothing was denoised.")
    denoise_on_gpu: bool = False
    warmth: Warmth = "cold"
    start_s: float = Field(
        default=0.0, description="From asking for a renderer to its first word, in seconds."
    )
    load_s: float = Field(default=0.0, description="Seconds to load the scene and set it up.")
    kernels_s: float | None = Field(default=None, description="Seconds to load or compile kernels, if known.")
    kernels: Kernels = Field(default="", description="What of them a GPU had before; empty on a CPU.")
    frame_s: float = Field(description="Seconds a frame, the median.")
    longest_frame_s: float
    peak_memory_bytes: int = Field(description="Of the renderer's process; a GPU's is with its use.")
    gpus: tuple[GpuUse, ...] = Field(default=(), description="How busy each GPU was while frames rendered.")
    gpu_note: str = Field(default="", description="Why there are no samples, or only some.")
    fallback: str = Field(default="", description="How what rendered is less than what was asked for.")
    warnings: tuple[str, ...] = Field(default=(), description="The fallback, and whatever else is amiss.")
    failure: str = Field(
        default="", description="Why the renderer did no more than these frames, if it failed."
    )

    @model_validator(mode="after")
    def _no_cpu_where_a_gpu_is_required(self) -> Self:
        if self.require_gpu and any(device.type == "CPU" for device in self.devices):
            raise ValueError("expected frames by a GPU, which is required, found frames by a CPU")
        return self

    @property
    def by(self) -> str:
        """What rendered, as people read it."""
        if self.engine not in {"", CYCLES}:
            return f"OpenGL, as {self.engine} does"
        return " and ".join(f"{device.name} ({device.type})" for device in self.devices)

    @property
    def sentence(self) -> str:
        """What happened, in a line of a log."""
        parts = [f"frames {as_text(self.frames)} by {self.by}, {self.frame_s:.2f} s a frame"]
        parts.append(f"scene loaded in {self.load_s:.1f} s")
        if self.kernels_s is not None:
            parts.append(
                f"kernels loaded in {self.kernels_s:.1f} s{f' ({self.kernels})' if self.kernels else ''}"
            )
        parts += [f"GPU {use}" for use in self.gpus] or [f"GPU {self.gpu_note}"]
        return ", ".join(parts)


def store_proof(proof: Proof, render: str, short_id: str, store: ObjectStore) -> str:
    """Put a proof beside the frames of a render and return its key."""
    first, last = min(proof.frames), max(proof.frames)
    key = key_for("renders", render, f"proof-{first:06d}-{last:06d}-{short_id}.json")
    store.put(key, proof.model_dump_json().encode())
    return key


def find_proofs(render: str, numbers: Iterable[int], store: ObjectStore) -> tuple[Proof, ...]:
    """Return the proofs that speak of these frames of a render, in their order; unreadable ones not."""
    wanted = set(numbers)
    keys = []
    for stat in store.list(folder_of("renders", render) + "proof-"):
        named = NAME.fullmatch(stat.key.rpartition("/")[2])
        if named and not wanted.isdisjoint(range(int(named[1]), int(named[2]) + 1)):
            keys.append(stat.key)
    with ThreadPoolExecutor(READERS, thread_name_prefix="proofs") as several:
        proofs = [proof for proof in several.map(lambda key: _read(key, store), keys) if proof]
    return tuple(sorted((one for one in proofs if not wanted.isdisjoint(one.frames)), key=_place))


def warnings_of(proofs: Iterable[Proof], numbers: Sequence[int], said: Sequence[str] = ()) -> tuple[str, ...]:
    """Return what proofs warn of, each sentence once, with the frames that it is about unless it is all.

    Args:
        proofs: Of renderers that rendered some of the frames.
        numbers: The frames.
        said: Sentences that need not be said again.
    """
    about: dict[str, set[int]] = defaultdict(set)
    for proof in proofs:
        for warning in proof.warnings:
            about[warning] |= set(proof.frames) & set(numbers)
    return tuple(
        warning if frames == set(numbers) else f"frames {as_text(sorted(frames))}: {warning}"
        for warning, frames in about.items()
        if frames and not any(warning in sentence for sentence in said)
    )


def median_and_longest(seconds: Sequence[float]) -> tuple[float, float]:
    """Return the median and the longest of some frames' seconds."""
    return round(statistics.median(seconds), 3), round(max(seconds), 3)


def _place(proof: Proof) -> tuple[int, int]:
    return min(proof.frames), max(proof.frames)


def _read(key: str, store: ObjectStore) -> Proof | None:
    try:
        return Proof.model_validate_json(store.get(key))
    except (Missing, ValidationError) as error:
        logger.warning("%s: expected a proof of rendering, found none: %s", key, str(error)[:200])
        return None
