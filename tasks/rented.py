"""What a run on a rented machine tells those who rent it, and they it: by the labels of its flow run.

Frames that are stored tell a machine that goes forward from one that dies of its work; the manifest is what a
Completed is believed by. A run that nothing was rented for says nothing.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.context import FlowRunContext
from prefect.exceptions import PrefectException
from prefect.types import KeyValueLabels

from blocks.tools import this_gpu
from infra.rental.ledger import COMMITTED, MANIFEST, NEEDS_GPU_MEMORY, RENTAL, Rental, history_of
from media.cost import Cost, MachineCost, cost_of, to_micro
from media.errors import OutOfGpuMemory

logger = logging.getLogger(__name__)


def tell_committed(frames: int) -> None:
    """Tell how many frames are stored for good."""
    _tell({COMMITTED: frames})


def tell_manifest(address: str) -> None:
    """Tell where the manifest of the finished work lies."""
    _tell({MANIFEST: address})


@contextmanager
def telling_its_needs() -> Iterator[None]:
    """Tell how much memory a GPU must have, if work within the block found this machine's to be too small.

    Raises:
        OutOfGpuMemory: It was, with what it has and what is needed.
    """
    try:
        yield
    except OutOfGpuMemory as error:
        gpu = this_gpu()
        if gpu is None:
            raise
        least = gpu.more_memory_gb
        _tell({NEEDS_GPU_MEMORY: least})
        raise OutOfGpuMemory(
            f"{error}: expected at least {least} GB, found {gpu.name} with {gpu.memory_gb:.1f} GB"
        ) from error


def needs_of(run: FlowRun) -> KeyValueLabels:
    """Return as labels what the next run of the same work is to be given, if this one lacked it."""
    needed = history_of(run.labels).gpu_memory_gb
    return {NEEDS_GPU_MEMORY: needed} if needed else {}


def larger(some: KeyValueLabels, others: KeyValueLabels) -> KeyValueLabels:
    """Return which of two needs is the larger one."""
    return max(some, others, key=lambda labels: history_of(labels).gpu_memory_gb)


def cost_so_far(frames: int) -> Cost | None:
    """Return what the machines of this run have cost until now, if any were rented."""
    labels = _labels()
    if labels is None:
        return None
    return cost_of(_machines(labels), frames)


def rented_for(run: FlowRun) -> tuple[MachineCost, ...]:
    """Return what the machines have cost that were rented for a run, as far as its labels tell."""
    return _machines(run.labels)


def _machines(labels: Mapping[str, object]) -> tuple[MachineCost, ...]:
    now = datetime.now(UTC)
    return tuple(_cost(rental, now) for rental in history_of(labels).rentals if rental.machine_id)


class CostOfEach:
    """What each piece of work costs of a run that does several, one after the other, on a rented machine.

    The machine's boot counts for the first. Of machines that were lost before, what they finished bears its
    share already, and the rest stands in the run's ledger only.
    """

    def __init__(self) -> None:
        self._told = (0.0, Decimal(0))

    def __call__(self, frames: int) -> Cost | None:
        """Return what the machine has cost since this was asked last, if one was rented."""
        newest = history_of(_labels() or {}).newest
        if newest is None or not newest.machine_id:
            return None
        now = datetime.now(UTC)
        (seconds, usd), self._told = self._told, (newest.seconds(now), newest.usd(now))
        since = MachineCost(
            offer=newest.offer.where,
            seconds=round(self._told[0] - seconds, 1),
            usd=to_micro(self._told[1] - usd),
        )
        return cost_of((since,), frames)


def _cost(rental: Rental, now: datetime) -> MachineCost:
    seconds = round(rental.seconds(now), 1)
    return MachineCost(offer=rental.offer.where, seconds=seconds, usd=to_micro(rental.usd(now)))


def _tell(labels: KeyValueLabels) -> None:
    run = _rented_run()
    if run is None:
        return
    try:
        with get_client(sync_client=True) as client:
            client.update_flow_run_labels(run.id, labels)
    except (PrefectException, httpx.HTTPError) as error:
        logger.warning("%s could not be told, the work goes on: %s", ", ".join(labels), error)


def _labels() -> Mapping[str, object] | None:
    """Return the labels of this run as they are now, or None if nothing was rented for it."""
    run = _rented_run()
    if run is None:
        return None
    try:
        with get_client(sync_client=True) as client:
            return client.read_flow_run(run.id).labels
    except (PrefectException, httpx.HTTPError) as error:
        logger.warning("what the machines cost is told as known at the start: %s", error)
        return run.labels


def _rented_run() -> FlowRun | None:
    """Return this run as it was when it started, if a machine was rented for it."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    return run if run and any(name.startswith(RENTAL) for name in run.labels) else None
