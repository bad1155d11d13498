"""Have the missing pictures of a catalogue rendered, in batches that are worth a run of their own."""

from collections.abc import Iterable
from threading import Event
from typing import cast
from uuid import uuid4

from prefect import get_run_logger
from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext
from prefect.futures import PrefectFuture, as_completed
from prefect.states import Cancelled

from blocks.tools import open_tools
from media.catalogue import rendering
from media.catalogue.assessment import Assessment
from media.catalogue.batches import Batch, batches_of
from media.catalogue.budget import Budget
from media.catalogue.estimate import Estimator
from media.catalogue.forecast import pilots_of
from media.catalogue.job import CatalogueJob, PicturesJob
from media.catalogue.picture import Picture
from media.catalogue.rendering import Outcome, forget_outcomes, outcomes_after_a_loss, read_outcomes
from media.digest import digest_of
from tasks.dispatch import CONTROL, run_elsewhere
from tasks.media_task import media_task
from tasks.progress import picture_progress

FLOW = "render-pictures"
AT_A_TIME = 16
"""Runs that are waited for at once; how many of them render is for their queues to say."""

Outcomes = tuple[Outcome, ...]


@media_task
def render_pictures(job: PicturesJob) -> Outcomes:
    """Render the pictures of a batch in this run, one after the other."""
    tools = open_tools()
    with picture_progress(f"batch-{job.batch[:12]}", "this batch", len(job.pictures)) as report:
        return rendering.render_pictures(job, tools, lambda _: report(1))


@media_task
def send_pictures(
    job: PicturesJob, results: tuple[str, ...], deployment: str, queue: str | None, ending: Event
) -> Outcomes:
    """Have a batch rendered by a run of its own, and wait for that, or cancel it once `ending` is set."""
    name = f"{FLOW}-{job.batch[:8]}"
    get_run_logger().info("%s pictures are rendered by the run %s", len(job.pictures), name)
    run = run_elsewhere(f"{FLOW}/{deployment}", job, queue, name, ending)
    if ending.is_set():
        return cast("Outcomes", Cancelled(message=f"run {name} was cancelled with the one that sent it"))
    store = open_tools().store
    if told := read_outcomes(job.batch, store):
        forget_outcomes(job.batch, store)
        return told
    message = (run.state.message or run.state.name) if run.state else "it was deleted"
    return outcomes_after_a_loss(results, f"run {name}: {message}", store)


def render_missing(catalogue: Assessment, job: CatalogueJob) -> dict[str, Outcome]:
    """Render what a catalogue lacks, as far as its budget goes; returns what became of it, by digest."""
    estimator = Estimator(catalogue.finished.values())
    return _Sending(job, estimator, len(catalogue.missing)).all_of(catalogue.missing)


def render_pilots(catalogue: Assessment, job: CatalogueJob) -> tuple[Picture, ...]:
    """Render a small picture of each model that a catalogue lacks something of; returns those pictures."""
    pilots = pilots_of(catalogue.missing, open_tools().blender)
    _Sending(job, Estimator([]), len(pilots)).all_of(pilots)
    return tuple(pilots)


class _Sending:
    """Batches on their way."""

    def __init__(self, job: CatalogueJob, estimator: Estimator, total: int) -> None:
        self._job = job
        self._estimator = estimator
        self._total = total
        self._budget = Budget(job.seconds_to_spend)
        self._deployment, self._by_queue = _where(job)
        self._going: dict[PrefectFuture[Outcomes], tuple[tuple[str, ...], float]] = {}
        self._ending = Event()
        self._outcomes: dict[str, Outcome] = {}

    def all_of(self, pictures: Iterable[Picture]) -> dict[str, Outcome]:
        """Render pictures in batches, a few at a time, and return what became of each, by digest.

        Whatever ends this early, a run that was sent ends with it.
        """
        least_s = self._job.batch_seconds
        batches = batches_of(pictures, lambda one: self._estimator.of(one).likely, least_s)
        with picture_progress(f"pictures-{uuid4().hex[:12]}", self._job.orders, self._total) as report:
            try:
                for batch in batches:
                    while len(self._going) >= AT_A_TIME:
                        report(self._take_one())
                    report(self._begin(batch))
                while self._going:
                    report(self._take_one())
            finally:
                self._ending.set()
        return self._outcomes

    def _begin(self, batch: Batch) -> int:
        """Send a batch, or render it if there is nobody to send it to; returns how many pictures are done."""
        before = self._budget.spent
        begun, left_out = self._budget.affordable(batch.pictures, lambda one: self._estimator.of(one).high)
        for picture in left_out:
            reason = (
                f"it may take {self._estimator.of(picture).high:.0f} s, {self._budget.left:.0f} s are left"
            )
            self._outcomes[picture.result] = Outcome(
                job=picture.result, became="failed", reason=f"{reason} of the budget; raise it"
            )
        if not begun:
            return 0
        results = tuple(picture.result for picture in begun)
        asked = PicturesJob(
            batch=digest_of({"stage": "batch", "id": uuid4().hex, "results": results}),
            pictures=tuple(picture.plan.job for picture in begun),
        )
        set_aside = self._budget.spent - before
        if not self._deployment:  # in this thread, the only one that a signal interrupts
            return self._take(results, set_aside, render_pictures(asked))
        queue = batch.queue if self._by_queue else None
        future = send_pictures.submit(asked, results, self._deployment, queue, self._ending)
        self._going[future] = (results, set_aside)
        return 0

    def _take_one(self) -> int:
        """Wait for a batch and take what became of it; returns how many pictures that were."""
        future = next(iter(as_completed(list(self._going))))
        results, set_aside = self._going.pop(future)
        return self._take(results, set_aside, future.result())

    def _take(self, results: tuple[str, ...], set_aside: float, outcomes: Outcomes) -> int:
        self._budget.settle(set_aside, sum(outcome.seconds for outcome in outcomes))
        self._outcomes |= zip(results, outcomes, strict=True)
        return len(outcomes)


def _where(job: CatalogueJob) -> tuple[str, bool]:
    """Return the deployment that renders, or nothing if that is this run, and whether it has our queues."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None or run.deployment_id is None:
        return job.deployment, False
    with get_client(sync_client=True) as client:
        own = client.read_deployment(run.deployment_id).name
    return job.deployment or own, run.work_queue_name == CONTROL and job.deployment in {"", own}
