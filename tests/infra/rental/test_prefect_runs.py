"""Runs on a real Prefect server, as those who rent machines see and change them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from prefect import flow, task
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import Cancelling, Completed, Crashed, Failed, Pending, Running, Scheduled
from prefect.testing.utilities import prefect_test_harness

from infra.rental import prefect_runs
from infra.rental.errors import OrchestratorUnavailable
from infra.rental.ledger import COMMITTED, MANIFEST, Rental
from infra.rental.machine import Offer
from infra.rental.prefect_runs import PrefectRuns, run_of
from infra.rental.runs import Run, RunState
from infra.rental.terms import Terms

T = TypeVar("T")
RENTAL = Rental(
    number=1,
    machine_id="m1",
    offer=Offer(kind="GPU", usd_per_hour=Decimal("0.5")),
    ordered=datetime(2026, 1, 1, tzinfo=UTC),
)


@pytest.fixture(scope="module", autouse=True)
def prefect_server() -> Iterator[None]:
    with prefect_test_harness(server_startup_timeout=120):
        yield


@flow
def nothing() -> None:
    """Do nothing."""


@task
def step() -> None:
    """Do nothing."""


class Server:
    """One pool with a deployment."""

    def __init__(self, client: PrefectClient, book: PrefectRuns, deployment: UUID) -> None:
        self.client = client
        self.book = book
        self._deployment = deployment

    async def run(self, *states: State) -> Run:
        """Return a run that went through these states."""
        made = await self.client.create_flow_run_from_deployment(self._deployment)
        for state in states:
            await self.client.set_flow_run_state(made.id, state, force=True)
        return await self.now(made.id)

    async def now(self, run_id: UUID) -> Run:
        run = run_of(await self.client.read_flow_run(run_id))
        assert run
        return run

    async def raw(self, run: Run) -> FlowRun:
        return await self.client.read_flow_run(run.run_id)


def on_a_server(story: Callable[[Server], Awaitable[T]]) -> T:
    async def told() -> T:
        async with get_client() as client:
            pool = await client.create_work_pool(
                WorkPoolCreate(name=f"pool-{uuid4().hex[:8]}", type="process")
            )
            flow_id = await client.create_flow(nothing)
            deployment = await client.create_deployment(flow_id, "d", work_pool_name=pool.name)
            return await story(Server(client, PrefectRuns(client, pool.id), deployment))

    return asyncio.run(told())


def test_a_pool_sees_its_own_runs_that_live_and_those_it_asks_for():
    async def story(server: Server) -> None:
        pending = await server.run(Pending())
        running = await server.run(Pending(), Running())
        cancelling = await server.run(Pending(), Running(), Cancelling())
        ended = await server.run(Pending(), Running(), Completed())
        asked = await server.run(Pending(), Running(), Crashed())
        await server.run()

        live = await server.book.live({asked.run_id})

        assert {run.run_id: run.state for run in live.values()} == {
            pending.run_id: RunState.PENDING,
            running.run_id: RunState.RUNNING,
            cancelling.run_id: RunState.CANCELLING,
            asked.run_id: RunState.CRASHED,
        }
        recent = await server.book.recent(datetime.now(UTC) - timedelta(minutes=5))
        assert {run.run_id for run in recent} == {ended.run_id, asked.run_id}

    on_a_server(story)


def test_a_pool_with_more_runs_than_a_page_sees_all_of_them(monkeypatch):
    monkeypatch.setattr(prefect_runs, "PAGE", 3)

    async def story(server: Server) -> None:
        runs = [await server.run(Pending()) for _ in range(7)]
        assert (await server.book.live(())).keys() == {run.run_id for run in runs}

    on_a_server(story)


def test_a_ledger_stands_in_the_labels_beside_what_others_wrote():
    async def story(server: Server) -> None:
        run = await server.run(Pending())
        await server.client.update_flow_run_labels(run.run_id, {"whose": "another's", COMMITTED: 5})

        await server.book.note(run, RENTAL, Terms(max_usd=3, proof=MANIFEST))

        now = await server.now(run.run_id)
        assert now.history.rentals == (RENTAL,)
        assert now.history.terms.max_usd == 3
        assert now.history.committed == 5
        assert not now.proven
        assert (await server.raw(run)).labels["whose"] == "another's"
        await server.client.update_flow_run_labels(run.run_id, {MANIFEST: "s3://bucket/manifest.json"})
        assert (await server.now(run.run_id)).proven

    on_a_server(story)


@pytest.mark.parametrize(
    "states",
    [
        [Pending()],
        [Pending(), Running()],
        [Pending(), Running(), Crashed()],
        [Pending(), Running(), Completed()],
    ],
    ids=lambda states: states[-1].name,
)
def test_a_run_is_rescheduled_from_every_state_that_a_lost_machine_leaves_it_in(states):
    async def story(server: Server) -> None:
        run = await server.run(*states)
        at = datetime.now(UTC) + timedelta(minutes=1)

        assert await server.book.reschedule(run, "the machine is gone", at)

        raw = await server.raw(run)
        assert raw.state
        assert (raw.state.type, raw.state.name) == (StateType.SCHEDULED, "AwaitingRetry")
        assert raw.state.message == "the machine is gone"
        assert raw.state.state_details.scheduled_time == at

    on_a_server(story)


def test_a_run_that_was_retried_in_its_process_is_handed_to_workers_again():
    async def story(server: Server) -> None:
        run = await server.run(Pending(), Running())
        policy = (await server.raw(run)).empirical_policy.model_copy(update={"retry_type": "in_process"})
        await server.client.update_flow_run(run.run_id, empirical_policy=policy)

        assert await server.book.reschedule(run, "the machine is gone", datetime.now(UTC))

        assert (await server.raw(run)).empirical_policy.retry_type == "reschedule"

    on_a_server(story)


def test_tasks_that_went_down_with_a_machine_do_not_run_for_ever():
    async def story(server: Server) -> None:
        run = await server.run(Pending(), Running())
        lost, done = [
            await server.client.create_task_run(step, run.run_id, dynamic_key=key, state=state)
            for key, state in (("0", Running()), ("1", Completed()))
        ]

        assert await server.book.reschedule(run, "the machine is gone", datetime.now(UTC))

        states = [(await server.client.read_task_run(task.id)).state for task in (lost, done)]
        assert [(state.type, state.message) for state in states if state] == [
            (StateType.CRASHED, "the machine is gone"),
            (StateType.COMPLETED, None),
        ]

    on_a_server(story)


@pytest.mark.parametrize("newer", [Cancelling(), Failed(), Scheduled()], ids=lambda state: state.name)
def test_a_decision_about_another_state_is_not_carried_out(newer):
    async def story(server: Server) -> None:
        run = await server.run(Pending(), Running())
        await server.client.set_flow_run_state(run.run_id, newer, force=True)

        assert not await server.book.reschedule(run, "the machine is gone", datetime.now(UTC))
        assert not await server.book.end(run, RunState.FAILED, "too expensive")

        assert (await server.now(run.run_id)).state.value == newer.type.value

    on_a_server(story)


def test_a_run_that_was_deleted_is_left_alone():
    async def story(server: Server) -> None:
        run = await server.run(Pending())
        await server.client.delete_flow_run(run.run_id)

        assert not await server.book.reschedule(run, "gone", datetime.now(UTC))
        assert run.run_id not in await server.book.live({run.run_id})

    on_a_server(story)


@pytest.mark.parametrize(
    ("states", "end"),
    [
        ([Pending()], RunState.FAILED),
        ([Pending(), Running()], RunState.FAILED),
        ([Pending(), Running(), Crashed()], RunState.FAILED),
        ([Pending(), Running(), Cancelling()], RunState.CANCELLED),
    ],
)
def test_a_run_is_ended_with_its_sentence(states, end):
    async def story(server: Server) -> None:
        run = await server.run(*states)

        assert await server.book.end(run, end, "the reason")

        state = (await server.raw(run)).state
        assert state
        assert (state.type.value, state.message) == (end.value, "the reason")

    on_a_server(story)


def test_a_server_that_is_away_says_nothing_about_runs():
    async def told() -> None:
        async with PrefectClient("http://127.0.0.1:9/api", httpx_settings={"timeout": 1}) as client:
            with pytest.raises(OrchestratorUnavailable):
                await PrefectRuns(client, uuid4()).live(())

    asyncio.run(told())
