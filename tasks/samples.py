"""Have the samples of one huge picture rendered by several runs at once, which a run on control sends."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from threading import Event
from typing import cast
from uuid import UUID

from prefect import get_run_logger
from prefect.client.schemas.objects import FlowRun
from prefect.futures import PrefectFuture, as_completed
from prefect.types import KeyValueLabels

from blocks.tools import open_tools
from media.errors import BadInput, ToolFailed
from media.frames import Frame
from media.shot import samples
from media.shot.job import FrameJob, SamplesJob
from media.shot.plan import ShotPlan
from media.source import staged_address
from tasks.dispatch import run_elsewhere, sent_and_not_ended
from tasks.ended_run import Why
from tasks.media_task import media_task
from tasks.progress import frame_progress
from tasks.renderers import Renderers, find_others
from tasks.rented import telling_its_needs
from tasks.sent_runs import MOST_TRIES, Ended, end_of_sent, how_it_ended, wait_for_sent

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
    with frame_progress(parts[number]) as report, telling_its_needs():
        return samples.render_samples(parts[number], open_tools(), report)


@media_task
def send_part(
    plan: ShotPlan, job: SamplesJob, renderers: Renderers, ending: Event, needs: KeyValueLabels
) -> Ended:
    """Have a part rendered by a run of its own, and wait for it, or cancel it once `ending` is set."""
    name = f"samples-{job.part + 1}-of-{len(plan.subsets)}-{plan.result[:8]}"
    get_run_logger().info("part %s of the samples is rendered by the run %s", job.part + 1, name)
    queue = plan.queue if renderers.by_queue else None
    sent = run_elsewhere(f"{FLOW}/{renderers.deployment}", job, queue, name, ending, labels=needs)
    return how_it_ended(sent, ending)


def render_samples(plan: ShotPlan) -> None:
    """Have the missing samples of a divided picture rendered by several runs, if others are to do that.

    Who goes on to make the picture of them renders what is still missing.

    Raises:
        BadInput: The shot cannot be rendered.
        ToolFailed: A part is missing though it was tried as often as may be.
    """
    if not plan.subsets:
        return
    renderers = find_others(FLOW, cast("FrameJob", plan.job).deployment)
    if renderers.deployment:
        _Parts(plan, renderers).rendered()


class _Parts:
    """The parts of one picture's samples, each rendered by a run."""

    def __init__(self, plan: ShotPlan, renderers: Renderers) -> None:
        self._plan = plan
        self._renderers = renderers
        self._frame = cast("FrameJob", plan.job).model_copy(update={"source": staged_address(plan.source)})
        self._going: dict[PrefectFuture[Ended], int] = {}
        self._tries: Counter[int] = Counter()
        self._not_on: dict[int, set[str]] = defaultdict(set)
        self._told: dict[int, KeyValueLabels] = defaultdict(dict)
        self._ending = Event()

    def rendered(self) -> None:
        """Render what is missing; whatever ends this early, the runs that were sent end with it."""
        orphans = {_part_of(run): run.id for run in sent_and_not_ended(FLOW)}
        try:
            for number in self._missing():
                self._send(number, orphans.get(number))
            while self._going:
                self._take(next(iter(as_completed(list(self._going)))))
        finally:
            self._ending.set()

    def _send(self, number: int, orphan: UUID | None = None) -> None:
        if orphan:
            future = wait_for_sent.submit(orphan, self._ending)
        else:
            job = SamplesJob(frame=self._frame, part=number, not_on=tuple(sorted(self._not_on[number])))
            future = send_part.submit(self._plan, job, self._renderers, self._ending, self._told[number])
        self._going[future] = number

    def _take(self, future: PrefectFuture[Ended]) -> None:
        """Take in how a run ended, and send its part again if it is missing.

        Raises:
            BadInput, ToolFailed: It is not worth another try.
        """
        number, ended = self._going.pop(future), end_of_sent(future)
        missing, total = self._missing(), len(self._plan.subsets)
        get_run_logger().info("%s of %s parts of the samples are there", total - len(missing), total)
        if number not in missing:
            return
        why = ended.why or Why("", "it completed, and yet it is not in the store")
        if why.is_final:
            raise BadInput(why.sentence)
        part = f"part {number + 1} of {total} of the samples"
        if ended.needs and ended.needs != self._told[number]:
            get_run_logger().warning("%s is given a larger GPU: %s", part, why.sentence)
            self._told[number] = ended.needs
            self._send(number)
            return
        self._tries[number] += 1
        if self._tries[number] >= MOST_TRIES:
            raise ToolFailed(f"{part}: tried {MOST_TRIES} times; the last time: {why.sentence}")
        get_run_logger().warning("%s is tried again: %s", part, why.sentence)
        if ended.worker:
            self._not_on[number].add(ended.worker)
        self._send(number)

    def _missing(self) -> Sequence[int]:
        store = open_tools().store
        parts = enumerate(samples.parts_of(self._plan))
        return [number for number, part in parts if not samples.is_committed(part, store)]


def _part_of(run: FlowRun) -> int:
    return int(run.parameters.get("job", {}).get("part", -1))
