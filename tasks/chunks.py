"""Have the frames of an animation rendered by several runs at once, which a run on control sends."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from threading import Event
from typing import cast

from prefect import get_run_logger
from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext
from prefect.futures import PrefectFuture, wait
from prefect.states import Cancelled

from blocks.tools import open_tools
from media.errors import BadInput, ToolFailed
from media.frames import committed_frames, committed_numbers
from media.shot.chunks import as_text, from_the_middle, help_for, parts_of, pilot_of
from media.shot.job import AnimationJob, FramesJob
from media.shot.plan import ShotPlan
from media.shot.segments import has_segment
from media.source import staged_address
from tasks.dispatch import CONTROL, run_elsewhere
from tasks.media_task import media_task
from tasks.progress import count_progress

FLOW = "render-frames"
LOOK_EVERY_S = 2.0
MOST_TRIES = 3
"""So often a chunk is sent; what fails as often fails for good."""


@dataclass(frozen=True)
class Renderers:
    """Where chunks are rendered: a deployment of render-frames, and which queue of its pool, if any."""

    deployment: str
    queue: str | None


@dataclass(frozen=True)
class Ended:
    """How a run of a chunk ended: with nothing to say, or why it failed."""

    failure: str = ""


def find_renderers(job: AnimationJob) -> Renderers | None:
    """Return where the chunks of a job are rendered, or None if its own run renders."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None or run.deployment_id is None or run.work_queue_name != CONTROL:
        return None
    with get_client(sync_client=True) as client:
        own = client.read_deployment(run.deployment_id).name
    return Renderers(job.deployment or own, job.queue if job.deployment in {"", own} else None)


@media_task
def send_chunk(chunk: ShotPlan, renderers: Renderers, segment: bool, ending: Event) -> Ended:  # noqa: FBT001 - a fact
    """Have frames rendered by a run of their own, and wait for it, or cancel it once `ending` is set."""
    animation = cast("AnimationJob", chunk.job).model_copy(update={"source": staged_address(chunk.source)})
    job = FramesJob(animation=animation, frames=as_text(chunk.numbers), segment=segment)
    name = f"frames-{chunk.numbers[0]}-{chunk.numbers[-1]}-{chunk.result[:8]}"
    get_run_logger().info("%s frames are rendered by the run %s", len(chunk.numbers), name)
    run = run_elsewhere(f"{FLOW}/{renderers.deployment}", job, renderers.queue, name, ending)
    if ending.is_set():
        return cast("Ended", Cancelled(message=f"run {name} was cancelled with the one that sent it"))
    if run.state and run.state.is_completed():
        return Ended()
    return Ended(f"{(run.state.message or run.state.name) if run.state else 'it was deleted'} (run {name})")


def render_chunks(plan: ShotPlan, renderers: Renderers) -> list[ShotPlan]:
    """Render the frames that the store lacks by several runs; returns the parts that the video comes in.

    Raises:
        BadInput: The shot cannot be rendered.
        ToolFailed: Frames are missing though they were tried as often as may be.
    """
    return _Chunks(plan, renderers).rendered()


@dataclass
class _Going:
    """A run on its way."""

    chunk: ShotPlan
    helped: bool


class _Chunks:
    """The chunks of one job: each is a part of its video, whose missing frames one run renders."""

    def __init__(self, plan: ShotPlan, renderers: Renderers) -> None:
        self._plan = plan
        self._renderers = renderers
        self._machines = cast("AnimationJob", plan.job).machines
        self._going: dict[PrefectFuture[Ended], _Going] = {}
        self._tries: Counter[Sequence[int]] = Counter()
        self._ending = Event()
        self._frame_s = 0.0

    def rendered(self) -> list[ShotPlan]:
        """Render what is missing; whatever ends this early, the runs that were sent end with it."""
        with count_progress(self._plan) as report:
            try:
                if pilot := pilot_of(self._missing(self._plan)):
                    self._all_of([self._plan.only(pilot)], report, segments=False)
                parts = self._parts(pilot)
                self._all_of(from_the_middle(parts), report, segments=self._plan.video is not None)
            finally:
                self._ending.set()
        return parts

    def _parts(self, pilot: Sequence[int]) -> list[ShotPlan]:
        """Divide the frames by what the pilot took."""
        frames = committed_frames(self._plan.only(pilot), open_tools().store).values() if pilot else ()
        self._frame_s = median(frame.seconds for frame in frames) if frames else 0.0
        return parts_of(self._plan, self._missing(self._plan), frames, self._machines)

    def _all_of(self, chunks: list[ShotPlan], report: Callable[[int], None], *, segments: bool) -> None:
        """Send chunks, some at a time, until they lack nothing."""
        waiting = [chunk for chunk in chunks if self._lacks(chunk, segments=segments)]
        while waiting or self._going:
            while waiting and len(self._going) < self._machines:
                self._send(waiting.pop(0), segment=segments)
            if len(self._going) < self._machines:
                self._help()
            done, _ = wait(list(self._going), timeout=LOOK_EVERY_S)
            waiting += [chunk for future in done if (chunk := self._take(future, segments=segments))]
            report(len(committed_numbers(self._plan, open_tools().store)))

    def _send(self, chunk: ShotPlan, *, segment: bool, helped: bool = False) -> None:
        future = send_chunk.submit(chunk, self._renderers, segment, self._ending)
        self._going[future] = _Going(chunk, helped)

    def _help(self) -> None:
        """Take the end of its frames off the run that has most left, if that is worth a start; once each."""
        going = [one for one in self._going.values() if not one.helped]
        found = help_for([self._missing(one.chunk) for one in going], self._frame_s)
        if found:
            place, taken = found
            going[place].helped = True
            self._send(self._plan.only(taken), segment=False, helped=True)

    def _take(self, future: PrefectFuture[Ended], *, segments: bool) -> ShotPlan | None:
        """Take in how a run ended; returns its chunk if it is to be tried again.

        Raises:
            BadInput, ToolFailed: It is not worth another try.
        """
        chunk = self._going.pop(future).chunk
        failure = future.result().failure
        if not self._lacks(chunk, segments=segments):
            return None
        if failure.startswith(BadInput.__name__):
            raise BadInput(failure.partition(": ")[2])
        self._tries[chunk.numbers] += 1
        if self._tries[chunk.numbers] >= MOST_TRIES:
            raise ToolFailed(
                f"frames {as_text(self._missing(chunk))}: tried {MOST_TRIES} times; the last time: {failure}"
            )
        get_run_logger().warning("frames %s are tried again: %s", as_text(chunk.numbers), failure)
        return chunk

    def _missing(self, plan: ShotPlan) -> list[int]:
        committed = set(committed_numbers(plan, open_tools().store))
        return [number for number in plan.numbers if number not in committed]

    def _lacks(self, chunk: ShotPlan, *, segments: bool) -> bool:
        if segments and chunk.video and not has_segment(chunk, chunk.video, open_tools()):
            return True
        return bool(self._missing(chunk))
