"""What a provider billed, beside what the ledgers say."""

import asyncio
from datetime import timedelta
from decimal import Decimal

from infra.rental.reconcile import CENT, reconcile
from infra.rental.runs import RunState
from tests.fakes.virtual_time import now, virtually


async def _finished(pool) -> str:
    run, machine = await pool.running()
    await pool.tick(60, after_s=60)
    pool.book.report(run.run_id, RunState.COMPLETED)
    pool.yard.lose(machine.machine_id)
    await pool.tick(1)
    return machine.machine_id


@virtually
async def test_what_was_billed_goes_into_the_ledger_and_each_difference_is_told(pool):
    first, second = await _finished(pool), await _finished(pool)
    pool.yard.billed = {first: Decimal("0.2001"), second: Decimal("0.35")}
    since = now() - timedelta(days=1)
    bills = await reconcile(pool.yard, pool.book, since, now())
    assert [bill.machine_id for bill in bills if bill.differs] == [second]
    usd = sum(run.history.usd(now()) for run in pool.book.runs.values())
    assert usd == Decimal("0.5501")
    again = await reconcile(pool.yard, pool.book, since, now())
    assert [bill.reckoned for bill in again] == [bill.reckoned for bill in bills]


@virtually
async def test_a_machine_that_is_not_billed_yet_keeps_what_was_reckoned_and_is_billed_later(pool):
    machine_id = await _finished(pool)
    since = now() - timedelta(days=1)
    (bill,) = await reconcile(pool.yard, pool.book, since, now())
    reckoned = next(iter(pool.book.runs.values())).history.usd(now())
    assert bill.differs
    assert bill.billed is None
    assert abs(bill.reckoned - reckoned) < CENT
    await asyncio.sleep(3_600)
    pool.yard.billed = {machine_id: Decimal("0.21")}
    (bill,) = await reconcile(pool.yard, pool.book, since, now())
    assert bill.billed == Decimal("0.21")
    assert next(iter(pool.book.runs.values())).history.usd(now()) == Decimal("0.21")


@virtually
async def test_a_machine_that_was_billed_and_stands_in_no_ledger_is_listed_too(pool):
    machine_id = await _finished(pool)
    pool.yard.billed = {machine_id: Decimal("0.20"), "stranger": Decimal("1.5")}
    bills = await reconcile(pool.yard, pool.book, now() - timedelta(days=1), now())
    strange = [bill for bill in bills if not bill.run]
    assert [(bill.machine_id, bill.billed, bill.differs) for bill in strange] == [
        ("stranger", Decimal("1.5"), True)
    ]


@virtually
async def test_a_machine_of_a_run_that_goes_on_is_no_stranger(pool):
    await _finished(pool)
    _, machine = await pool.running()
    pool.yard.billed = {machine.machine_id: Decimal("0.01")}
    bills = await reconcile(pool.yard, pool.book, now() - timedelta(days=1), now())
    assert all(bill.run for bill in bills)
