"""A picture whose samples are divided: the missing parts, their mean, and what comes after the last sample.

Parts are rendered here one after the other, unless other runs have done so before (tasks/samples.py).
"""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from media.asset import Asset, fetch_asset
from media.blender import next_event, start_script
from media.blender_events import Device, Event, FrameWritten, SampleProgress
from media.errors import ToolFailed
from media.frame_display import is_beside, written_beside
from media.frame_feed import FrameFeed
from media.frame_gate import inspect_frame
from media.frames import Frame, commit, find_frame
from media.order import Report
from media.process import check
from media.proof import find_proofs, store_proof
from media.shot.light import Mean, read_light
from media.shot.plan import ShotPlan
from media.shot.samples import SubsetPlan, parts_of, render_samples
from media.shot.script import script_job
from media.store import ObjectStore
from media.store.keys import frame_name
from media.store.protocol import Damaged
from media.tools import Tools
from media.workspace import workspace

logger = logging.getLogger(__name__)


def render_divided(plan: ShotPlan, tools: Tools, feed: FrameFeed, report: Report) -> tuple[Frame, ...]:
    """Find or make the one picture of a plan whose samples are divided.

    Raises:
        BadInput, OutOfResources, ToolFailed: It cannot be made here; the sentence says why.
    """
    (number,) = plan.numbers
    frame = find_frame(number, plan, tools.store)
    if frame is None:
        try:
            frame = _made(plan, tools, report)
        except Damaged as problem:  # it was withdrawn, so it is rendered again
            logger.warning("%s", problem)
            frame = _made(plan, tools, report)
    feed.committed(number)
    report(frame)
    return (frame,)


def _made(plan: ShotPlan, tools: Tools, report: Report) -> Frame:
    """Find or render all parts, and make the picture of them."""
    parts = parts_of(plan)
    rendered = [render_samples(part, tools, _progress_of(part, report)) for part in parts]
    return _finished(plan, parts, rendered, tools)


def _progress_of(part: SubsetPlan, report: Report) -> Report:
    """Return what tells of a part's samples as of the picture's; that a part is done makes no picture."""

    def told(event: Event | Frame) -> None:
        if isinstance(event, SampleProgress):
            sample = part.subset.first + min(event.sample, part.subset.count)
            report(event.model_copy(update={"sample": sample, "samples": part.subset.total}))
        elif not isinstance(event, Frame):
            report(event)

    return told


def _finished(plan: ShotPlan, parts: Sequence[SubsetPlan], rendered: Sequence[Frame], tools: Tools) -> Frame:
    """Make the picture of its parts and commit it, with what all of them took."""
    with workspace() as folder:
        paths = _mean(parts, rendered, tools.store, folder)
        written = _written(plan, paths, tools, folder)
        if is_beside(plan):
            inspect_frame(written_beside(written.path), plan.shown_spec)
        facts = inspect_frame(written.path, plan.spec)
        for part in parts:  # what proves the parts proves the picture
            for proof in find_proofs(part.render, part.numbers, tools.store):
                store_proof(proof, plan.render, part.render[:8], tools.store)
        return commit(_of_all(written, rendered), facts, plan, tools.store)


def _of_all(written: FrameWritten, rendered: Sequence[Frame]) -> FrameWritten:
    """Return what was written with what rendered it, which its finishing knows nothing of."""
    fallbacks = dict.fromkeys(frame.fallback for frame in rendered if frame.fallback)
    return written.model_copy(
        update={
            "seconds": written.seconds + sum(frame.seconds for frame in rendered),
            "peak_memory_bytes": max(
                written.peak_memory_bytes, *(frame.peak_memory_bytes for frame in rendered)
            ),
            "device": _devices(rendered),
            "fallback": "some samples" if fallbacks else "",
            "fallback_reason": "; ".join(fallbacks),
            "kernels": rendered[0].kernels,
        }
    )


def _mean(
    parts: Sequence[SubsetPlan], rendered: Sequence[Frame], store: ObjectStore, folder: Path
) -> dict[str, Path]:
    """Write the mean of all parts into a folder.

    Raises:
        Damaged: A part is not what was stored; it was withdrawn.
    """
    mean, path = Mean(), folder / "part.exr"
    for part, frame in zip(parts, rendered, strict=True):
        fetch_asset(_asset(frame, store), store, path)
        mean.add(read_light(path, part.whole.spec, guides=part.guides), part.subset.count)
        path.unlink()
    return mean.write(folder)


def _written(plan: ShotPlan, paths: dict[str, Path], tools: Tools, folder: Path) -> FrameWritten:
    """Have Blender denoise the mean and write it as the shot's settings say."""
    blender = tools.blender if plan.job.trusted else tools.blender.confined
    job: dict[str, Any] = {
        **script_job(plan, tools, folder),
        "do": "finish_split",
        "device": {"order": ["CPU"]},
        "light": str(paths["light"]),
    }
    if guides := {name: str(path) for name, path in paths.items() if name != "light"}:
        job["guides"] = guides
    path = folder / frame_name(plan.numbers[0], f".part{plan.frame_suffix}")
    command = {"frame": plan.numbers[0], "path": str(path)}
    written: FrameWritten | None = None
    with start_script(blender, job, folder) as script:
        script.send(json.dumps(command).encode() + b"\n")
        script.close_stdin()
        while event := next_event(script):
            if isinstance(event, FrameWritten):
                event.expect(plan.numbers[0], path)
                written = event
        check(script.wait(), "Blender")
    if written is None:
        raise ToolFailed(f"Blender ended before it had finished frame {plan.numbers[0]}")
    return written


def _devices(rendered: Sequence[Frame]) -> Device:
    """Return what rendered all parts; several if they had several."""
    names = dict.fromkeys(frame.device.name for frame in rendered)
    types = dict.fromkeys(frame.device.type for frame in rendered)
    return Device(type=" + ".join(types), name=" + ".join(names))


def _asset(frame: Frame, store: ObjectStore) -> Asset:
    return Asset(
        uri=store.uri(frame.key),
        sha256=frame.sha256,
        size=frame.size,
        media_type="image/x-exr",
        key=frame.key,
    )
