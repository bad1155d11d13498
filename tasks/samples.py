"""Have the samples of one huge picture rendered by several runs at once, which a run on control sends."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import cast

from prefect import get_run_logger
from prefect.futures import PrefectFuture, as_completed
from prefect.states import Cancelled

from blocks.tools import open_tools
from media.errors import BadInput, ToolFailed
from media.frames import Frame
from media.shot import samples
from media.shot.job import AnimationJob, FrameJob, SamplesJob
from media.shot.plan import ShotPlan
from media.source import staged_address
from tasks.chunks import MOST_TRIES, Ended, Renderers, find_renderers
from tasks.dispatch import run_elsewhere
from tasks.media_task import media_task
from tasks.progress import frame_progress

FLOW = "render-samples"


@media_task
def render_part(plan: ShotPlan, number: int) -> Frame:
    """Find or render one of the parts that the samples of a picture are divided into.

    Raises:
        BadInput: There are not so many parts, or none at all.
    """
    parts = samples.parts_of(plan)
    if number >= len(parts):
        raise BadInput(f"{plan.source.name}: expected one of {len(parts)} parts, found number {number}")
    with frame_progress(parts[number]) as report:
        return samples.render_samples(parts[number], open_tools(), report)


@media_task
def send_part(plan: ShotPlan, number: int, renderers: Renderers, ending: Event) -> Ended:
    """Have a part rendered by a run of its own, and wait for it, or cancel it once `ending` is set."""
    frame = cast("FrameJob", plan.job).model_copy(update={"source": staged_address(plan.source)})
    name = f"samples-{number + 1}-of-{len(plan.subsets)}-{plan.result[:8]}"
    get_run_logger().info("a part of the samples is rendered by the run %s", name)
    job = SamplesJob(frame=frame, part=number)
    run = run_elsewhere(f"{FLOW}/{renderers.deployment}", job, renderers.queue, name, ending)
    if ending.is_set():
        return cast("Ended", Cancelled(message=f"run {name} was cancelled with the one that sent it"))
    if run.state and run.state.is_completed():
        return Ended()
    return Ended(f"{(run.state.message or run.state.name) if run.state else 'it was deleted'} (run {name})")


def render_samples(plan: ShotPlan) -> None:
    """Have the missing samples of a divided picture rendered by several runs, if this one is on control.

    What goes on to make the picture of them renders by itself what is still missing.

    Raises:
        BadInput: The shot cannot be rendered.
        ToolFailed: A part is missing though it was tried as often as may be.
    """
    # A frame says like an animation where it is rendered, and that is all that is read of it.
    renderers = find_renderers(cast("AnimationJob", plan.job)) if plan.subsets else None
    if renderers:
        _Parts(plan, renderers).rendered()


@dataclass
class _Parts:
    """The parts of one picture's samples, each rendered by a run."""

    plan: ShotPlan
    renderers: Renderers
    ending: Event = field(default_factory=Event)
    tries: Counter[int] = field(default_factory=Counter)
    going: dict[PrefectFuture[Ended], int] = field(default_factory=dict)

    def rendered(self) -> None:
        """Render what is missing; whatever ends this early, the runs that were sent end with it."""
        try:
            for number in self._missing():
                self._send(number)
            while self.going:
                self._take(next(iter(as_completed(list(self.going)))))
        finally:
            self.ending.set()

    def _send(self, number: int) -> None:
        self.going[send_part.submit(self.plan, number, self.renderers, self.ending)] = number

    def _take(self, future: PrefectFuture[Ended]) -> None:
        """Take in how a run ended, and send its part again if it is missing.

        Raises:
            BadInput, ToolFailed: It is not worth another try.
        """
        number = self.going.pop(future)
        failure = future.result().failure
        missing = self._missing()
        total = len(self.plan.subsets)
        get_run_logger().info("%s of %s parts of the samples are there", total - len(missing), total)
        if number not in missing:
            return
        if failure.startswith(BadInput.__name__):
            raise BadInput(failure.partition(": ")[2])
        self.tries[number] += 1
        if self.tries[number] >= MOST_TRIES:
            part = f"part {number + 1} of {total} of the samples"
            raise ToolFailed(f"{part}: tried {MOST_TRIES} times; the last time: {failure}")
        get_run_logger().warning("part %s of the samples is tried again: %s", number + 1, failure)
        self._send(number)

    def _missing(self) -> Sequence[int]:
        store = open_tools().store
        parts = enumerate(samples.parts_of(self.plan))
        return [number for number, part in parts if not samples.is_committed(part, store)]
