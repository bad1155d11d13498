"""The worker on a real Prefect server, with machines in memory."""

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from prefect import flow
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import InfrastructureNotAvailable, InfrastructureNotFound
from prefect.states import Cancelling, Pending
from prefect.testing.utilities import prefect_test_harness

from infra.rental import worker as workers
from infra.rental.configuration import RentalConfiguration, RentalVariables
from infra.rental.errors import AccountRefused, NoCapacity, OrderRefused, ProviderUnavailable
from infra.rental.ledger import NEEDS_GPU_MEMORY, history_of
from infra.rental.machine import Machine, MachineState, Offer, Order
from infra.rental.provider import Provider
from infra.rental.worker import RentalWorker
from media.errors import MediaError

OFFER = Offer(kind="GPU", usd_per_hour=Decimal("0.5"))
ENV = {"RENDERMILL_STORE": "s3://bucket", "PREFECT_API_URL": "https://prefect.example.com/api"}
SECRETS = {"PREFECT_API_AUTH_STRING": "prefect_auth_string"}


class Shed:
    """A provider with one kind of machine."""

    def __init__(self) -> None:
        self.there: dict[str, Machine] = {}
        self.orders: list[Order] = []
        self.fails: MediaError | None = None
        self.lingers = False

    async def offers(self, order: Order) -> list[Offer]:
        del order
        return [OFFER]

    async def create(self, order: Order, offer: Offer) -> Machine:
        if self.fails:
            raise self.fails
        self.orders.append(order)
        machine = Machine(
            machine_id=f"m{len(self.orders)}",
            name=order.name,
            state=MachineState.RUNNING,
            offer=offer,
            created=datetime.now(UTC),
        )
        self.there[machine.machine_id] = machine
        return machine

    async def machines(self, prefix: str) -> list[Machine]:
        if self.fails:
            raise self.fails
        return [machine for machine in self.there.values() if machine.name.startswith(prefix)]

    async def terminate(self, machine_id: str) -> None:
        if not self.lingers:
            self.there.pop(machine_id, None)

    async def why_gone(self, machine_id: str) -> str | None:
        return None if machine_id in self.there else "it is gone"

    async def logs(self, machine_id: str, lines: int = 20) -> list[str]:
        del machine_id, lines
        return []

    async def bills(self, since: datetime) -> dict[str, Decimal]:
        del since
        return {}


SHED = Shed()


class ShedWorker(RentalWorker):
    """Rents from the shed."""

    type = "shed"
    job_configuration = RentalConfiguration
    job_configuration_variables = RentalVariables

    @asynccontextmanager
    async def open_provider(self) -> AsyncIterator[Provider[Any]]:
        """Provide the shed."""
        yield SHED


@pytest.fixture(scope="module", autouse=True)
def prefect_server() -> Iterator[None]:
    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture(autouse=True)
def shed(monkeypatch) -> Shed:
    SHED.__init__()  # type: ignore[misc] # the worker is made by Prefect, which knows one shed only
    monkeypatch.setattr(workers, "TICK_S", 0.05)
    monkeypatch.setattr(workers, "KILL_CHECK_S", 0.05)
    return SHED


@pytest.fixture(autouse=True)
def what_prefect_leaves_behind() -> Iterator[None]:
    """Collect the connections for events and cancellations that Prefect's worker does not close."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@flow
def nothing(job: dict[str, str] | None = None) -> None:
    """Do nothing."""
    del job


Story = Callable[[ShedWorker, FlowRun, RentalConfiguration], Awaitable[None]]


def at_work(story: Story, parameters: dict[str, Any] | None = None, **variables: Any) -> None:  # noqa: ANN401
    """Tell a story of a worker that is handed a pending run."""

    async def told() -> None:
        async with ShedWorker(work_pool_name=await pool()) as worker:
            client = worker.client
            flow_id = await client.create_flow(nothing)
            deployment = await client.create_deployment(
                flow_id, f"d{uuid4().hex[:6]}", work_pool_name=worker.work_pool.name, job_variables=variables
            )
            run = await client.create_flow_run_from_deployment(deployment, parameters=parameters)
            await client.set_flow_run_state(run.id, Pending(), force=True)
            run = await client.read_flow_run(run.id)
            configuration = await worker.job_configuration.resolve_for_flow_run(
                run, client=client, work_pool=worker.work_pool, worker_name=worker.name
            )
            await story(worker, run, configuration)

    async def pool() -> str:
        from prefect.client.orchestration import get_client  # noqa: PLC0415 - after the harness has set it up

        template = ShedWorker.get_default_base_job_template()
        fields = template["variables"]["properties"]
        fields["env"]["default"], fields["secrets"]["default"] = ENV, SECRETS
        wanted = WorkPoolCreate(name=f"shed-{uuid4().hex[:6]}", type="shed", base_job_template=template)
        async with get_client() as client:
            return (await client.create_work_pool(wanted)).name

    asyncio.run(told())


async def state_of(worker: ShedWorker, run: FlowRun) -> tuple[str, str]:
    state = (await worker.client.read_flow_run(run.id)).state
    assert state
    return state.name, state.message or ""


def test_run_rents_and_returns_at_once(shed):
    async def story(worker, run, configuration) -> None:
        result = await worker.run(run, configuration)
        assert (result.identifier, result.status_code) == ("m1", 0)
        (order,) = shed.orders
        assert order.command == ("prefect", "flow-run", "execute")
        assert order.env["PREFECT__FLOW_RUN_ID"] == str(run.id)
        assert order.env["PREFECT_FLOW_RUN_EXECUTE_SIGTERM_BEHAVIOR"] == "reschedule"
        assert order.name.endswith(f"{run.id.hex}-1")
        labels = (await worker.client.read_flow_run(run.id)).labels
        assert history_of(labels).newest.machine_id == "m1"

    at_work(story, max_usd=7)


def test_run_that_found_a_gpu_too_small_is_given_a_larger_one(shed):
    async def story(worker, run, configuration) -> None:
        await worker.client.update_flow_run_labels(run.id, {NEEDS_GPU_MEMORY: 25})
        await worker.run(run, configuration)
        assert [order.min_gpu_memory_gb for order in shed.orders] == [25]

    at_work(story)


def test_no_secret_of_the_workers_own_reaches_a_machine(shed, monkeypatch):
    monkeypatch.setenv("PREFECT_API_KEY", "pnu_fake_and_secret")
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "admin:fake-and-secret")
    monkeypatch.setenv("PREFECT_SERVER_DATABASE_CONNECTION_URL", "postgresql+asyncpg://u:fake-and-secret@h/d")

    async def story(worker, run, configuration) -> None:
        await worker.run(run, configuration)
        assert "fake" not in shed.orders[0].model_dump_json()

    at_work(story)


@pytest.mark.parametrize(
    ("variables", "parameters", "said"),
    [
        ({"env": {"AWS_SECRET_ACCESS_KEY": "fake"}}, {}, "expected no secret in env"),
        ({"env": {"RENDERMILL_STORE": "/store"}}, {}, "RENDERMILL_STORE"),
        ({"env": {"PREFECT_API_URL": "http://127.0.0.1:4200/api"}}, {}, "docs/reach.md"),
        ({"secrets": {}}, {}, "open to everybody"),
        ({}, {"job": {"source": "part.step"}}, "make put"),
    ],
)
def test_what_cannot_work_fails_with_a_sentence_before_anything_is_rented(shed, variables, parameters, said):
    async def story(worker, run, configuration) -> None:
        result = await worker.run(run, configuration)
        assert not result.identifier
        name, message = await state_of(worker, run)
        assert name == "Failed"
        assert said in message
        assert not shed.orders

    at_work(story, parameters, **variables)


@pytest.mark.parametrize(
    ("fails", "name"),
    [
        (NoCapacity("none left"), "AwaitingRetry"),
        (AccountRefused("no credit is left"), "AwaitingRetry"),
        (OrderRefused("no such GPU"), "Failed"),
    ],
)
def test_a_run_that_gets_no_machine_is_told_why(shed, fails, name):
    async def story(worker, run, configuration) -> None:
        shed.fails = fails
        assert not (await worker.run(run, configuration)).identifier
        assert (await state_of(worker, run))[0] == name
        assert str(fails) in (await state_of(worker, run))[1]

    at_work(story)


def test_a_run_that_is_not_pending_any_more_gets_no_machine(shed):
    async def story(worker, run, configuration) -> None:
        await worker.client.set_flow_run_state(run.id, Cancelling(), force=True)
        assert not (await worker.run(run, configuration)).identifier
        assert not shed.orders

    at_work(story)


def test_killing_a_machine_waits_until_it_is_gone(shed):
    async def story(worker, run, configuration) -> None:
        machine_id = (await worker.run(run, configuration)).identifier
        await worker.kill_infrastructure(machine_id, configuration)
        assert not shed.there
        with pytest.raises(InfrastructureNotFound):
            await worker.kill_infrastructure(machine_id, configuration)

    at_work(story)


def test_a_machine_that_does_not_end_is_not_said_to_be_killed(shed):
    async def story(worker, run, configuration) -> None:
        machine_id = (await worker.run(run, configuration)).identifier
        shed.lingers = True
        with pytest.raises(InfrastructureNotAvailable):
            await worker.kill_infrastructure(machine_id, configuration, grace_seconds=1)

    at_work(story)


def test_a_worker_watches_what_was_rented(shed):
    async def story(worker, run, configuration) -> None:
        await worker.run(run, configuration)
        await worker.client.delete_flow_run(run.id)
        for _ in range(200):
            if not shed.there:
                return
            await asyncio.sleep(0.05)
        pytest.fail("the machine of a run that was deleted is still there")

    at_work(story)


def test_a_watcher_outlives_a_provider_that_is_away_and_one_that_is_broken(shed):
    async def story(worker, run, configuration) -> None:
        await worker.run(run, configuration)
        for fault in (ProviderUnavailable("502"), ValueError("a bug")):
            shed.fails = fault
            await asyncio.sleep(0.3)
        shed.fails = None
        await worker.client.delete_flow_run(run.id)
        for _ in range(200):
            if not shed.there:
                return
            await asyncio.sleep(0.05)
        pytest.fail("the watcher is no more")

    at_work(story)


def test_a_worker_whose_account_is_refused_does_not_start(shed):
    shed.fails = AccountRefused("set another key")

    async def started() -> None:
        await ShedWorker(work_pool_name="any").start()

    with pytest.raises(SystemExit, match="set another key"):
        asyncio.run(started())
