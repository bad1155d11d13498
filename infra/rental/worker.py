"""A Prefect worker that rents a machine for each flow run. What is the provider's, its subclasses add.

`run` rents and returns at once. Whatever happens later, the watcher sees; also what happens to machines that
another worker of the pool rented before it was killed.
"""

import abc
import asyncio
import contextlib
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from prefect.exceptions import InfrastructureNotAvailable, InfrastructureNotFound
from prefect.logging import get_logger
from prefect.workers.base import BaseWorker, BaseWorkerResult

from infra.rental.configuration import RentalConfiguration, RentalVariables
from infra.rental.errors import AccountRefused, OrchestratorUnavailable, ProviderUnavailable
from infra.rental.fleet import Fleet
from infra.rental.machine import Order
from infra.rental.naming import OURS, prefix_of
from infra.rental.prefect_runs import PrefectRuns, run_of
from infra.rental.provider import Provider
from infra.rental.renter import Renter
from infra.rental.runs import RunState
from infra.rental.terms import Terms
from infra.rental.watcher import Watcher
from media.errors import MediaError

if TYPE_CHECKING:
    from anyio.abc import TaskStatus
    from prefect.client.schemas.objects import FlowRun

TICK_S = 3.0
"""Seconds between two looks at all machines: cancelling takes seconds, and a minute 20 requests."""
KILL_CHECK_S = 1.0

logger = get_logger(__name__)


class RentalResult(BaseWorkerResult):
    """That a machine was rented, or will be later; how its run ends is the watcher's to say."""


@dataclass(frozen=True)
class Desk:
    """What a worker rents with, once its work pool is known."""

    provider: Provider[Any]
    book: PrefectRuns
    fleet: Fleet
    renter: Renter[Any]


class RentalWorker(
    BaseWorker[RentalConfiguration, RentalVariables, RentalResult],
    abc.ABC,  # named once more, or Prefect would list this class as a type of worker
):
    """Rents machines of one provider."""

    clock: Callable[[], datetime] = staticmethod(lambda: datetime.now(UTC))

    @abc.abstractmethod
    def open_provider(self) -> AbstractAsyncContextManager[Provider[Any]]:
        """Open the account that machines are rented with.

        Raises:
            AccountRefused: There is none.
        """

    async def start(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Prefect's own
        """Work until somebody ends it; an account that is refused at the start ends it with a sentence."""
        try:
            await super().start(*args, **kwargs)
        except AccountRefused as refused:
            raise SystemExit(str(refused)) from None

    async def setup(self) -> None:
        """Begin to watch, also what was rented before this worker began.

        Raises:
            AccountRefused: Nothing can be rented with the account.
        """
        self._desk: asyncio.Future[Desk] = asyncio.get_running_loop().create_future()
        provider = await self._exit_stack.enter_async_context(self.open_provider())
        with contextlib.suppress(ProviderUnavailable):  # it may be back when there is something to rent
            await provider.machines(OURS)
        await super().setup()
        self._watching = asyncio.create_task(self._watch(provider))

    async def teardown(self, *exc_info: Any) -> None:  # noqa: ANN401 - Prefect's signature
        """Stop watching; what is rented goes on, and is adopted by the next worker."""
        self._watching.cancel()
        await asyncio.wait([self._watching])
        await super().teardown(*exc_info)

    async def run(
        self,
        flow_run: "FlowRun",
        configuration: RentalConfiguration,
        task_status: "TaskStatus[Any] | None" = None,
    ) -> RentalResult:
        """Rent a machine for a flow run; a run that gets none is told why, and when it is its turn again."""
        desk = await self._desk
        machine_id = ""
        try:
            with desk.fleet.renting_for(flow_run.id):
                machine_id = await self._rent(desk, flow_run, configuration)
        except Exception:  # whatever it says to Prefect would be a crash; the watcher knows better
            logger.exception("run %s is left to be looked at", flow_run.name)
        if task_status:
            task_status.started(machine_id or None)
        return RentalResult(identifier=machine_id, status_code=0)

    async def _rent(self, desk: Desk, flow_run: "FlowRun", configuration: RentalConfiguration) -> str:
        fresh = run_of(await self.client.read_flow_run(flow_run.id))
        if fresh is None or fresh.state is not RunState.PENDING:
            return ""
        terms = configuration.terms().within(self._of_the_pool())

        def order() -> Order:
            configuration.refuse_what_cannot_work(flow_run.parameters)
            return configuration.order(self.clock()).needing(fresh.history.gpu_memory_gb)

        run = replace(fresh, history=fresh.history.model_copy(update={"terms": terms}))
        return await desk.renter.rent_or_tell(run, order)

    def _of_the_pool(self) -> Terms:
        """Return the terms that the pool itself sets, whatever deployments and runs say."""
        fields = self.work_pool.base_job_template.get("variables", {}).get("properties", {})
        said = {
            name: fields[name]["default"] for name in Terms.model_fields if "default" in fields.get(name, {})
        }
        return Terms.model_validate(said)

    async def kill_infrastructure(
        self, infrastructure_pid: str, configuration: RentalConfiguration, grace_seconds: int = 30
    ) -> None:
        """Return a machine.

        Raises:
            InfrastructureNotFound: It is gone already.
            InfrastructureNotAvailable: It is not known to be gone within the grace.
        """
        del configuration  # the id is enough
        provider = (await self._desk).provider
        try:
            if why := await provider.why_gone(infrastructure_pid):
                raise InfrastructureNotFound(f"machine {infrastructure_pid} is gone already: {why}")
            await provider.terminate(infrastructure_pid)
            deadline = time.monotonic() + grace_seconds
            while not await provider.why_gone(infrastructure_pid):
                if time.monotonic() > deadline:
                    raise InfrastructureNotAvailable(
                        f"machine {infrastructure_pid} was told to end, and is still there"
                    )
                await asyncio.sleep(KILL_CHECK_S)
        except MediaError as error:
            raise InfrastructureNotAvailable(f"machine {infrastructure_pid}: {error}") from error

    async def _watch(self, provider: Provider[Any]) -> None:
        """Watch for as long as the worker lives; whatever goes wrong in one look, the next one is taken."""
        watcher = await self._open_desk(provider)
        try:
            while True:
                began = time.monotonic()
                await self._tick(watcher)
                await asyncio.sleep(max(0.0, TICK_S - (time.monotonic() - began)))
        finally:
            watcher.cancel()

    async def _tick(self, watcher: Watcher) -> None:
        try:
            await watcher.tick()
            if watcher.has_resumed():
                await self.get_and_submit_flow_runs()
        except MediaError as error:
            logger.warning("machines and runs are left as they are until the next look: %s", error)
        except Exception:
            logger.exception("machines and runs are left as they are until the next look")

    async def _open_desk(self, provider: Provider[Any]) -> Watcher:
        while not self._has_successfully_synced:  # noqa: ASYNC110 - Prefect's server may come up after us
            await asyncio.sleep(TICK_S)
        pool_id = self.work_pool.id
        book = PrefectRuns(self.client, pool_id, self.clock)
        fleet = Fleet(prefix_of(pool_id))
        watcher = Watcher(provider, book, fleet, self.clock)
        while True:
            try:
                await watcher.adopt()
                break
            except OrchestratorUnavailable as error:
                logger.warning("asked again: %s", error)
            except Exception:
                logger.exception("what was rented before is not known yet; asked again")
            await asyncio.sleep(TICK_S)
        self._desk.set_result(Desk(provider, book, fleet, Renter(provider, book, fleet, self.clock)))
        return watcher
