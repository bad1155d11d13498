"""Hundreds of runs on a bad day, in virtual time: renter, watcher and provider are real, engines are not."""

import logging
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

import pytest

from infra.rental.reconcile import CENT, Bill, reconcile
from infra.rental.runs import RunState
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
    assert farm.site.together == [], farm.of_pods(farm.site.together[0])
    assert farm.states() == {RunState.COMPLETED: farm.runs}, "\n\n".join(farm.told_of_failures()[:2])
    for run_id in farm.book.runs:
        frames = farm.site.work(run_id).frames
        assert store.missing(run_id, frames) == []
        assert store.rendered[run_id] <= frames + 2 * store.deaths[run_id], run_id
    assert store.put_again == 0
    assert farm.left == [], farm.of_pods(farm.left)
    assert farm.cloud.alive == []
    assert farm.book.slots_held() == 0
    open_ = [one for run in farm.book.runs.values() for one in run.history.unsettled]
    assert open_ == [], farm.of_pods([one.machine_id for one in open_ if one.machine_id])


def ledger_usd(farm: VirtualFarm) -> Decimal:
    """Return what the ledgers say that all of it has cost."""
    now = farm.now()
    return sum((run.history.usd(now) for run in farm.book.runs.values()), Decimal(0))


def looks_usd(farm: VirtualFarm) -> Decimal:
    """Return what machines cost from the look that saw them last to the first that can have missed them."""
    looks = sorted(look for worker in farm.workers for look in worker.looked)
    usd = Decimal(0)
    for pod in farm.cloud.ever.values():
        ended = pod.meter.spans[-1].end or farm.clock.now()
        index = bisect(looks, ended)
        before, after = looks[max(0, index - 1)], looks[min(index, len(looks) - 1)]
        blind_s = max(TICK_S, after - before) + max(0.0, pod.listed_until - ended)
        usd += pod.place.usd_per_hour * Decimal(blind_s) / 3600
    return usd


def assert_the_ledger_is_right(farm: VirtualFarm) -> list[Bill]:
    """Check the ledgers against the bill, before and after they are reconciled."""
    total = sum(farm.cloud.bill().values(), Decimal(0))
    before = ledger_usd(farm)
    assert abs(before - total) <= total / 100 + looks_usd(farm)
    farm.cloud.state.script.clear()
    farm.cloud.state.account.revoked_until = 0
    provider, began = farm.workers[-1].provider, farm.began
    bills = run_on(reconcile(provider, farm.book, began, farm.now()), farm.cloud, farm.clock)
    told = sum((bill.billed or Decimal(0) for bill in bills), Decimal(0))
    assert abs(told - total) < CENT
    unknown = sum((bill.billed or Decimal(0) for bill in bills if not bill.run), Decimal(0))
    assert abs(ledger_usd(farm) + unknown - total) < CENT
    return list(bills)


def table(farm: VirtualFarm, took_s: float, bills: list[Bill]) -> str:
    """Return what became of a farm, for whoever reads the log of a test."""
    kinds = Counter(pod.fate.then or pod.fate.stuck for pod in farm.cloud.ever.values())
    store = farm.store
    outcomes = Counter(str(one.outcome) for run in farm.book.runs.values() for one in run.history.rentals)
    lines = {
        "runs": f"{farm.runs} in {took_s / 3600:.2f} h of virtual time, {farm.machines} machines at once",
        "machines": f"{len(farm.cloud.ever)} ever; what befell them: {dict(kinds.most_common())}",
        "rentals": dict(outcomes.most_common()),
        "deaths while rendering": store.deaths.total(),
        "frames": f"{store.rendered.total()} rendered, {sum(map(len, store.stored.values()))} committed",
        "late reports": farm.site.late_reports,
        "lists a minute": farm.lists_a_minute(),
        "longest tick": f"{max(worker.longest_tick_s for worker in farm.workers):.1f} s",
        "requests": dict(farm.cloud.count().most_common()),
        "bill": f"${sum(farm.cloud.bill().values()):.4f}",
        "ledger after": f"${ledger_usd(farm):.4f}",
        "differences": f"{sum(bill.differs for bill in bills)} of {len(bills)}",
    }
    return "\n".join(f"{name:24}{said}" for name, said in lines.items())


def test_sixty_runs_on_a_bad_day() -> None:
    farm = on_a_bad_day(60, 20, 1)
    assert_the_promises_are_kept(farm)
    assert_the_ledger_is_right(farm)


def test_a_few_runs_on_some_bad_days() -> None:
    assert_days_are_survived(range(12))


@pytest.mark.parametrize("machines", [1, 10, 100, pytest.param(500, marks=pytest.mark.long)])
def test_pods_are_listed_once_a_tick_however_many_there_are(machines: int) -> None:
    farm = VirtualFarm(machines, machines, Work(frames=10, frame_s=60.0))
    farm.run()
    assert max(sample.machines for sample in farm.samples) == machines
    assert max(farm.lists_a_minute().values()) <= 60 / TICK_S


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_few_runs_on_hundreds_of_bad_days() -> None:
    assert_days_are_survived(range(12, 212))


def assert_days_are_survived(seeds: Iterable[int]) -> None:
    """Check six runs on each of many days; the first seed that fails is told."""
    for seed in seeds:
        farm = on_a_bad_day(6, 4, seed, work=Work(frames=4, frame_s=15.0))
        try:
            assert_the_promises_are_kept(farm)
            assert_the_ledger_is_right(farm)
        except AssertionError as error:
            raise AssertionError(f"on the day of seed {seed}: {error}") from error


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_two_thousand_runs_on_five_hundred_machines_on_a_bad_day(capsys) -> None:
    farm = on_a_bad_day(2000, 500, 7, work=Work(frames=12, frame_s=100.0))
    assert_the_promises_are_kept(farm)
    before = ledger_usd(farm)
    bills = assert_the_ledger_is_right(farm)
    with capsys.disabled():
        print(  # noqa: T201 - the figures are what such a day is looked at for
            f"\n{table(farm, farm.took_s, bills)}\nledger before ${before:.4f}"
        )
