"""A run gives a sign of life while it works; one that died is given back to the workers of its pool.

Prefect's process worker sees the end of the processes that it started. Nobody sees the end of a worker that
was killed with them: to Prefect their runs go on for ever. A rented machine is watched by who rented it.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from prefect import get_run_logger
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.states import AwaitingRetry, Crashed

from blocks.tools import open_tools
from infra.rental.ledger import history_of
from media.errors import MediaError
from media.store.lifeline import LifelineWatch, lifeline

P = ParamSpec("P")
R = TypeVar("R")

LOOK_EVERY_S = 5.0
LONGEST_SILENCE_S = 120.0
"""So long a run may be Running before its first sign of life, or after its last."""
LONGEST_START_S = 900.0
"""So long a run may be Pending: an image of gigabytes may be on its way."""
MOST_LOSSES = 3
"""So often a run is given back; what outlives no worker is not to take down all of them."""


def gives_sign_of_life(function: Callable[P, R]) -> Callable[P, R]:
    """Have a flow hold its run's lifeline while it works, for who sent the run."""

    @wraps(function)
    def working(*args: P.args, **kwargs: P.kwargs) -> R:
        context = FlowRunContext.get()
        run = context.flow_run if context else None
        if run is None or run.deployment_id is None:
            return function(*args, **kwargs)
        with lifeline(str(run.id), open_tools().store):
            return function(*args, **kwargs)

    return working


class Vigil:
    """Watches a run for its sender, and gives it back to the workers once its process is gone."""

    def __init__(self, run: FlowRun, client: SyncPrefectClient) -> None:
        self._id = run.id
        self._client = client
        store = open_tools().store
        self._watch = LifelineWatch(str(run.id), store) if store.capabilities().conditional_put else None
        self._looked = self._heard = time.monotonic()
        self._losses = 0

    def look(self, run: FlowRun) -> None:
        """Look after a run that has not ended, every few seconds at most."""
        now = time.monotonic()
        if self._watch is None or now - self._looked < LOOK_EVERY_S:
            return
        self._looked = now
        if run.state is None or history_of(run.labels).rentals or not (reason := self._loss(run.state, now)):
            return
        self._losses += 1
        self._heard = now
        get_run_logger().warning("run %s: %s", run.name, reason)
        self._client.set_flow_run_state(self._id, self._state_after(reason), force=True)

    def _state_after(self, reason: str) -> State[None]:
        if self._losses > MOST_LOSSES:
            return Crashed(message=f"{reason}, {self._losses} times in all")
        return AwaitingRetry(message=f"{reason}; another worker goes on")

    def _loss(self, state: State, now: float) -> str:
        """Return why a run in this state is lost, or nothing."""
        assert self._watch is not None  # noqa: S101 - its caller has looked
        if not (state.is_running() or state.is_pending()):
            self._heard = now
            return ""
        try:
            if self._watch.is_cut():
                return "its process is gone"
        except MediaError as error:
            get_run_logger().warning("whether a run still lives cannot be seen now: %s", error)
            self._heard = now
        if self._watch.is_held:
            self._heard = now
        silent_s = now - self._heard
        longest_s = LONGEST_SILENCE_S if state.is_running() else LONGEST_START_S
        return f"no sign of life for {silent_s:.0f} s" if silent_s > longest_s else ""
