"""Tasks: have a chunk rendered by a run of its own, and hear how that ended."""

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
from media.shot.job import FramesJob
from media.shot.plan import ShotPlan
from tasks.dispatch import end_of, run_elsewhere
from tasks.ended_run import Why, is_short_of_gpu_memory, why_it_ended
from tasks.media_task import media_task
from tasks.renderers import Renderers
from tasks.rented import needs_of, rented_for
from tasks.workers import worker_of

FLOW = "render-frames"


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
def send_chunk(
    chunk: ShotPlan, job: FramesJob, renderers: Renderers, ending: Event, needs: KeyValueLabels
) -> Ended:
    """Have frames rendered by a run of their own, and wait for it, or cancel it once `ending` is set."""
    name = f"frames-{chunk.numbers[0]}-{chunk.numbers[-1]}-{chunk.result[:8]}"
    get_run_logger().info("%s frames are rendered by the run %s", len(chunk.numbers), name)
    queue = chunk.job.queue if renderers.by_queue else None
    deployment = f"{FLOW}/{renderers.deployment}"
    return how_it_ended(run_elsewhere(deployment, job, queue, name, ending, labels=needs), ending)


@media_task
def wait_for_chunk(run: UUID, ending: Event) -> Ended:
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
