"""Have the frames of an animation rendered by several runs at once, which a run on control sends."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from threading import Event
from typing import cast
from uuid import UUID

from prefect import get_run_logger
from prefect.client.schemas.objects import FlowRun
from prefect.futures import PrefectFuture, wait
from prefect.types import KeyValueLabels

from blocks.tools import open_tools
from media.cost import Cost, MachineCost, cost_of
from media.errors import BadInput, ToolFailed
from media.frame_list import as_text, numbers_in
from media.frames import committed_frames, committed_numbers
from media.shot.chunks import from_the_middle, help_for, parts_of, pilot_of
from media.shot.division import read_division, write_division
from media.shot.forecast import forecast_of
from media.shot.job import AnimationJob, FramesJob
from media.shot.plan import ShotPlan
from media.shot.segments import has_segment
from media.source import staged_address
from tasks.dispatch import run_elsewhere, sent_and_not_ended
from tasks.ended_run import Why
from tasks.media_task import media_task
from tasks.progress import count_progress
from tasks.renderers import Renderers, find_others
from tasks.rented import larger
from tasks.sent_runs import MOST_TRIES, Ended, end_of_sent, how_it_ended, wait_for_sent
from tasks.shot_artifacts import show_forecast

FLOW = "render-frames"
LOOK_EVERY_S = 2.0


@dataclass(frozen=True)
class Chunked:
    """Frames that others have rendered.

    Attributes:
        parts: The plans of the parts that the video comes in, in order.
        found: The frames that were there before.
        cost: What machines have cost, if any were rented.
    """

    parts: list[ShotPlan]
    found: frozenset[int]
    cost: Cost | None


def find_renderers(job: AnimationJob) -> Renderers:
    """Return where the chunks of a job are rendered: nowhere else if this run is to do that.

    Raises:
        BadInput: There is no such deployment.
    """
    return find_others(FLOW, job.deployment)


@media_task
def send_chunk(
    chunk: ShotPlan, job: FramesJob, renderers: Renderers, ending: Event, needs: KeyValueLabels
) -> Ended:
    """Have frames rendered by a run of their own, and wait for it, or cancel it once `ending` is set."""
    name = f"frames-{chunk.numbers[0]}-{chunk.numbers[-1]}-{chunk.result[:8]}"
    get_run_logger().info("%s frames are rendered by the run %s", len(chunk.numbers), name)
    queue = chunk.queue if renderers.by_queue else None
    deployment = f"{FLOW}/{renderers.deployment}"
    return how_it_ended(run_elsewhere(deployment, job, queue, name, ending, labels=needs), ending)


def render_chunks(plan: ShotPlan, renderers: Renderers) -> Chunked:
    """Render the frames that the store lacks by several runs.

    Raises:
        BadInput: The shot cannot be rendered.
        ToolFailed: Frames are missing though they were tried as often as may be.
    """
    return _Chunks(plan, renderers).rendered()


@dataclass
class _Going:
    """A run on its way.

    Attributes:
        chunk: Its frames.
        segment: Whether it is to encode them as a part of the video.
        helps: Whether they are those of another that goes as well, which renders what this one does not.
        ending: Ends it.
        told: What it was told that it needs.
        helped: Whether another has taken frames off it.
    """

    chunk: ShotPlan
    segment: bool
    helps: bool
    ending: Event
    told: KeyValueLabels
    helped: bool = False


@dataclass
class _Failures:
    """What has failed, and where: who has failed at a chunk leaves it to others, if there are any.

    Attributes:
        tries: How often each chunk has failed.
        workers: How often each worker has.
        of_chunk: Which workers have failed at each chunk.
    """

    tries: Counter[Sequence[int]] = field(default_factory=Counter)
    workers: Counter[str] = field(default_factory=Counter)
    of_chunk: dict[Sequence[int], set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, numbers: Sequence[int], worker: str) -> int:
        """Count a failure; returns how often this chunk has failed."""
        self.tries[numbers] += 1
        if worker:
            self.workers[worker] += 1
            self.of_chunk[numbers].add(worker)
        return self.tries[numbers]

    def not_on(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """Return the workers that are to leave a chunk to others."""
        barred = {worker for worker, times in self.workers.items() if times >= MOST_TRIES}
        return tuple(sorted(barred | self.of_chunk[numbers]))


class _Chunks:
    """The chunks of one job: each is a part of its video, whose missing frames one run renders."""

    def __init__(self, plan: ShotPlan, renderers: Renderers) -> None:
        self._plan = plan
        self._renderers = renderers
        self._animation = cast("AnimationJob", plan.job).model_copy(
            update={"source": staged_address(plan.source)}
        )
        self._going: dict[PrefectFuture[Ended], _Going] = {}
        self._orphans: dict[str, UUID] = {}
        self._failures = _Failures()
        self._rented: list[MachineCost] = []
        self._needs: KeyValueLabels = {}
        self._frame_s = 0.0

    def rendered(self) -> Chunked:
        """Render what is missing; whatever ends this early, the runs that were sent end with it."""
        self._orphans = {_frames_of(run): run.id for run in sent_and_not_ended(FLOW)}
        found = frozenset(self._plan.numbers) - frozenset(self._missing(self._plan))
        with count_progress(self._plan) as report:
            try:
                parts = read_division(self._plan, open_tools().store) if self._orphans else []
                parts = parts or self._divided(report)
                self._adopt_helpers(parts)
                self._all_of(from_the_middle(parts), report, segments=self._plan.video is not None)
            finally:  # nobody needs those that help, or nobody waits any more
                for going in self._going.values():
                    going.ending.set()
        cost = cost_of(tuple(self._rented), len(self._plan.numbers)) if self._rented else None
        return Chunked(parts, found, cost)

    def _divided(self, report: Callable[[int], None]) -> list[ShotPlan]:
        """Divide the frames by what the pilot took, and show what that tells of the rest."""
        pilot = pilot_of(self._missing(self._plan))
        if pilot:
            self._all_of([self._plan.only(pilot)], report, segments=False)
        store = open_tools().store
        frames = tuple(committed_frames(self._plan.only(pilot), store).values()) if pilot else ()
        self._frame_s = median(frame.seconds for frame in frames) if frames else 0.0
        missing, machines = self._missing(self._plan), self._animation.machines
        parts = parts_of(self._plan, missing, frames, self._renderers.start_s)
        write_division(self._plan, parts, store)
        if frames:
            forecast = forecast_of(frames, missing, parts, machines, self._rented)
            show_forecast(self._plan.only(pilot), forecast, store)
        return parts

    def _all_of(self, chunks: list[ShotPlan], report: Callable[[int], None], *, segments: bool) -> None:
        """Send chunks, some at a time, until they lack nothing."""
        waiting = [chunk for chunk in chunks if self._lacks(chunk, segments=segments)]
        while waiting or not all(one.helps for one in self._going.values()):
            while waiting and len(self._going) < self._animation.machines:
                self._send(waiting.pop(0), segment=segments)
            if len(self._going) < self._animation.machines:
                self._help()
            done, _ = wait(list(self._going), timeout=LOOK_EVERY_S)
            waiting += [chunk for future in done if (chunk := self._take(future))]
            report(len(committed_numbers(self._plan, open_tools().store)))

    def _adopt_helpers(self, parts: Sequence[ShotPlan]) -> None:
        """Wait also for those runs of before that have no part to themselves, as helpers have none."""
        for frames in self._orphans.keys() - {as_text(part.numbers) for part in parts}:
            self._send(self._plan.only(numbers_in(frames)), segment=False, helps=True)

    def _send(self, chunk: ShotPlan, *, segment: bool, helps: bool = False) -> None:
        frames, ending = as_text(chunk.numbers), Event()
        if orphan := self._orphans.pop(frames, None):
            future = wait_for_sent.submit(orphan, ending)
        else:
            not_on = self._failures.not_on(chunk.numbers)
            job = FramesJob(animation=self._animation, frames=frames, segment=segment, not_on=not_on)
            future = send_chunk.submit(chunk, job, self._renderers, ending, self._needs)
        self._going[future] = _Going(chunk, segment, helps, ending, {} if orphan else self._needs)

    def _help(self) -> None:
        """Take the end of its frames off the run that has most left, if that is worth a start; once each."""
        going = [one for one in self._going.values() if not (one.helped or one.helps)]
        left = [self._missing(one.chunk) for one in going]
        if found := help_for(left, self._frame_s, self._renderers.start_s):
            place, taken = found
            going[place].helped = True
            self._send(self._plan.only(taken), segment=False, helps=True)

    def _take(self, future: PrefectFuture[Ended]) -> ShotPlan | None:
        """Take in how a run ended; returns its chunk if it is to be tried again.

        Raises:
            BadInput, ToolFailed: It is not worth another try.
        """
        going, ended = self._going.pop(future), end_of_sent(future)
        chunk = going.chunk
        self._rented += ended.machines
        self._needs = larger(self._needs, ended.needs)  # the other chunks are of the same scene
        if not self._lacks(chunk, segments=going.segment):
            return None
        why = ended.why or Why("", "it completed, and yet not all of it is in the store")
        if why.is_final:
            raise BadInput(why.sentence)
        if going.helps:
            get_run_logger().warning("frames %s go without help: %s", as_text(chunk.numbers), why.sentence)
            return None
        if ended.needs and ended.needs != going.told:  # which counts as no failure of chunk or machine
            get_run_logger().warning("frames %s need a larger GPU: %s", as_text(chunk.numbers), why.sentence)
            return chunk
        tries = self._failures.add(chunk.numbers, ended.worker)
        if tries >= MOST_TRIES:
            raise ToolFailed(
                f"frames {as_text(self._missing(chunk))}: tried {tries} times; the last time: {why.sentence}"
            )
        get_run_logger().warning("frames %s are tried again: %s", as_text(chunk.numbers), why.sentence)
        return chunk

    def _missing(self, plan: ShotPlan) -> list[int]:
        committed = set(committed_numbers(plan, open_tools().store))
        return [number for number in plan.numbers if number not in committed]

    def _lacks(self, chunk: ShotPlan, *, segments: bool) -> bool:
        if segments and chunk.video and not has_segment(chunk, chunk.video, open_tools()):
            return True
        return bool(self._missing(chunk))


def _frames_of(run: FlowRun) -> str:
    return str(run.parameters.get("job", {}).get("frames", ""))
