"""One pool in virtual time, with somebody who rents and somebody who watches."""

import asyncio
from uuid import UUID

import pytest

from infra.rental.fleet import Fleet
from infra.rental.machine import Machine, Order
from infra.rental.naming import MachineName, prefix_of
from infra.rental.renter import Renter
from infra.rental.runs import Run, RunState
from infra.rental.terms import Terms
from infra.rental.watcher import Watcher
from tests.fakes.rental import Book, Yard
from tests.fakes.virtual_time import now

POOL = UUID("abcdef01-0000-4000-8000-000000000000")


class Pool:
    """A pool whose worker may be killed and started again."""

    def __init__(self) -> None:
        self.yard = Yard()
        self.book = Book()
        self.start_worker()

    def start_worker(self) -> None:
        """Start a worker that knows nothing of what others did."""
        self.fleet = Fleet(prefix_of(POOL))
        self.watcher = Watcher(self.yard, self.book, self.fleet, now)
        self.renter: Renter[Order] = Renter(self.yard, self.book, self.fleet, now)

    async def rent(self, run: Run) -> str:
        """Do as the worker does with a run that it was handed."""
        fresh = self.book.runs[run.run_id]
        if fresh.state is RunState.SCHEDULED:
            fresh = self.book.report(run.run_id, RunState.PENDING)
        with self.fleet.renting_for(run.run_id):
            return await self.renter.rent_or_tell(fresh, lambda: Order(until=now()))

    async def running(self, terms: Terms | None = None) -> tuple[Run, Machine]:
        """Return a run that has begun on its machine."""
        run = self.book.add(terms=terms)
        machine = self.yard.there[await self.rent(run)]
        return self.book.report(run.run_id, RunState.RUNNING), machine

    async def tick(self, times: int = 1, after_s: float = 5.0) -> None:
        """Let time pass and the watcher look."""
        for _ in range(times):
            await asyncio.sleep(after_s)
            await self.watcher.tick()

    def name(self, run: Run, number: int) -> str:
        """Return the name of a run's machine."""
        return str(MachineName(self.fleet.prefix, run.run_id, number))


@pytest.fixture
def pool() -> Pool:
    """Return a pool without machines."""
    return Pool()
