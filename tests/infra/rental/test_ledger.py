"""The ledger of a run, as its labels keep it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from infra.rental.ledger import (
    COMMITTED,
    NEEDS_GPU_MEMORY,
    History,
    Outcome,
    Rental,
    history_of,
    label_of,
    label_of_terms,
)
from infra.rental.machine import Offer
from infra.rental.terms import Terms
from tests.fakes.virtual_time import BEGINNING

OFFER = Offer(kind="GPU", market="SECURE", place="EU-1", usd_per_hour=Decimal("0.69"))
HOUR = timedelta(hours=1)


def rental(number: int, **fields: object) -> Rental:
    given = {"machine_id": f"m{number}", **fields}
    return Rental.model_validate({"number": number, "offer": OFFER, "ordered": BEGINNING, **given})


def lost(number: int, committed: int) -> Rental:
    return rental(number, ended=BEGINNING + HOUR, outcome=Outcome.LOST, committed=committed)


def test_a_ledger_is_read_as_it_was_written():
    terms = Terms(max_usd=3, proof="p")
    written = [lost(number, number) for number in range(1, 12)]
    labels = label_of_terms(terms) | {"prefect.worker.name": "w", COMMITTED: 12}
    for one in written:
        labels |= label_of(one)
    assert history_of(labels) == History(rentals=tuple(written), terms=terms, committed=12)


def test_memory_that_a_gpu_must_have_is_read_from_the_label():
    assert history_of({NEEDS_GPU_MEMORY: 25}).gpu_memory_gb == 25


@pytest.mark.parametrize("label", ["25", -1, 2.5, None, [25]])
def test_label_that_names_no_memory_asks_for_none(label):
    assert history_of({NEEDS_GPU_MEMORY: label}).gpu_memory_gb == 0


def test_labels_that_somebody_else_wrote_under_our_names_count_as_nothing():
    labels = {
        "rendermill.rental.1": "{",
        "rendermill.rental.2": "[]",
        "rendermill.terms": 3,
        COMMITTED: "many",
    }
    assert history_of(labels) == History()


def test_a_machine_costs_its_price_for_as_long_as_it_was_there():
    assert rental(1).usd(BEGINNING + HOUR / 2) == Decimal("0.345")
    assert lost(1, 0).usd(BEGINNING + 9 * HOUR) == Decimal("0.69")


def test_what_was_billed_goes_before_what_was_reckoned():
    assert rental(1, billed="0.70").usd(BEGINNING) == Decimal("0.70")


def test_an_order_that_no_machine_is_known_of_costs_nothing():
    assert rental(1, machine_id="").usd(BEGINNING + HOUR) == 0


def test_the_limits_of_a_pool_are_no_runs_to_lift():
    asked = Terms(pool_usd_per_hour=1_000, pool_usd_per_day=10, max_usd=99)
    kept = asked.within(Terms(pool_usd_per_hour=80, pool_usd_per_day=500, max_usd=1))
    assert (kept.pool_usd_per_hour, kept.pool_usd_per_day, kept.max_usd) == (80, 10, 99)


def test_losses_count_as_fruitless_while_nothing_new_was_stored_between_them():
    assert History(rentals=(lost(1, 5), lost(2, 5), lost(3, 5)), committed=5).fruitless == 3
    assert History(rentals=(lost(1, 4), lost(2, 5), lost(3, 5)), committed=5).fruitless == 2
    assert History(rentals=(lost(1, 5), lost(2, 5), lost(3, 5)), committed=6).fruitless == 0
    assert History(rentals=(lost(1, 0),)).fruitless == 1
    assert History().fruitless == 0
