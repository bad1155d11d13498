"""A run gives a sign of life while it works; one that died is given back to the workers of its pool.

Prefect's process worker sees the end of the processes that it started. Nobody sees the end of a worker that
was killed together with them: to Prefect their runs go on for ever, and keep their places in the queues. So
runs look after each other: who waits for a run after that one, a run that was sent after its sender, and who
begins, once, after all of its pool. A rented machine is watched by who rented it.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from datetime import UTC, datetime
from functools import wraps
from typing import ParamSpec, TypeVar
from uuid import UUID

import httpx
from prefect import get_run_logger
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.context import FlowRunContext
from prefect.exceptions import PrefectException
from prefect.states import AwaitingRetry, Crashed

from blocks.tools import open_tools
from infra.rental.ledger import history_of
from media.errors import MediaError
from media.store.lease import LASTS_S
from media.store.lifeline import LifelineWatch, lifeline
from tasks.workers import POOL, has_its_worker, worker_of

P = ParamSpec("P")
R = TypeVar("R")

LOOK_EVERY_S = 5.0
LONGEST_SILENCE_S = 120.0
"""So long a run may be Running before its first sign of life, or after its last."""
SHORTEST_START_S = 60.0
"""So long a run is Pending before it counts whether its worker is still there."""
LONGEST_START_S = 900.0
"""So long a run may be Pending: an image of gigabytes may be on its way."""
FIRST_LOOKS_S = 2 * LASTS_S
"""So long who begins looks after the others of its pool: what is cut has shown by then."""
MOST_LOSSES = 3
"""So often a run is given back; what outlives no worker is not to take down all of them."""
LOSSES = "rendermill.losses"
"""The label in which a run keeps how often that was."""


def gives_sign_of_life(function: Callable[P, R]) -> Callable[P, R]:
    """Have a flow hold its run's lifeline while it works, and look after others'."""

    @wraps(function)
    def working(*args: P.args, **kwargs: P.kwargs) -> R:
        context = FlowRunContext.get()
        run = context.flow_run if context else None
        if run is None or run.deployment_id is None:
            return function(*args, **kwargs)
        with lifeline(str(run.id), open_tools().store), _looking_out(run):
            return function(*args, **kwargs)

    return working


class Vigil:
    """Watches a run, and gives it back to the workers once its process is gone.

    Attributes:
        must_speak: Whether the run is known to be one that gives signs of life, so that silence says enough.
    """

    def __init__(self, run: FlowRun, client: SyncPrefectClient, *, must_speak: bool) -> None:
        self._client = client
        self._watch = LifelineWatch(str(run.id), open_tools().store)
        self._looked = self._heard = time.monotonic()
        self._must_speak = must_speak
        self._is_gone = False
        """Whether its process was seen to be gone, of which no one but us can tell the server any more."""

    def look(self, run: FlowRun) -> None:
        """Look after a run that has not ended, every few seconds at most."""
        now = time.monotonic()
        if run.state is None or now - self._looked < LOOK_EVERY_S:
            return
        self._looked = now
        if history_of(run.labels).rentals or not (reason := self._loss(run, run.state, now)):
            return
        self._heard = now
        get_run_logger().warning("run %s: %s", run.name, reason)
        losses = int(str(run.labels.get(LOSSES, 0))) + 1
        self._client.set_flow_run_state(run.id, _state_after(losses, reason), force=True)
        self._is_gone = False
        self._client.update_flow_run_labels(run.id, {LOSSES: losses})

    def _loss(self, run: FlowRun, state: State, now: float) -> str:
        """Return why a run in this state is lost, or nothing."""
        if not (state.is_running() or state.is_pending()):
            self._heard, self._is_gone = now, False
            return ""
        try:
            self._is_gone = self._watch.taken_away() or (self._is_gone and not self._watch.is_held)
        except MediaError as error:
            get_run_logger().warning("whether a run still lives cannot be seen now: %s", error)
            self._heard = now
        if self._is_gone:
            return "its process is gone"
        if state.is_pending() and age_s(state) > SHORTEST_START_S and not has_its_worker(run, self._client):
            return f"its worker {worker_of(run)} is gone"
        if self._watch.is_held or not self._must_speak:
            self._heard = now
        silent_s = now - self._heard
        longest_s = LONGEST_SILENCE_S if state.is_running() else LONGEST_START_S
        return f"no sign of life for {silent_s:.0f} s" if silent_s > longest_s else ""


def _state_after(losses: int, reason: str) -> State[None]:
    if losses > MOST_LOSSES:
        return Crashed(message=f"{reason}, {losses} times in all")
    return AwaitingRetry(message=f"{reason}; another worker goes on")


def age_s(state: State) -> float:
    """Return for how long a run has been in a state, by this machine's clock."""
    return (datetime.now(UTC) - state.timestamp).total_seconds()


@contextmanager
def _looking_out(run: FlowRun) -> Iterator[None]:
    """Look after the others for the length of the block, in a thread of its own."""
    ending = threading.Event()
    context = copy_context()
    lookout = threading.Thread(target=context.run, args=(_look_out, run, ending), daemon=True)
    lookout.start()
    try:
        yield
    finally:
        ending.set()


def _look_out(run: FlowRun, ending: threading.Event) -> None:
    until = time.monotonic() + FIRST_LOOKS_S
    try:
        with get_client(sync_client=True) as client:
            sender = _sender_of(run, client)
            vigils = {one.id: Vigil(one, client, must_speak=False) for one in _others_at_work(run, client)}
            while vigils and not ending.wait(LOOK_EVERY_S):
                for one, vigil in vigils.items():
                    _look_after(one, vigil, client)
                if time.monotonic() > until:
                    vigils = {one: vigil for one, vigil in vigils.items() if one == sender}
    except (PrefectException, httpx.HTTPError, MediaError) as error:
        get_run_logger().warning("nobody looks after other runs from here any more: %s", error)


def _look_after(one: UUID, vigil: Vigil, client: SyncPrefectClient) -> None:
    """Look after a run; a server that does not answer now is asked again at the next look."""
    try:
        vigil.look(client.read_flow_run(one))
    except (PrefectException, httpx.HTTPError) as error:
        get_run_logger().warning("how another run is cannot be seen now: %s", error)


def _sender_of(run: FlowRun, client: SyncPrefectClient) -> object:
    """Return the id of the run that sent this one, if one did."""
    task = run.parent_task_run_id
    return client.read_task_run(task).flow_run_id if task else None


def _others_at_work(run: FlowRun, client: SyncPrefectClient) -> list[FlowRun]:
    """Return the other runs of this run's pool that Prefect takes to be at work."""
    found = client.read_flow_runs(
        work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[str(run.labels.get(POOL, ""))])),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING]))
        ),
    )
    return [one for one in found if one.id != run.id]
