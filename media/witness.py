"""Listens to a renderer, looks at the GPU meanwhile, and puts what it knows beside the frames as a proof."""

import logging
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from media.blender_events import (
    Device,
    Event,
    FrameStarted,
    FrameWritten,
    SampleProgress,
    SceneLoaded,
    Started,
)
from media.device_claim import CPU, DeviceClaim, fallback_of, warnings_about
from media.errors import MediaError
from media.frame_list import as_text
from media.frame_plan import FramePlan
from media.frames import Frame
from media.gpu_use import use_of
from media.gpu_watch import GpuSample, GpuWatch, watching
from media.proof import CYCLES, Proof, median_and_longest, store_proof
from media.tools import Tools
from media.workspace import workspace

logger = logging.getLogger(__name__)

SILENCE_S = 5.0
"""So long before the last frame samples may end without a word about it."""
DRIVER = Path("/proc/driver/nvidia/version")
LONGEST_FAILURE = 300


@dataclass
class Witness:
    """What a renderer said, with the times at which it was heard, in monotonic seconds."""

    claim: DeviceClaim
    machine: str = ""
    asked_at: float = field(default_factory=time.monotonic)
    started: Started | None = None
    started_at: float | None = None
    loaded: SceneLoaded | None = None
    rendering_since: float | None = None
    """When the first frame began; its first sample, once that is there: kernels are loaded before it."""
    sampling: bool = False
    last_written_at: float = 0.0
    written: list[FrameWritten] = field(default_factory=list)
    committed: list[Frame] = field(default_factory=list)

    def hear(self, event: Event) -> None:
        """Take note of what the renderer says."""
        now = time.monotonic()
        match event:
            case Started():
                self.started, self.started_at = event, now
            case SceneLoaded():
                self.loaded = event
            case FrameStarted():
                self.rendering_since = self.rendering_since or now
            case SampleProgress() if not self.sampling:
                self.sampling, self.rendering_since = True, now
            case FrameWritten():
                self.written.append(event)
                self.last_written_at = now
                self.rendering_since = self.rendering_since or now - event.seconds
            case _:
                pass

    def take(self, frame: Frame) -> None:
        """Take note of a committed frame; one that another had committed first proves nothing of ours."""
        if not frame.found:
            self.committed.append(frame)


@contextmanager
def witnessed(plan: FramePlan, tools: Tools, claim: DeviceClaim) -> Iterator[Witness]:
    """Provide a witness of a renderer's life; whatever ends it, a proof of committed frames is stored."""
    witness = Witness(claim, tools.machine)
    watch, failure = GpuWatch(), ""
    try:
        with workspace() as folder, watching(tools.nvidia_smi, folder, tools.blender.env) as watch:
            yield witness
    except BaseException as error:
        failure = f"{type(error).__name__}: {error}"[:LONGEST_FAILURE]
        raise
    finally:
        if witness.committed:
            _store(proof_of(witness, watch, failure), plan, tools)


def proof_of(witness: Witness, watch: GpuWatch, failure: str = "") -> Proof:
    """Return the proof of what was heard and seen; at least one frame must be committed."""
    started, loaded, written = witness.started, witness.loaded, witness.written
    begin, end = witness.rendering_since or witness.asked_at, witness.last_written_at
    gpus = use_of(watch.samples, begin, end)
    devices = _distinct(frame.device for frame in written)
    fallback = _fallback(witness, devices, watch.samples)
    denoiser, on_gpu = (loaded.denoiser, loaded.denoise_on_gpu) if loaded else ("", False)
    median, longest = median_and_longest([frame.seconds for frame in written])
    kernels_s = kernel_seconds(written)
    return Proof(
        frames=tuple(sorted(frame.number for frame in witness.committed)),
        machine=witness.machine,
        require_gpu=witness.claim.require_gpu,
        asked=witness.claim.order,
        found=tuple(started.found) if started else (),
        devices=devices,
        driver=_driver(watch.samples, devices),
        blender=started.blender if started else "",
        build=started.build if started else "",
        engine=loaded.engine if loaded else "",
        samples=loaded.samples if loaded else 0,
        samples_done=max(frame.samples for frame in written),
        denoiser=denoiser,
        denoise_on_gpu=on_gpu,
        warmth=written[0].warmth,
        start_s=round((witness.started_at or witness.asked_at) - witness.asked_at, 3),
        load_s=round(loaded.seconds, 3) if loaded else 0.0,
        kernels_s=kernels_s,
        kernels=written[0].kernels,
        frame_s=median,
        longest_frame_s=longest,
        peak_memory_bytes=max(frame.peak_memory_bytes for frame in written),
        gpus=gpus,
        gpu_note=gpu_note(watch, end, sampled=bool(gpus)),
        fallback=fallback,
        warnings=warnings_about(fallback, devices, gpus, denoise_on_cpu=bool(denoiser) and not on_gpu),
        failure=failure,
    )


def kernel_seconds(written: Sequence[FrameWritten]) -> float | None:
    """Return how long kernels were loaded or compiled, in seconds, or None if nobody can tell.

    Blender says so itself; where it does not, it is how much longer the first frame took to its first sample
    than the others did.
    """
    said = [frame.kernels_s for frame in written if frame.kernels_s is not None]
    if said:
        return round(sum(said), 3)
    waits = [frame.first_sample_s for frame in written if frame.first_sample_s is not None]
    return round(max(0.0, waits[0] - statistics.median(waits[1:])), 3) if len(waits) > 1 else None


def gpu_note(watch: GpuWatch, end: float, *, sampled: bool) -> str:
    """Return why nothing was sampled, or not to the end; nothing if all is there."""
    if not watch.samples:
        return f"not sampled: {watch.refusal}"
    if not sampled:
        return "not sampled: the frames rendered between two looks"
    silent = end - watch.samples[-1].at
    return f"nvidia-smi fell silent {silent:.0f} s before the last frame" if silent > SILENCE_S else ""


def _store(proof: Proof, plan: FramePlan, tools: Tools) -> None:
    """Store a proof and say in the log what it says; the frames are there without it."""
    logger.info("%s", proof.sentence)
    for warning in proof.warnings:
        logger.warning("frames %s: %s", as_text(proof.frames), warning)
    try:
        store_proof(proof, plan.render, uuid4().hex[:8], tools.store)
    except (MediaError, OSError) as error:
        logger.warning("the proof of rendering could not be stored: %s", error)


def _driver(samples: Sequence[GpuSample], devices: Sequence[Device]) -> str:
    """Return the GPU driver's version: nvidia-smi's word, or else the kernel module's."""
    if samples:
        return samples[0].driver
    if all(device.type == CPU for device in devices) or not DRIVER.is_file():
        return ""
    words = DRIVER.read_text(errors="replace").splitlines()[0].split()
    return next((word for word in words if word[:1].isdecimal() and "." in word), "")


def _fallback(witness: Witness, devices: Sequence[Device], samples: Sequence[GpuSample]) -> str:
    """Return how what rendered is less than what was asked for, in a sentence, or nothing."""
    given_up = dict.fromkeys(
        f"{one.fallback} ({one.fallback_reason})" for one in witness.written if one.fallback
    )
    if given_up:  # in the words of the frames' records
        return "; ".join(given_up)
    if witness.loaded and witness.loaded.engine not in {"", CYCLES}:
        return ""
    found = witness.started.found if witness.started else ()
    return fallback_of(witness.claim.order, found, devices, (sample.name for sample in samples))


def _distinct(devices: Iterator[Device]) -> tuple[Device, ...]:
    return tuple(dict.fromkeys(devices))
