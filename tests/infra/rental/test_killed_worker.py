"""A worker that is killed before or after any of its requests, in virtual time; another takes over."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from infra.rental.machine import Order
from infra.rental.renter import Renter
from infra.rental.runs import Run, RunState
from infra.rental.watcher import Watcher
from tests.fakes.virtual_time import now, virtually
from tests.infra.rental.conftest import Pool

LIFE_S, TICK_S = 400, 5
BEGINS_AFTER_S, LOST_AFTER_S = 10, 20
LOSSES = 2
"""The machine that is lost, and one that may have to be given up by the worker that takes over."""
STEPS = 60


class Killed(BaseException):
    """The worker is no more."""


@dataclass
class Life:
    """How many steps are left to a worker: one before, and one after each of its requests."""

    left: int

    def step(self) -> None:
        self.left -= 1
        if self.left <= 0:  # what it had under way does not go on either
            raise Killed


@dataclass
class Mortal:
    """A provider or an orchestrator, as a worker reaches it that will be killed."""

    whom: object
    life: Life

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def ask(*details: object) -> Any:  # noqa: ANN401 - whatever is answered
            self.life.step()
            answer = await getattr(self.whom, name)(*details)
            self.life.step()
            return answer

        return ask


def mortal_pool(steps: int) -> tuple[Pool, Life]:
    """Return a pool whose first worker has so many steps to live."""
    pool, life = Pool(), Life(steps)
    yard, book = Mortal(pool.yard, life), Mortal(pool.book, life)
    pool.watcher = Watcher(yard, book, pool.fleet, now)
    pool.renter = Renter[Order](yard, book, pool.fleet, now)
    return pool, life


async def live(pool: Pool, run: Run) -> int:
    """Let some minutes pass, in which the first machine is lost; returns the most that were there at once."""
    most, lost = 0, False
    for _ in range(LIFE_S // TICK_S):
        await asyncio.sleep(TICK_S)
        most = max(most, len(pool.yard.there))
        machine = next(iter(pool.yard.there.values()), None)
        age_s = (now() - machine.created).total_seconds() if machine else 0.0
        if machine and pool.book.state(run) is RunState.PENDING and age_s > BEGINS_AFTER_S:
            pool.book.report(run.run_id, RunState.RUNNING)
        if machine and not lost and age_s > LOST_AFTER_S:
            pool.yard.lose(machine.machine_id)
            lost = True
        try:
            if pool.book.state(run) is RunState.SCHEDULED and pool.book.due[run.run_id] <= now():
                await pool.rent(run)
            await pool.watcher.tick()
        except Killed:
            pool.start_worker()
            await pool.watcher.adopt()
    return most


@pytest.mark.parametrize("listed_after_s", [0, 25])
@pytest.mark.parametrize("step", range(1, STEPS + 1))
@virtually
async def test_a_worker_that_is_killed_at_any_step_loses_no_run_and_leaves_no_second_machine(
    step, listed_after_s
):
    pool, life = mortal_pool(step)
    pool.yard.listed_after_s = listed_after_s
    run = pool.book.add(RunState.SCHEDULED)
    pool.book.due[run.run_id] = now()

    most = await live(pool, run)

    assert life.left <= 0, "the worker was killed"
    newest = pool.book.runs[run.run_id].history.newest
    assert pool.book.state(run) is RunState.RUNNING
    assert list(pool.yard.there) == [newest.machine_id]
    assert newest.ended is None
    assert most == 1
    assert len(pool.yard.ever) <= 1 + LOSSES
