"""Renting the next machine of a run, in virtual time."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from infra.rental.errors import AccountRefused, NotAsked, OfferRefused, OrderRefused, ProviderUnavailable
from infra.rental.ledger import Outcome
from infra.rental.machine import Offer
from infra.rental.runs import RunState
from infra.rental.terms import Terms
from tests.fakes.rental import CHEAP, STEADY
from tests.fakes.virtual_time import now, virtually


@virtually
async def test_the_first_offer_that_can_be_had_is_taken(pool):
    pool.yard.none_left = {CHEAP}
    run = pool.book.add()
    machine = pool.yard.there[await pool.rent(run)]
    assert machine.offer == STEADY
    assert machine.name == pool.name(run, 1)


@virtually
async def test_what_is_rented_stands_in_the_ledger_with_its_price_and_beginning(pool):
    run, machine = await pool.running()
    rental = pool.book.runs[run.run_id].history.newest
    assert (rental.machine_id, rental.offer, rental.ordered) == (machine.machine_id, CHEAP, machine.created)


@virtually
async def test_a_machine_ends_itself_when_the_hours_of_its_run_are_over(pool):
    run = pool.book.add(terms=Terms(max_hours=2))
    await pool.rent(run)
    assert pool.yard.orders[0].until - now() <= timedelta(hours=2)


@virtually
async def test_a_machine_ends_itself_when_the_money_of_its_run_is_spent(pool):
    run = pool.book.add(terms=Terms(max_usd=0.10))
    await pool.rent(run)
    assert pool.yard.orders[0].until - now() <= timedelta(minutes=30)


@virtually
async def test_a_run_that_no_machine_can_be_had_for_waits_longer_each_time_and_then_fails(pool):
    pool.yard.none_left = {CHEAP, STEADY}
    run = pool.book.add(terms=Terms(wait_minutes=30))
    waits = []
    while pool.book.state(run) is not RunState.FAILED:
        await pool.rent(run)
        if pool.book.state(run) is RunState.SCHEDULED:
            waits.append((pool.book.due[run.run_id] - now()).total_seconds())
            await pool.tick(1, after_s=waits[-1])
    assert waits[:4] == [30, 60, 120, 240]
    assert max(waits) == 300
    assert 1_800 <= sum(waits) < 2_200
    assert "no machine could be had for" in pool.book.message(run)
    assert "none left" in pool.book.message(run)
    assert pool.book.runs[run.run_id].history.usd(now()) == 0


@virtually
async def test_an_order_that_every_offer_is_refused_for_ends_the_run(pool):
    pool.yard.refused = OfferRefused("no such CUDA version")
    run = pool.book.add()
    await pool.rent(run)
    assert pool.book.state(run) is RunState.FAILED
    assert "no such CUDA version" in pool.book.message(run)


@virtually
async def test_a_run_that_nothing_is_on_offer_for_waits(pool):
    pool.yard.on_offer = []
    run = pool.book.add()
    await pool.rent(run)
    assert pool.book.state(run) is RunState.SCHEDULED


@virtually
async def test_the_number_of_a_machine_that_never_was_is_used_again(pool):
    pool.yard.none_left = {CHEAP, STEADY}
    run = pool.book.add()
    await pool.rent(run)
    pool.yard.none_left = set()
    machine = pool.yard.there[await pool.rent(run)]
    assert machine.name == pool.name(run, 1)


@virtually
async def test_a_refusal_ends_the_run_with_its_sentence(pool):
    pool.yard.away = OrderRefused("no such GPU")
    run = pool.book.add()
    assert not await pool.rent(run)
    assert pool.book.state(run) is RunState.FAILED
    assert pool.book.message(run) == "no such GPU"


@pytest.mark.parametrize("request_", ["offers", "create"])
@virtually
async def test_a_run_waits_while_the_account_is_refused(pool, request_):
    pool.yard.away_for = {request_}
    pool.yard.away = AccountRefused("the key is revoked")
    run = pool.book.add(terms=Terms(wait_minutes=10))
    assert not await pool.rent(run)
    assert pool.book.state(run) is RunState.SCHEDULED
    assert "the key is revoked" in pool.book.message(run)
    pool.yard.away = None
    machine = pool.yard.there[await pool.rent(run)]
    assert machine.name == pool.name(run, 1)


@virtually
async def test_a_run_whose_account_is_refused_for_too_long_fails_with_the_reason(pool):
    pool.yard.away = AccountRefused("no credit is left")
    run = pool.book.add(terms=Terms(wait_minutes=10))
    await pool.rent(run)
    await asyncio.sleep(601)
    await pool.rent(run)
    assert pool.book.state(run) is RunState.FAILED
    assert "no credit is left" in pool.book.message(run)


@virtually
async def test_a_run_whose_old_machine_cannot_be_ended_for_want_of_a_key_waits(pool):
    run, first = await pool.running()
    pool.book.report(run.run_id, RunState.SCHEDULED)
    pool.yard.away = AccountRefused("the key is revoked")
    assert not await pool.rent(run)
    assert pool.book.state(run) is RunState.SCHEDULED
    pool.yard.away = None
    assert await pool.rent(run)
    assert first.machine_id not in pool.yard.there


@virtually
async def test_orders_that_are_lost_while_the_provider_is_down_are_no_losses(pool):
    pool.yard.away_for = {"create"}
    pool.yard.away = ProviderUnavailable("503")
    run = pool.book.add(terms=Terms(most_fruitless=2))
    for _ in range(8):
        assert not await pool.rent(run)
        assert pool.book.state(run) is RunState.SCHEDULED
        await pool.tick(after_s=70)
    pool.yard.away = None
    assert await pool.rent(run)
    history = pool.book.runs[run.run_id].history
    assert history.losses == ()
    assert len(history.rentals) == 1  # each would be a label of the run, for as long as the provider is down


@virtually
async def test_an_unforeseen_fault_ends_the_run_and_not_the_worker(pool):
    pool.yard.away = ValueError("a bug")
    run = pool.book.add()
    assert not await pool.rent(run)
    assert pool.book.state(run) is RunState.FAILED


@virtually
async def test_a_lost_reply_makes_no_second_machine(pool):
    pool.yard.reply_lost = ProviderUnavailable("timed out")
    run = pool.book.add()
    assert not await pool.rent(run)
    pool.yard.reply_lost = None
    assert pool.book.state(run) is RunState.SCHEDULED
    assert not await pool.rent(run)  # what is listed is not known yet
    await pool.tick()
    assert await pool.rent(run)
    assert [machine.name for machine in pool.yard.there.values()] == [pool.name(run, 2)]


@virtually
async def test_what_became_of_lost_orders_is_asked_for_by_none_of_the_runs_that_wait(pool):
    pool.yard.reply_lost = ProviderUnavailable("timed out")
    runs = [pool.book.add() for _ in range(50)]
    for run in runs:
        await pool.rent(run)
    pool.yard.reply_lost = None
    for run in runs * 3:
        await pool.rent(run)
    assert pool.yard.asked["machines"] == 0
    await pool.tick()
    for run in runs:
        assert await pool.rent(run)
    assert pool.yard.asked["machines"] == 1
    assert len(pool.yard.there) == len(runs)


@virtually
async def test_an_order_that_the_provider_did_not_hear_of_leaves_nothing_to_look_for(pool):
    pool.yard.refused = NotAsked("asked too often")
    run = pool.book.add()
    for _ in range(3):
        assert not await pool.rent(run)
        assert pool.book.runs[run.run_id].history.unsettled == ()
    pool.yard.refused = None
    assert pool.yard.there[await pool.rent(run)].name == pool.name(run, 1)
    assert pool.yard.asked["machines"] == 0


@virtually
async def test_while_no_request_for_a_machine_is_answered_a_run_waits_and_does_not_fail(pool):
    pool.yard.refused = ProviderUnavailable("502")
    run = pool.book.add()
    for _ in range(10):
        assert not await pool.rent(run)
        assert pool.book.state(run) is RunState.SCHEDULED
        await pool.tick(20)
    pool.yard.refused = None
    assert pool.yard.there[await pool.rent(run)].offer == CHEAP
    assert pool.fleet.breaker.closed_until(now()) is None


@virtually
async def test_a_machine_that_is_listed_late_is_not_forgotten(pool):
    pool.yard.reply_lost = ProviderUnavailable("timed out")
    pool.yard.listed_after_s = 50
    run = pool.book.add()
    await pool.rent(run)
    pool.yard.reply_lost = None
    assert not await pool.rent(run)
    assert pool.book.state(run) is RunState.SCHEDULED
    await pool.tick(11)
    assert not pool.yard.there


@virtually
async def test_the_old_machine_is_gone_before_the_next_is_rented(pool):
    run, first = await pool.running()
    pool.book.report(run.run_id, RunState.SCHEDULED)
    pool.yard.lingers_s = 20
    began = now()
    second = await pool.rent(run)
    assert now() - began >= timedelta(seconds=20)
    assert first.machine_id not in pool.yard.there
    assert second in pool.yard.there


@virtually
async def test_an_old_machine_that_does_not_end_keeps_the_run_waiting(pool):
    run, first = await pool.running()
    pool.book.report(run.run_id, RunState.SCHEDULED)
    pool.yard.lingers_s = 3_600
    assert not await pool.rent(run)
    assert pool.book.state(run) is RunState.SCHEDULED
    assert [*pool.yard.there] == [first.machine_id]


@virtually
async def test_after_its_losses_a_run_gets_a_machine_that_does_not_vanish(pool):
    run = pool.book.add(terms=Terms(steady_after=2))
    others = [
        Offer(kind=kind, market="community", usd_per_hour=Decimal("0.30"), may_vanish=True) for kind in "ab"
    ]
    pool.yard.on_offer = [CHEAP, *others, STEADY]
    offers = []
    for frames in (1, 2, 3):
        machine_id = await pool.rent(run)
        offers.append(pool.yard.there[machine_id].offer)
        pool.book.report(run.run_id, RunState.RUNNING)
        pool.book.commit(run.run_id, frames)
        pool.yard.lose(machine_id)
        await pool.tick(13)
    assert offers == [CHEAP, others[0], STEADY]


@virtually
async def test_after_a_loss_another_offer_is_taken_though_the_provider_chose_the_place(pool):
    pool.yard.place = "here"
    run, machine = await pool.running()
    pool.yard.lose(machine.machine_id)
    await pool.tick(13)
    second = pool.yard.there[await pool.rent(run)]
    assert (machine.offer.kind, machine.offer.market) == (CHEAP.kind, CHEAP.market)
    assert (second.offer.kind, second.offer.market) == (STEADY.kind, STEADY.market)


@pytest.mark.parametrize(
    ("place", "lost_at", "covers"), [("", "here", True), ("here", "here", True), ("there", "here", False)]
)
def test_an_offer_in_another_place_is_another_offer(place, lost_at, covers):
    offer, lost = (CHEAP.model_copy(update={"place": where}) for where in (place, lost_at))
    assert offer.covers(lost) is covers


@virtually
async def test_a_pool_at_its_price_per_hour_keeps_the_next_run_waiting(pool):
    terms = Terms(pool_usd_per_hour=0.5)
    await pool.running(terms)
    await pool.running(terms)
    run = pool.book.add(terms=terms)
    assert not await pool.rent(run)
    assert pool.book.state(run) is RunState.SCHEDULED
    assert "of $0.5" in pool.book.message(run)


@virtually
async def test_a_poisonous_run_that_hands_itself_back_is_stopped_too(pool):
    run = pool.book.add(terms=Terms(most_fruitless=2))
    for _ in range(2):
        await pool.rent(run)
        pool.book.report(run.run_id, RunState.RUNNING)
        pool.book.report(run.run_id, RunState.SCHEDULED)
    assert not await pool.rent(run)
    assert pool.book.state(run) is RunState.FAILED
    assert not pool.yard.there


@virtually
async def test_while_all_machines_are_lost_before_their_runs_begin_nothing_more_is_rented(pool):
    for _ in range(10):
        run = pool.book.add()
        pool.yard.lose(await pool.rent(run))
        await pool.tick(13)
    run = pool.book.add()
    assert not await pool.rent(run)
    assert "the last 10 machines of this pool were lost before their run began" in pool.book.message(run)
    assert pool.book.due[run.run_id] > now()
    await pool.tick(1, after_s=660)
    assert await pool.rent(run)
    assert not await pool.rent(pool.book.add())
    pool.book.report(run.run_id, RunState.RUNNING)
    await pool.tick(1)
    assert await pool.rent(pool.book.add())


@virtually
async def test_a_run_whose_limits_are_used_up_gets_no_machine(pool):
    run, machine = await pool.running(Terms(max_hours=1))
    await pool.tick(50, after_s=60)
    pool.yard.lose(machine.machine_id)
    await pool.tick(1)
    assert pool.book.runs[run.run_id].history.newest.outcome is Outcome.LOST
    until = pool.yard.orders[-1].until
    assert await pool.rent(run)
    assert pool.yard.orders[-1].until - until < timedelta(seconds=10)


@virtually
async def test_a_run_may_wait_for_days(pool):
    pool.yard.none_left = {CHEAP, STEADY}
    run = pool.book.add(terms=Terms(wait_minutes=10_080))
    for _ in range(60):
        await pool.rent(run)
        assert pool.book.state(run) is RunState.SCHEDULED
        await asyncio.sleep(300)


@virtually
async def test_the_price_per_hour_of_a_pool_is_kept_by_the_offer_that_is_taken(pool):
    dear = Offer(kind="large", market="secure", usd_per_hour=Decimal(2))
    pool.yard.on_offer = [CHEAP, dear]
    pool.yard.none_left = {CHEAP}
    runs = [pool.book.add(terms=Terms(pool_usd_per_hour=4)) for _ in range(6)]
    await asyncio.gather(*map(pool.rent, runs))
    assert len(pool.yard.there) == 2
    waiting = [run for run in runs if pool.book.state(run) is RunState.SCHEDULED]
    assert len(waiting) == 4
    assert "of $4" in pool.book.message(waiting[0])


@virtually
async def test_a_price_per_hour_below_every_offer_ends_the_run(pool):
    run = pool.book.add(terms=Terms(pool_usd_per_hour=0.01))
    await pool.rent(run)
    assert pool.book.state(run) is RunState.FAILED
    assert "raise pool_usd_per_hour" in pool.book.message(run)


@virtually
async def test_a_machine_that_became_dearer_meanwhile_is_not_accepted(pool):
    await pool.rent(pool.book.add())
    assert pool.yard.orders[0].usd_per_hour == CHEAP.usd_per_hour * Decimal("1.05")


@virtually
async def test_a_run_that_is_cancelled_while_offers_are_tried_gets_no_machine(pool):
    pool.yard.none_left = {CHEAP}
    run = pool.book.add()
    renting = asyncio.create_task(pool.rent(run))
    while not pool.yard.asked["create"]:  # noqa: ASYNC110 - the fake has no event for it
        await asyncio.sleep(0.001)
    pool.book.report(run.run_id, RunState.CANCELLED)
    assert not await renting
    assert not pool.yard.there
    assert pool.book.runs[run.run_id].history.unsettled == ()


@virtually
async def test_a_machine_that_was_found_by_its_name_and_returned_stands_in_the_ledger_with_its_cost(pool):
    pool.yard.reply_lost = ProviderUnavailable("timed out")
    run = pool.book.add()
    await pool.rent(run)
    pool.yard.reply_lost = None
    await pool.tick(after_s=600)
    await pool.rent(run)
    assert pool.book.runs[run.run_id].history.rental(1).usd(now()) > 0


@virtually
async def test_a_long_render_does_not_hide_that_every_new_machine_is_lost(pool):
    await pool.running()
    for _ in range(11):
        pool.yard.lose(await pool.rent(pool.book.add()))
        await pool.tick(13)
    late = pool.book.add()
    assert not await pool.rent(late)
    assert "lost before their run began" in pool.book.message(late)
