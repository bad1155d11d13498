"""The runs of a pool in Prefect, without a server: what is proposed to it."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from prefect.client.schemas.objects import FlowRun, State, TaskRun
from prefect.client.schemas.responses import OrchestrationResult, SetStateStatus, StateAcceptDetails
from prefect.states import Running

from infra.rental.prefect_runs import PrefectRuns, run_of

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
DUE = NOW - timedelta(hours=1)


@dataclass
class Server:
    """One flow run, which becomes whatever is proposed."""

    flow_run: FlowRun = field(
        default_factory=lambda: FlowRun(flow_id=uuid4(), state=Running(), expected_start_time=DUE)
    )

    async def read_flow_run(self, run_id: UUID) -> FlowRun:
        assert run_id == self.flow_run.id
        return self.flow_run

    async def read_task_runs(self, **_: object) -> list[TaskRun]:
        return []

    async def set_flow_run_state(self, run_id: UUID, state: State, *, force: bool) -> OrchestrationResult:
        assert run_id == self.flow_run.id
        del force
        self.flow_run.state = state
        return OrchestrationResult(state=state, status=SetStateStatus.ACCEPT, details=StateAcceptDetails())


@pytest.mark.parametrize(("wait", "scheduled"), [(timedelta(0), DUE), (timedelta(minutes=1), None)])
def test_a_run_that_may_go_on_at_once_keeps_its_place_before_those_that_have_not_begun(wait, scheduled):
    server = Server()
    book = PrefectRuns(server, uuid4(), lambda: NOW)

    assert asyncio.run(book.reschedule(run_of(server.flow_run), "its machine was lost", NOW + wait))

    assert server.flow_run.state.name == "AwaitingRetry"
    assert server.flow_run.state.state_details.scheduled_time == (scheduled or NOW + wait)


def test_a_run_whose_state_has_changed_is_left_alone():
    server = Server()
    seen = run_of(server.flow_run)
    server.flow_run.state = Running()

    assert not asyncio.run(PrefectRuns(server, uuid4()).reschedule(seen, "its machine was lost", NOW))

    assert server.flow_run.state.name == "Running"
