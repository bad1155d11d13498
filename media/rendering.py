"""The conversation with the renderer: which frame next, what came of it, into the store with it.

One frame may be on its way into the store while the next renders, so a machine that vanishes costs at most
two. The renderer is told of a frame only when that holds.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from media.anew import fetch_scene
from media.blender import Blender, Script, Ticket, next_event, start_script
from media.blender_events import Event, FrameWritten, Kernels, KernelsReady
from media.device_claim import DEVICE_ORDER, DeviceClaim
from media.errors import ToolFailed
from media.frame_display import written_beside
from media.frame_feed import FrameFeed
from media.frame_gate import FrameFacts, FrameSpec, inspect_frame
from media.frame_plan import FramePlan
from media.frames import Frame, commit, committed_frames, find_frame
from media.plan import Plan, camera_of, settings_of
from media.process import check
from media.scene import Scene
from media.store import ObjectStore
from media.store.keys import frame_name
from media.tools import Tools
from media.witness import Witness, witnessed
from media.workspace import workspace

logger = logging.getLogger(__name__)

COMPILED = ("OPTIX", "CUDA")
"""Devices whose driver compiles what media/kernel_cache.py keeps."""


Report = Callable[[Event | Frame], None]


@dataclass(frozen=True)
class Order:
    """Frames to render, and all that a renderer has to know of them.

    Attributes:
        plan: Which frames, and what names them.
        spec: What each of them must be.
        script_job: Brings what is rendered into a folder and returns the script's job.
        ticket: For the renderer host; without one, a child of its own renders.
        confined: Whether that child is kept in its folder, as what it opens is not trusted.
        shared: Whether others render frames of this plan at the same time, so that each is asked for anew.
        shown: What the picture beside each frame must be, where one shows it.
        inspect: The gate that each frame passes.
    """

    plan: FramePlan
    spec: FrameSpec
    script_job: Callable[[Path], Mapping[str, Any]]
    ticket: Ticket | None = None
    confined: bool = False
    shared: bool = False
    shown: FrameSpec | None = None
    inspect: Callable[[Path, FrameSpec], FrameFacts] = inspect_frame


def render_frames(
    plan: Plan, scene: Scene, tools: Tools, feed: FrameFeed, report: Report
) -> tuple[Frame, ...]:
    """Render and commit the frames of `plan` that the store lacks; returns all of them in order.

    Raises:
        OutOfResources: Memory or disk ran out, or only a CPU is there and the job requires a GPU.
        ToolFailed: The renderer broke, or gave frames that do not decode, or nothing but uniform frames.
    """

    def script_job(folder: Path) -> Mapping[str, Any]:
        fetch_scene(plan, scene, tools, folder / "scene.blend")
        return _script_job(plan, scene, folder)

    ticket = Ticket(plan.render, plan.job.queue) if plan.source.kind.is_plain else None
    return render_missing(Order(plan, _spec(plan), script_job, ticket), tools, feed, report)


def render_missing(order: Order, tools: Tools, feed: FrameFeed, report: Report) -> tuple[Frame, ...]:
    """Render and commit the frames of an order that the store lacks; returns all of them in order.

    Raises:
        OutOfResources: Memory or disk ran out, or only a CPU is there and a GPU is required.
        ToolFailed: The renderer broke, or gave frames that do not decode, or nothing but uniform frames.
    """
    frames: dict[int, Frame] = {}

    def take(frame: Frame) -> None:
        frames[frame.number] = frame
        feed.committed(frame.number)
        report(frame)

    for frame in committed_frames(order.plan, tools.store).values():
        take(frame)
    if missing := [number for number in order.plan.numbers if number not in frames]:
        blender = tools.blender.confined if order.confined else tools.blender
        with workspace() as folder:
            job = order.script_job(folder)
            claim = DeviceClaim.model_validate(job["device"])
            with (
                witnessed(order.plan, tools, claim) as witness,
                _kernels_ready(blender, tools, folder, report) as (ours, kernels),
                start_script(ours, job, folder, ticket=order.ticket) as script,
            ):
                rendering = _Rendering(order, tools.store, script, folder, report, witness, kernels)
                for frame in rendering.frames(missing, bool(frames)):
                    take(frame)
    return tuple(frames[number] for number in sorted(frames))


def _script_job(plan: Plan, scene: Scene, folder: Path) -> dict[str, Any]:
    return {
        "do": "render_frames",
        "scene": str(folder / "scene.blend"),
        "scene_sha256": scene.asset.sha256,
        "camera": camera_of(plan.job),
        "settings": {**settings_of(plan.job), "persistent_data": plan.frames > 1},
        "device": {"order": DEVICE_ORDER, "require_gpu": plan.job.require_gpu},
    }


def _spec(plan: Plan) -> FrameSpec:
    job, settings = plan.job, settings_of(plan.job)
    channels: Literal[3, 4] = 4 if settings["transparent"] else 3
    return FrameSpec(width=job.width, height=job.height, channels=channels, format=settings["format"])


@dataclass(frozen=True)
class _Rendering:
    """One renderer at work on the frames of one order."""

    order: Order
    store: ObjectStore
    script: Script
    folder: Path
    report: Report
    witness: Witness
    kernels: Kernels = ""
    suspects: list[int] = field(default_factory=list)
    """Frames that came out uniform."""

    def frames(self, numbers: list[int], others_are_committed: bool) -> Iterator[Frame]:  # noqa: FBT001 - a fact, not a mode
        """Yield the frames of these numbers as they are committed, uniform ones last."""
        for frame in self._render_and_commit(numbers):
            others_are_committed = True
            yield frame
        yield from self._second_chances(others_are_committed=others_are_committed)
        self.script.close_stdin()
        self._drain()

    def _render_and_commit(self, numbers: list[int]) -> Iterator[Frame]:
        """Yield frames once committed, those that are not uniform; one commits while the next renders."""
        with ThreadPoolExecutor(1) as committer:
            underway: Future[Frame | None] | None = None
            for number in numbers:
                if self.order.shared and (theirs := find_frame(number, self.order.plan, self.store)):
                    yield theirs
                    continue
                self._command(number)
                while not isinstance(written := self._heard(number), FrameWritten):
                    if underway and underway.done():
                        yield from _made(underway)
                        underway = None
                yield from _made(underway)
                underway = committer.submit(self._commit_unless_uniform, written, number == numbers[-1])
            yield from _made(underway)

    def _second_chances(self, *, others_are_committed: bool) -> Iterator[Frame]:
        """Render uniform frames once more; what stays uniform counts only beside a frame that is not."""
        held: list[tuple[FrameWritten, FrameFacts]] = []
        for number in self.suspects:
            held.append(self._rendered(number))
            if others_are_committed or not held[-1][1].uniform:
                others_are_committed = True
                yield from self._committed(held)
                held.clear()
        if held:
            raise ToolFailed(
                "every frame came out in one single colour, twice; look at the model and its size"
            )

    def _committed(self, rendered: list[tuple[FrameWritten, FrameFacts]]) -> Iterator[Frame]:
        for written, facts in rendered:
            if facts.uniform:
                logger.warning("frame %s is of one single colour, also when rendered again", written.frame)
            yield self._commit(written, facts)

    def _commit_unless_uniform(self, written: FrameWritten, is_last: bool) -> Frame | None:  # noqa: FBT001 - a fact
        """Commit a frame; before the last one, let the renderer go if nothing is to be rendered again.

        Others may wait for it, and a store may take its time.
        """
        facts = self._inspected(written)
        if facts.uniform:
            self.suspects.append(written.frame)
            return None
        if is_last and not self.suspects:
            self.script.close_stdin()
        frame = self._commit(written, facts)
        written.path.unlink()
        written_beside(written.path).unlink(missing_ok=True)
        return frame

    def _commit(self, written: FrameWritten, facts: FrameFacts) -> Frame:
        frame = commit(written, facts, self.order.plan, self.store)
        self.witness.take(frame)
        return frame

    def _rendered(self, number: int) -> tuple[FrameWritten, FrameFacts]:
        written = self._ask(number)
        return written, self._inspected(written)

    def _inspected(self, written: FrameWritten) -> FrameFacts:
        """Decode a frame and what shows it."""
        if self.order.shown:
            inspect_frame(written_beside(written.path), self.order.shown)
        return self.order.inspect(written.path, self.order.spec)

    def _ask(self, number: int) -> FrameWritten:
        """Have one frame rendered into the folder."""
        self._command(number)
        while not isinstance(written := self._heard(number), FrameWritten):
            pass
        return written

    def _command(self, number: int) -> None:
        path = self.folder / frame_name(number, f".part{self.order.plan.frame_suffix}")
        try:
            self.script.send(json.dumps({"frame": number, "path": str(path)}).encode() + b"\n")
        except BrokenPipeError:
            logger.info("the renderer closed its input before frame %s; asking it why", number)

    def _heard(self, number: int) -> Event:
        """Return what the renderer says next.

        Raises:
            OutOfResources: A frame was rendered by what the job does not allow.
        """
        if event := next_event(self.script):
            if isinstance(event, FrameWritten):
                event = self._noted(event)
                self.witness.claim.expect(event)
            self.witness.hear(event)
            self.report(event)
            return event
        check(self.script.wait(), "Blender")
        raise ToolFailed(f"Blender ended before it had rendered frame {number}")

    def _noted(self, written: FrameWritten) -> FrameWritten:
        """Return what was written with the kernels it was written by; whatever was not as asked is loud."""
        if written.fallback:
            logger.warning(
                "frame %s was rendered %s: %s", written.frame, written.fallback, written.fallback_reason
            )
        if written.device.type in COMPILED:
            return written.model_copy(update={"kernels": self.kernels})
        return written

    def _drain(self) -> None:
        """Wait for the renderer's own end; what it says after its last frame matters only if it fails."""
        while event := next_event(self.script):
            self.report(event)
        check(self.script.wait(), "Blender")


@contextmanager
def _kernels_ready(
    blender: Blender, tools: Tools, folder: Path, report: Report
) -> Iterator[tuple[Blender, Kernels]]:
    """Have a GPU's kernels on this disk for the block, if this machine has such a GPU."""
    if tools.kernels is None:
        yield blender, ""
        return
    names = tools.kernels.names
    with tools.kernels.used_by(
        blender, tools.store, folder, lambda origin: report(KernelsReady(names=names, origin=origin))
    ) as ready:
        yield ready


def _made(underway: "Future[Frame | None] | None") -> Iterator[Frame]:
    """Yield the frame that is being committed, once it is; nothing if it was uniform, or there is none."""
    if underway and (frame := underway.result()):
        yield frame
