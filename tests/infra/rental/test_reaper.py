"""Reaping without a worker, in virtual time."""

import asyncio

from infra.rental.reaper import reap
from infra.rental.runs import RunState
from tests.fakes.virtual_time import now, virtually
from tests.infra.rental.conftest import POOL


@virtually
async def test_what_no_run_needs_is_returned_and_what_a_run_needs_is_kept(pool):
    kept, machine = await pool.running()
    cancelled, useless = await pool.running()
    lost, gone = await pool.running()
    pool.book.report(cancelled.run_id, RunState.CANCELLED)
    pool.yard.lose(gone.machine_id)
    await asyncio.sleep(120)
    reaped = await reap(pool.yard, pool.book, POOL, clock=now)
    assert {one.machine: one.became for one in reaped} == {
        machine.machine_id: "kept",
        useless.machine_id: "returned",
    }
    assert [*pool.yard.there] == [machine.machine_id]
    assert pool.book.state(kept) is RunState.RUNNING
    assert pool.book.state(lost) is RunState.SCHEDULED


@virtually
async def test_a_reaper_beside_a_worker_changes_nothing_that_the_worker_does(pool):
    run, machine = await pool.running()
    async with asyncio.TaskGroup() as both:
        both.create_task(reap(pool.yard, pool.book, POOL, clock=now))
        both.create_task(pool.tick(10))
    assert machine.machine_id in pool.yard.there
    assert pool.book.state(run) is RunState.RUNNING
