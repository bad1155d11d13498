"""Runs that were sent to do a part of the work: how they ended, also those that were lost sight of."""

from dataclasses import dataclass, field
from threading import Event
from typing import cast
from uuid import UUID

from prefect import get_run_logger
from prefect.client.schemas.objects import FlowRun
from prefect.futures import PrefectFuture
from prefect.states import Cancelled
from prefect.types import KeyValueLabels

from media.cost import MachineCost
from tasks.dispatch import end_of
from tasks.ended_run import Why, is_short_of_gpu_memory, why_it_ended
from tasks.media_task import media_task
from tasks.rented import needs_of, rented_for
from tasks.workers import worker_of

MOST_TRIES = 3
"""So often a chunk is sent, and so often a worker may fail; what fails as often fails for good."""


@dataclass(frozen=True)
class Ended:
    """How a run of a chunk ended.

    Attributes:
        why: It did not complete, if it did not.
        worker: Which one had it.
        machines: What was rented for it.
        needs: Labels for the next run of the same work, if its machine was too small (`tasks/rented.py`).
    """

    why: Why | None
    worker: str
    machines: tuple[MachineCost, ...] = ()
    needs: KeyValueLabels = field(default_factory=dict)


@media_task
def wait_for_sent(run: UUID, ending: Event) -> Ended:
    """Wait for a run that was sent before this run died and was begun anew."""
    get_run_logger().info("a run that was sent before is still at work: %s", run)
    return how_it_ended(end_of(run, ending), ending)


def how_it_ended(run: FlowRun, ending: Event) -> Ended:
    """Return how a run ended that was waited for."""
    if ending.is_set():
        return cast("Ended", Cancelled(message=f"run {run.name} was cancelled with the one that sent it"))
    machines = rented_for(run)
    needs = needs_of(run) if is_short_of_gpu_memory(run) else {}
    return Ended(why_it_ended(run), "" if machines else worker_of(run), machines, needs)


def end_of_sent(future: PrefectFuture[Ended]) -> Ended:
    """Return how a run ended; that it could not be sent, or was lost sight of, is an end like others."""
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 - whatever became of one run, the others are to go on
        return Ended(Why(type(error).__name__, f"its run could not be sent, or was lost: {error}"), "")
