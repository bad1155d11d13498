"""Tasks: have the pictures of a batch rendered, in this run or in one of its own."""

from dataclasses import dataclass
from threading import Event
from typing import cast

from prefect import get_run_logger
from prefect.states import Cancelled

from blocks.tools import open_tools
from media.catalogue import rendering
from media.catalogue.job import PicturesJob
from media.catalogue.rendering import (
    Outcome,
    forget_outcomes,
    outcomes_address,
    outcomes_after_a_loss,
    outcomes_unknown,
    read_outcomes,
)
from media.errors import MediaError
from media.patience import retried
from media.store import ObjectStore
from tasks.dispatch import run_elsewhere
from tasks.media_task import media_task
from tasks.progress import picture_progress
from tasks.renderers import seconds_of
from tasks.rented import CostOfEach, tell_manifest

Outcomes = tuple[Outcome, ...]
FLOW = "render-pictures"


@dataclass(frozen=True)
class Ended:
    """What became of a batch.

    Attributes:
        outcomes: Of each picture.
        seconds: How long its run lasted; None if nobody knows.
    """

    outcomes: Outcomes
    seconds: float | None


@media_task
def render_pictures(job: PicturesJob) -> Outcomes:
    """Render the pictures of a batch in this run, one after the other."""
    tools = open_tools()
    with picture_progress(f"batch-{job.batch[:12]}", "this batch", len(job.pictures)) as report:
        return rendering.render_pictures(job, tools, lambda _: report(1), CostOfEach())


@media_task
def tell_outcomes(batch: str, outcomes: Outcomes) -> None:
    """Store what became of each picture for the run that sent them, which forgets it once it has it."""
    store = open_tools().store
    rendering.tell_outcomes(batch, outcomes, store)
    tell_manifest(outcomes_address(batch, store))


@media_task
def send_pictures(
    job: PicturesJob, results: tuple[str, ...], deployment: str, queue: str | None, ending: Event
) -> Ended:
    """Have a batch rendered by a run of its own, and wait for that, or cancel it once `ending` is set."""
    name = f"{FLOW}-{job.batch[:8]}"
    get_run_logger().info("pictures sent to the run %s: %s", name, len(job.pictures))
    run = run_elsewhere(f"{FLOW}/{deployment}", job, queue, name, ending)
    if ending.is_set():
        return cast("Ended", Cancelled(message=f"run {name} was cancelled with the one that sent it"))
    message = (run.state.message or run.state.name) if run.state else "it was deleted"
    return Ended(_told(job, results, f"run {name}: {message}"), seconds_of(run) if run.state else None)


def after_a_loss(results: tuple[str, ...], reason: str) -> Ended:
    """Return what became of a batch that could not be sent, or whose end nobody told."""
    try:
        return Ended(outcomes_after_a_loss(results, reason, open_tools().store), None)
    except MediaError as error:  # what is finished shows when the catalogue is published
        return Ended(outcomes_unknown(results, f"{reason}; {error}"), None)


def _told(job: PicturesJob, results: tuple[str, ...], reason: str) -> Outcomes:
    """Return what a run told of its pictures; never a failure, after which the run would be sent again."""
    store = open_tools().store
    try:
        return retried(lambda: _read(job.batch, store)) or after_a_loss(results, reason).outcomes
    except MediaError as error:
        return outcomes_unknown(results, f"{reason}; {error}")


def _read(batch: str, store: ObjectStore) -> Outcomes:
    if told := read_outcomes(batch, store):
        forget_outcomes(batch, store)
    return told
