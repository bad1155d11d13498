"""The runs that machines are rented for, in Prefect: flow runs of one work pool."""

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    TaskRunFilter,
    TaskRunFilterState,
    TaskRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterId,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.exceptions import Abort, ObjectNotFound
from prefect.logging import get_logger
from prefect.logging.loggers import PrefectLogAdapter
from prefect.states import AwaitingRetry, Crashed
from prefect.types import KeyValueLabels

from infra.rental.errors import OrchestratorUnavailable
from infra.rental.ledger import Rental, history_of, label_of, label_of_terms
from infra.rental.runs import Run, RunState
from infra.rental.terms import Terms

LIVE = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
LATER = {408, 425, 429}
"""What a server that is too busy answers."""
PAGE = 200
"""The most flow runs that Prefect's server returns at once."""
IN_PROCESS = "in_process"
"""What a run is marked with that Prefect retried in its process: no worker is ever handed it again."""


def run_of(flow_run: FlowRun) -> Run | None:
    """Return a flow run as those who rent see it, or None if it has no state yet."""
    state = flow_run.state
    if state is None:
        return None
    history = history_of(flow_run.labels)
    return Run(
        run_id=flow_run.id,
        name=flow_run.name,
        state=RunState(state.type.value),
        since=state.timestamp,
        mark=str(state.id),
        history=history,
        proven=not history.terms.proof or history.terms.proof in flow_run.labels,
    )


class PrefectRuns:
    """A `RunBook` of one work pool."""

    def __init__(
        self, client: PrefectClient, pool_id: UUID, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._client = client
        self._clock = clock
        self._pool = WorkPoolFilter(id=WorkPoolFilterId(any_=[pool_id]))

    async def live(self, also: Collection[UUID]) -> Mapping[UUID, Run]:
        """Return the pool's runs that are pending, running or cancelling, and those of `also`, by id."""
        states = FlowRunFilterState(type=FlowRunFilterStateType(any_=LIVE))
        wanted = FlowRunFilter(state=states)
        if also:
            ids = FlowRunFilterId(any_=list(also))
            wanted = FlowRunFilter.model_validate({"operator": "or_", "state": states, "id": ids})
        return {run.run_id: run for run in await self._read(wanted)}

    async def recent(self, since: datetime) -> Sequence[Run]:
        """Return the pool's runs that ended since a moment."""
        ended = FlowRunFilterEndTime.model_validate({"after_": since})
        return await self._read(FlowRunFilter(end_time=ended))

    async def waiting(self) -> Sequence[Run]:
        """Return the pool's runs that are scheduled."""
        scheduled = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]))
        return await self._read(FlowRunFilter(state=scheduled))

    async def note(self, run: Run, rental: Rental, terms: Terms | None = None) -> None:
        """Write a rental into the run's labels, and with it the terms, if they are given."""
        labels: KeyValueLabels = {**label_of(rental), **(label_of_terms(terms) if terms else {})}
        with _told_apart(run):
            await self._client.update_flow_run_labels(run.run_id, labels)
        if said := _sentence(rental):
            _page_of(run).info(said)

    async def reschedule(self, run: Run, message: str, at: datetime) -> bool:
        """Have a run start again at a time; returns False and does nothing if its state has changed."""
        flow_run = await self._unchanged(run)
        if flow_run is None:
            return False
        if flow_run.empirical_policy.retry_type == IN_PROCESS:
            await self._set(run, Crashed(message=message))
        if at <= self._clock() and flow_run.expected_start_time:
            at = flow_run.expected_start_time  # it keeps its place, before those that have not begun
        # A run that says it is completed is taken at its word by the server, unless it is forced.
        force = run.state is RunState.COMPLETED
        done = await self._set(run, AwaitingRetry(message=message, scheduled_time=at), force=force)
        if done:
            with contextlib.suppress(OrchestratorUnavailable, httpx.HTTPStatusError):  # how it looks, no more
                await self._end_its_tasks(run, message)
        return done

    async def is_as_it_was(self, run: Run) -> bool:
        """Return whether a run is still in the state that it was read in."""
        return await self._unchanged(run) is not None

    async def end(self, run: Run, state: RunState, message: str) -> bool:
        """End a run in a final state; returns False and does nothing if its state has changed."""
        if await self._unchanged(run) is None:
            return False
        name = state.value.capitalize()
        return await self._set(run, State(type=StateType(state.value), name=name, message=message))

    async def _end_its_tasks(self, run: Run, message: str) -> None:
        """Have the tasks that went down with a machine shown as crashed, and not as running for ever."""
        running = TaskRunFilterState(type=TaskRunFilterStateType(any_=[StateType.RUNNING]))
        with _told_apart(run):
            tasks = await self._client.read_task_runs(
                flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run.run_id])),
                task_run_filter=TaskRunFilter(state=running),
            )
            for task in tasks:
                await self._client.set_task_run_state(task.id, Crashed(message=message), force=True)

    async def _read(self, wanted: FlowRunFilter) -> list[Run]:
        found: list[Run] = []
        with _told_apart():
            while True:
                page = await self._client.read_flow_runs(
                    flow_run_filter=wanted, work_pool_filter=self._pool, limit=PAGE, offset=len(found)
                )
                found += filter(None, map(run_of, page))
                if len(page) < PAGE:
                    return found

    async def _unchanged(self, run: Run) -> FlowRun | None:
        """Return the flow run as it is now, or None if it is not in the state any more that was judged."""
        with _told_apart(run):
            try:
                flow_run = await self._client.read_flow_run(run.run_id)
            except ObjectNotFound:
                return None
        return flow_run if flow_run.state and str(flow_run.state.id) == run.mark else None

    async def _set(self, run: Run, state: State[Any], *, force: bool = False) -> bool:
        with _told_apart(run):
            try:
                answer = await self._client.set_flow_run_state(run.run_id, state, force=force)
            except (Abort, ObjectNotFound):
                return False
        return answer.state is not None and answer.state.type is state.type


def _sentence(rental: Rental) -> str:
    """Return what happened to a machine, for the page of its run; nothing while no machine is known."""
    if not rental.machine_id:
        return ""
    if rental.ended is None:
        return f"machine {rental.machine_id} is rented: {rental.offer}"
    cost = f"{rental.seconds(rental.ended):.0f} s and ${rental.usd(rental.ended):.4f}"
    return f"machine {rental.machine_id} is gone after {cost}: {rental.why}"


def _page_of(run: Run) -> PrefectLogAdapter:
    """Return the logger that writes on the page of a run, and on the worker's terminal."""
    extra = {"flow_run_id": str(run.run_id), "flow_run_name": run.name, "flow_name": "<unknown>"}
    return PrefectLogAdapter(get_logger("prefect.flow_runs.worker"), extra=extra)


@contextmanager
def _told_apart(run: Run | None = None) -> Iterator[None]:
    """Tell a server that is away or breaks from one that refuses."""
    try:
        yield
    except httpx.HTTPStatusError as error:
        if not (error.response.is_server_error or error.response.status_code in LATER):
            raise
        raise _away(run, error) from error
    except httpx.RequestError as error:
        raise _away(run, error) from error


def _away(run: Run | None, error: httpx.HTTPError) -> OrchestratorUnavailable:
    what = f"run {run.name}" if run else "the pool's runs"
    return OrchestratorUnavailable(
        f"{what}: Prefect's server does not answer: {type(error).__name__} {error}"
    )
