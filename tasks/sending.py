"""Have the missing pictures of a catalogue rendered, in batches that are worth a run of their own."""

import math
import time
from collections.abc import Iterable
from threading import Event
from uuid import uuid4

from prefect import get_run_logger
from prefect.futures import PrefectFuture, as_completed

from blocks.tools import open_tools
from media.catalogue.assessment import Assessment, read_entry
from media.catalogue.batches import Batch, Batches
from media.catalogue.budget import Budget
from media.catalogue.estimate import Estimator
from media.catalogue.forecast import Pilots, pilots_of
from media.catalogue.index import Entry
from media.catalogue.job import CatalogueJob, PicturesJob
from media.catalogue.picture import Picture
from media.catalogue.rendering import Outcome
from media.digest import digest_of
from media.errors import MediaError, Preempted
from tasks.batches import FLOW, Ended, after_a_loss, render_pictures, send_pictures
from tasks.progress import picture_progress
from tasks.renderers import find_renderers


def expect_renderers(job: CatalogueJob) -> None:
    """Refuse a catalogue that nobody would render, before anything is read for it.

    Raises:
        BadInput: Its deployment does not exist.
    """
    find_renderers(FLOW, job.deployment)


def render_missing(catalogue: Assessment, job: CatalogueJob) -> dict[str, Outcome]:
    """Render what a catalogue lacks, as far as its budget goes; returns what became of it, by digest."""
    sending = _Sending(job, catalogue.missing, Estimator(catalogue.finished.values()))
    return sending.all_of_it() | sending.left_out


def render_pilots(catalogue: Assessment, job: CatalogueJob) -> Pilots:
    """Render a small picture of each model that a catalogue lacks something of."""
    pilots = pilots_of(catalogue.missing, open_tools().blender)
    became = _Sending(job, pilots, Estimator([])).all_of_it()
    reasons = {
        pilot.plan.geometry: became[pilot.result].reason
        for pilot in pilots
        if pilot.result in became and became[pilot.result].became == "failed"
    }
    return Pilots(pilots, reasons)


class _Sending:
    """Batches on their way.

    Attributes:
        left_out: The pictures that the budget does not hold, by digest, once all others are done.
    """

    def __init__(self, job: CatalogueJob, pictures: Iterable[Picture], estimator: Estimator) -> None:
        self._job = job
        self._budget = Budget(job.seconds_to_spend)
        self._renderers = find_renderers(FLOW, job.deployment)
        self._pictures = {picture.result: picture for picture in pictures}
        self._batches = Batches(
            self._pictures.values(), estimator, self._budget, job.batch_seconds, self._renderers.start_s
        )
        self._going: dict[PrefectFuture[Ended], Batch] = {}
        self._ending = Event()
        self._outcomes: dict[str, Outcome] = {}
        self.left_out: dict[str, Outcome] = {}

    def all_of_it(self) -> dict[str, Outcome]:
        """Render pictures in batches, some at a time, and return what became of each, by digest.

        Whatever ends this early, a run that was sent ends with it.
        """
        key = f"pictures-{uuid4().hex[:12]}"
        with picture_progress(key, self._job.orders, len(self._pictures)) as report:
            try:
                while (batch := self._batches.next()) or self._going:
                    report(self._begin(batch) if batch else self._take_one())
            finally:
                self._ending.set()
        self.left_out = {
            result: Outcome(job=result, became="not begun", reason=reason)
            for result, reason in self._batches.left_out().items()
        }
        return self._outcomes

    def _begin(self, batch: Batch) -> int:
        """Send a batch, or render it if there is nobody to send it to; returns how many pictures are done."""
        results = _results(batch)
        bounded = math.isfinite(self._budget.seconds)
        asked = PicturesJob(
            batch=digest_of({"stage": "batch", "id": uuid4().hex, "results": results}),
            pictures=tuple(picture.plan.job for picture in batch.pictures),
            most_seconds=tuple(round(one.high, 1) for one in batch.estimates) if bounded else (),
        )
        if not self._renderers.deployment:  # in this thread, the only one that a signal interrupts
            return self._take(batch, _rendered_here(asked, results))
        queue = batch.queue if self._renderers.by_queue else None
        future = send_pictures.submit(asked, results, self._renderers.deployment, queue, self._ending)
        self._going[future] = batch
        return 0

    def _take_one(self) -> int:
        """Wait for a batch and take what became of it; returns how many pictures that were."""
        future = next(iter(as_completed(list(self._going))))
        batch = self._going.pop(future)
        try:
            ended = future.result()
        except Exception as error:  # noqa: BLE001 - whatever became of one batch, the others are to be rendered
            ended = _lost(batch, error)
        return self._take(batch, ended)

    def _take(self, batch: Batch, ended: Ended) -> int:
        seconds = sum(outcome.seconds for outcome in ended.outcomes)
        used = None if ended.seconds is None else max(ended.seconds, seconds)
        told = dict(zip(_results(batch), ended.outcomes, strict=True))
        became = {result: outcome for result, outcome in told.items() if outcome.became != "not begun"}
        self._batches.ended(
            batch,
            used,
            beside=(used or seconds) - seconds,
            made=self._made(became),
            not_begun=[picture for picture in batch.pictures if picture.result not in became],
        )
        self._outcomes |= became
        return len(became)

    def _made(self, became: dict[str, Outcome]) -> list[Entry]:
        """Return the entries of what was rendered just now, with what all of it took."""
        try:
            store = open_tools().store
            found = {
                result: read_entry(self._pictures[result], store)
                for result, outcome in became.items()
                if outcome.became == "rendered"
            }
        except MediaError as error:
            get_run_logger().warning("nothing is learned of a batch: %s", error)
            return []
        return [
            entry.model_copy(update={"whole": max(entry.whole, became[result].seconds)})
            for result, entry in found.items()
            if entry
        ]


def _rendered_here(asked: PicturesJob, results: tuple[str, ...]) -> Ended:
    began = time.monotonic()
    try:
        outcomes = render_pictures(asked)
    except Preempted:  # so is whoever would publish
        raise
    except MediaError as error:
        outcomes = after_a_loss(results, f"{type(error).__name__}: {error}").outcomes
    return Ended(outcomes, time.monotonic() - began)


def _lost(batch: Batch, error: Exception) -> Ended:
    get_run_logger().warning("a batch of %s pictures was lost: %s", len(batch.pictures), error)
    return after_a_loss(_results(batch), f"its run could not be sent, or was lost: {error}")


def _results(batch: Batch) -> tuple[str, ...]:
    return tuple(picture.result for picture in batch.pictures)
