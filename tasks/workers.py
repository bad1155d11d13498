"""Leave work that failed on this worker to the others, as long as there are any."""

from datetime import UTC, datetime, timedelta
from typing import cast

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import WorkerFilter, WorkerFilterStatus
from prefect.client.schemas.objects import FlowRun, WorkerStatus
from prefect.context import FlowRunContext
from prefect.states import AwaitingRetry

from infra.rental.ledger import history_of

WORKER = "prefect.worker.name"
"""The label in which Prefect's workers leave their name."""
POOL = "prefect.work-pool.name"
AGAIN_AFTER = timedelta(seconds=5)
MOST_HANDED_BACK = 20
"""So often a run is handed back; the others may be at other work for hours, or on other queues."""


def left_to_others(not_on: tuple[str, ...]) -> int | None:
    """Return what gives this run back to its pool if its worker is one of those; else nothing.

    That is a state, which Prefect takes for the run's own if a flow returns it. Nobody can say which worker
    takes a run, so one that should not hands it back until another has it. Where no other is online, or none
    takes it, a worker that failed is better than none; and a machine that was rented for it is another one.
    """
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None or worker_of(run) not in not_on or not _is_worth_handing_back(run, not_on):
        return None
    message = f"left to others by {worker_of(run)}, where it failed"
    return cast("int", AwaitingRetry(message=message, scheduled_time=datetime.now(UTC) + AGAIN_AFTER))


def worker_of(run: FlowRun) -> str:
    """Return the name of the worker that started a run last, if it left one."""
    return str(run.labels.get(WORKER, ""))


def _is_worth_handing_back(run: FlowRun, not_on: tuple[str, ...]) -> bool:
    return run.run_count <= MOST_HANDED_BACK and not history_of(run.labels).rentals and _others(run, not_on)


def has_its_worker(run: FlowRun, client: SyncPrefectClient) -> bool:
    """Tell whether the worker that has taken a run is still there, as far as the server knows."""
    return not worker_of(run) or worker_of(run) in _online(run, client)


def _others(run: FlowRun, not_on: tuple[str, ...]) -> bool:
    with get_client(sync_client=True) as client:
        return not _online(run, client) <= set(not_on)


def _online(run: FlowRun, client: SyncPrefectClient) -> set[str]:
    """Return the names of the workers of a run's pool that are there."""
    there = WorkerFilter(status=WorkerFilterStatus(any_=[WorkerStatus.ONLINE]))
    workers = client.read_workers_for_work_pool(str(run.labels.get(POOL, "")), worker_filter=there)
    return {worker.name for worker in workers}
