"""The conversation with the renderer: which frame next, what came of it, into the store with it.

One frame may be on its way into the store while the next renders, so a machine that vanishes costs at most
two. The renderer is told of a frame only when that holds.
"""

import json
import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from media.blender import Script, next_event
from media.blender_events import Event, FrameRefused, FrameWritten, Kernels
from media.contact_sheet import thumbnail_of
from media.errors import ToolFailed
from media.frame_display import written_beside
from media.frame_gate import FrameFacts, inspect_frame
from media.frame_spec import BadFrame, LastBadFrame
from media.frames import Frame, commit, find_frame, has_frames
from media.order import Order, Report
from media.process import check
from media.store import ObjectStore
from media.store.keys import frame_name
from media.witness import Witness

logger = logging.getLogger(__name__)

COMPILED = ("OPTIX", "CUDA")
"""Devices whose driver compiles what media/kernel_cache.py keeps."""


@dataclass(frozen=True)
class Renderer:
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
            before = numbers[0]
            for number in numbers:
                if self.order.shared and (theirs := find_frame(number, self.order.plan, self.store)):
                    yield theirs
                    continue
                self._command(number)
                while not isinstance(written := self._heard(number), FrameWritten):
                    if underway and underway.done() and not underway.exception():
                        yield from self._made(underway, before)
                        underway = None
                yield from self._made(underway, before)
                underway = committer.submit(self._commit_unless_uniform, written, number == numbers[-1])
                before = number
            yield from self._made(underway, before)

    def _made(self, underway: "Future[Frame | None] | None", number: int) -> Iterator[Frame]:
        """Yield the frame that is being committed, once it is; nothing if it was uniform, or there is none.

        Raises:
            LastBadFrame: It was not as it must be, twice.
        """
        if underway is None:
            return
        try:
            frame = underway.result()
        except BadFrame as problem:
            logger.warning("frame %s is rendered again: %s", number, problem)
            frame = self._commit_unless_uniform(self._ask(number), is_last=False, last_chance=True)
        if frame:
            yield frame

    def _second_chances(self, *, others_are_committed: bool) -> Iterator[Frame]:
        """Render uniform frames once more; what stays uniform counts only beside a frame that is not.

        Of frames that others share in, as where a film fades to black, that one may be another's.
        """
        held: list[tuple[FrameWritten, FrameFacts]] = []
        for number in self.suspects:
            held.append(self._rendered(number))
            if others_are_committed or not held[-1][1].uniform:
                others_are_committed = True
                yield from self._committed(held)
                held.clear()
        if held and self.order.shared and has_frames(self.order.plan, self.store):
            yield from self._committed(held)
        elif held:
            raise ToolFailed(
                "every frame came out in one single colour, twice; look at the model and its size"
            )

    def _committed(self, rendered: list[tuple[FrameWritten, FrameFacts]]) -> Iterator[Frame]:
        for written, facts in rendered:
            if facts.uniform:
                logger.warning("frame %s is of one single colour, also when rendered again", written.frame)
            yield self._commit(written, facts)

    def _commit_unless_uniform(
        self,
        written: FrameWritten,
        is_last: bool,  # noqa: FBT001 - a fact
        *,
        last_chance: bool = False,
    ) -> Frame | None:
        """Commit a frame; before the last one, let the renderer go if nothing is to be rendered again.

        Others may wait for it, and a store may take its time.

        Raises:
            BadFrame: It is not as it must be.
        """
        facts = self._inspected_again(written) if last_chance else self._inspected(written)
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
        return written, self._inspected_again(written)

    def _inspected_again(self, written: FrameWritten) -> FrameFacts:
        """Look at a frame that was rendered once more; if it is bad again, show what can be seen of it."""
        try:
            return self._inspected(written)
        except BadFrame as problem:
            seen = thumbnail_of(written.path)
            self.report(FrameRefused(frame=written.frame, reason=str(problem), thumbnail=seen))
            raise LastBadFrame(f"frame {written.frame}, rendered twice: {problem}") from problem

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

    def _path(self, number: int) -> Path:
        return self.folder / frame_name(number, f".part{self.order.plan.frame_suffix}")

    def _command(self, number: int) -> None:
        command = {"frame": number, "path": str(self._path(number))}
        try:
            self.script.send(json.dumps(command).encode() + b"\n")
        except BrokenPipeError:
            logger.info("the renderer closed its input before frame %s; asking it why", number)

    def _heard(self, number: int) -> Event:
        """Return what the renderer says next.

        Raises:
            OutOfResources: A frame was rendered by what the job does not allow.
            ToolFailed: It wrote another frame than it was asked for, or ended.
        """
        if event := next_event(self.script):
            if isinstance(event, FrameWritten):
                event.expect(number, self._path(number))
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
