"""Hundreds of runs on a bad day, in virtual time: renter, watcher and provider are real, engines are not."""

import logging
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pytest

from infra.rental.ledger import LOSSES
from infra.rental.reconcile import CENT, Bill, reconcile
from infra.rental.runs import FINAL, RunState
from infra.rental.worker import TICK_S
from tests.fakes.runpod.event_loop import run as run_on
from tests.fakes.virtual_farm.farm import VirtualFarm
from tests.fakes.virtual_farm.weather import (
    many_hosts_are_lost,
    nothing_may_be_asked,
    storm,
    the_key_is_revoked,
    workers_are_killed,
)
from tests.fakes.virtual_farm.work import Work

AFTER_S = 60.0
TICK_H = Decimal(TICK_S) / 3600
PROVIDER = "prefect.infra"


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of warnings are what such a day is made of."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def on_a_bad_day(runs: int, machines: int, seed: int, *, work: Work | None = None) -> VirtualFarm:
    """Have all runs come to their end."""
    farm = VirtualFarm(runs, machines, work or Work(), chance=storm(seed), late=30, seed=seed)
    farm.run(
        workers_are_killed(farm, seed),
        the_key_is_revoked(farm, 200, 150),
        many_hosts_are_lost(farm, 330, 3),
        nothing_may_be_asked(farm, 400),
        then_s=AFTER_S,
    )
    return farm


def assert_the_promises_are_kept(farm: VirtualFarm) -> None:
    """Check what is promised of any day, however bad."""
    store = farm.store
    assert farm.states() == {RunState.COMPLETED: farm.runs}, farm.told_of_failures()
    for run_id in farm.book.runs:
        frames = farm.site.work(run_id).frames
        assert store.missing(run_id, frames) == []
        assert store.rendered[run_id] <= frames + 2 * store.deaths[run_id], run_id
    assert store.put_again == 0
    assert farm.site.together == []
    assert [(pod.name, pod.history) for pod in farm.cloud.alive] == []
    assert farm.book.slots_held() == 0
    assert [run.name for run in farm.book.runs.values() if run.history.unsettled] == []


def ledger_usd(farm: VirtualFarm) -> Decimal:
    """Return what the ledgers say that all of it has cost."""
    now = farm.now()
    return sum((run.history.usd(now) for run in farm.book.runs.values()), Decimal(0))


def assert_the_ledger_is_right(farm: VirtualFarm) -> list[Bill]:
    """Check the ledgers against the bill, before and after they are reconciled."""
    bill = farm.cloud.bill()
    total = sum(bill.values(), Decimal(0))
    ticks = sum((pod.place.usd_per_hour * TICK_H for pod in farm.cloud.ever.values()), Decimal(0))
    before = ledger_usd(farm)
    assert abs(before - total) <= total / 100 + ticks
    farm.cloud.state.script.clear()
    since = farm.began
    bills = run_on(reconcile(farm.workers[-1].provider, farm.book, since, farm.now()), farm.cloud, farm.clock)
    told = {one.machine_id: one.billed for one in bills}
    after = ledger_usd(farm)
    assert abs(after - sum((usd for usd in told.values() if usd), Decimal(0))) < CENT
    assert abs(after - total) < CENT
    print(f"ledger before ${before:.4f}, bill ${total:.4f}, ledger after ${after:.4f}, "  # noqa: T201 - a table
          f"{sum(one.differs for one in bills)} of {len(bills)} differ")  # fmt: skip
    return list(bills)


def test_sixty_runs_on_a_bad_day() -> None:
    farm = on_a_bad_day(60, 20, 1)
    assert_the_promises_are_kept(farm)
    assert_the_ledger_is_right(farm)
