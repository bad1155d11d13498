"""The watcher, in virtual time, with machines that vanish and runs that are told things by anybody."""

import asyncio
from datetime import timedelta

import pytest

from infra.rental.errors import ProviderUnavailable
from infra.rental.ledger import Outcome
from infra.rental.machine import MachineState
from infra.rental.runs import Run, RunState
from infra.rental.terms import Terms
from tests.fakes.rental import CHEAP
from tests.fakes.virtual_time import now, virtually
from tests.infra.rental.conftest import Pool


@virtually
async def test_a_run_that_loses_its_machine_goes_on_on_another(pool):
    run, machine = await pool.running()
    pool.yard.lose(machine.machine_id)
    await pool.tick(12)
    assert pool.book.state(run) is RunState.SCHEDULED
    assert "the machine is gone" in pool.book.message(run)
    assert pool.watcher.has_resumed()
    assert not pool.watcher.has_resumed()
    second = pool.yard.there[await pool.rent(run)]
    assert second.name == pool.name(run, 2)


@virtually
async def test_a_run_is_never_rescheduled_before_its_old_machine_is_gone(pool):
    run, machine = await pool.running()
    pool.yard.lingers_s = 30
    pool.yard.change(machine.machine_id, state=MachineState.FAILED)
    await pool.tick(3)
    assert pool.book.state(run) is RunState.RUNNING
    await pool.tick(5)
    assert pool.book.state(run) is RunState.SCHEDULED
    assert not pool.yard.there


@virtually
async def test_each_tick_asks_for_one_list_and_one_query_however_many_machines_there_are(pool):
    for _ in range(30):
        await pool.running()
    pool.yard.asked.clear()
    pool.book.queries = 0
    await pool.tick(10)
    assert pool.yard.asked == {"machines": 10}
    assert pool.book.queries == 10


@virtually
async def test_a_machine_that_is_not_listed_yet_is_not_taken_for_lost(pool):
    pool.yard.listed_after_s = 40
    run = pool.book.add()
    await pool.rent(run)
    await pool.tick(10)
    assert pool.book.state(run) is RunState.PENDING


@virtually
async def test_a_machine_that_is_lost_before_it_was_ever_listed_is_missed_within_seconds(pool):
    pool.yard.listed_after_s = 40
    run = pool.book.add()
    pool.yard.lose(await pool.rent(run))
    await pool.tick(4)
    assert pool.book.state(run) is RunState.SCHEDULED


@virtually
async def test_a_machine_that_was_lost_while_no_worker_was_there_is_seen_to_be_gone_at_once(pool):
    run, machine = await pool.running()
    pool.yard.lose(machine.machine_id)
    pool.start_worker()
    await pool.tick()
    assert pool.book.state(run) is RunState.SCHEDULED


@virtually
async def test_a_machine_that_is_missing_from_one_list_is_asked_for_before_it_counts_as_lost(pool):
    run, machine = await pool.running()
    await pool.tick(20)
    pool.yard.listed_after_s = 1e9
    await pool.tick(1)
    assert pool.yard.asked["why_gone"] == 1
    assert pool.book.state(run) is RunState.RUNNING
    assert machine.machine_id in pool.yard.there


@virtually
async def test_while_the_provider_is_away_nothing_is_concluded(pool):
    run, machine = await pool.running()
    pool.yard.away = ProviderUnavailable("502")
    with pytest.raises(ProviderUnavailable):
        await pool.tick()
    pool.yard.away = None
    await pool.tick(3)
    assert pool.book.state(run) is RunState.RUNNING
    assert machine.machine_id in pool.yard.there


@virtually
async def test_a_new_worker_adopts_the_machines_of_the_one_that_was_killed(pool):
    run, machine = await pool.running()
    pool.start_worker()
    pool.yard.lose(machine.machine_id)
    await pool.tick(13)
    assert pool.book.state(run) is RunState.SCHEDULED


@virtually
async def test_a_machine_whose_worker_was_killed_before_it_heard_of_it_is_adopted(pool):
    pool.yard.reply_lost = KeyboardInterrupt()
    run = pool.book.add()
    with pytest.raises(KeyboardInterrupt):
        await pool.rent(run)
    pool.start_worker()
    await pool.tick()
    rental = pool.book.runs[run.run_id].history.newest
    assert rental.machine_id == next(iter(pool.yard.there))
    assert pool.book.state(run) is RunState.PENDING


@virtually
async def test_a_run_that_was_picked_up_by_a_worker_that_was_killed_before_it_rented_starts_again(pool):
    run = pool.book.add()
    await pool.tick(17)
    assert pool.book.state(run) is RunState.PENDING
    await pool.tick(2)
    assert pool.book.state(run) is RunState.SCHEDULED


@virtually
async def test_a_machine_that_never_starts_its_run_is_returned_and_the_next_offer_is_taken(pool):
    pool.yard.last_words = ("system: manifest unknown",)
    run = pool.book.add(terms=Terms(start_minutes=1))
    first = pool.yard.there[await pool.rent(run)]
    await pool.tick(14)
    assert not pool.yard.there
    assert pool.book.state(run) is RunState.SCHEDULED
    assert pool.book.runs[run.run_id].history.newest.outcome is Outcome.NEVER_STARTED
    assert "manifest unknown" in pool.book.message(run)
    second = pool.yard.there[await pool.rent(run)]
    assert second.offer != first.offer


@virtually
async def test_a_restarted_container_counts_as_a_loss(pool):
    run, machine = await pool.running()
    pool.yard.change(machine.machine_id, running_since=now())
    await pool.tick(20)
    assert pool.book.state(run) is RunState.RUNNING
    pool.yard.change(machine.machine_id, running_since=now())
    await pool.tick(2)
    assert pool.book.state(run) is RunState.SCHEDULED
    assert not pool.yard.there
    assert pool.book.runs[run.run_id].history.newest.outcome is Outcome.RESTARTED


@virtually
async def test_a_run_that_is_done_has_most_of_a_minute_to_end_its_machine_itself(pool):
    run, machine = await pool.running()
    pool.book.report(run.run_id, RunState.COMPLETED)
    await pool.tick(8)
    assert machine.machine_id in pool.yard.there
    await pool.tick(3)
    assert not pool.yard.there
    assert pool.book.state(run) is RunState.COMPLETED
    assert pool.book.runs[run.run_id].history.newest.outcome is Outcome.DONE


@virtually
async def test_the_machine_of_a_failed_run_is_kept_for_half_an_hour_if_it_is_to_be_debugged(pool):
    run, machine = await pool.running(Terms(debug=True))
    pool.book.report(run.run_id, RunState.FAILED)
    await pool.tick(29, after_s=60)
    assert machine.machine_id in pool.yard.there
    await pool.tick(3, after_s=60)
    assert not pool.yard.there


@virtually
async def test_a_machine_that_is_kept_for_debugging_still_ends_at_the_limit_of_its_run(pool):
    run, _ = await pool.running(Terms(debug=True, max_hours=0.1))
    pool.book.report(run.run_id, RunState.FAILED)
    await pool.tick(7, after_s=60)
    assert not pool.yard.there
    assert pool.book.state(run) is RunState.FAILED
    assert pool.book.runs[run.run_id].history.newest.outcome is Outcome.DONE


@pytest.mark.parametrize("begun", [False, True])
@virtually
async def test_cancelling_returns_the_machine_within_seconds(pool, begun):
    run = pool.book.add()
    await pool.rent(run)
    if begun:
        pool.book.report(run.run_id, RunState.RUNNING)
    pool.book.report(run.run_id, RunState.CANCELLING)
    await pool.tick(4)
    assert not pool.yard.there
    assert pool.book.state(run) is RunState.CANCELLED


@virtually
async def test_a_run_that_is_cancelled_before_it_has_a_machine_is_cancelled(pool):
    run = pool.book.add(RunState.CANCELLING)
    await pool.tick(3)
    assert pool.book.state(run) is RunState.CANCELLED


@virtually
async def test_a_machine_whose_run_was_deleted_is_returned(pool):
    run, _ = await pool.running()
    del pool.book.runs[run.run_id]
    await pool.tick(1)
    assert not pool.yard.there


@virtually
async def test_machines_of_others_are_never_touched(pool):
    run, _ = await pool.running()
    for name in ("web-server", pool.name(run, 1).replace("abcdef01", "abcdef02"), f"{pool.name(run, 1)}-x"):
        pool.yard.add(name)
        await pool.tick(3)
        assert "old" in pool.yard.there


@virtually
async def test_a_machine_that_was_superseded_is_returned(pool):
    run, machine = await pool.running()
    pool.yard.lose(machine.machine_id)
    await pool.tick(13)
    await pool.rent(run)
    pool.book.report(run.run_id, RunState.RUNNING)
    pool.yard.add(pool.name(run, 1))
    await pool.tick(2)
    assert [there.name for there in pool.yard.there.values()] == [pool.name(run, 2)]
    assert pool.book.state(run) is RunState.RUNNING


@virtually
async def test_of_two_machines_of_one_name_one_is_returned_whoever_made_them(pool):
    run, machine = await pool.running()
    pool.start_worker()
    pool.yard.add(machine.name)
    await pool.tick(2)
    assert list(pool.yard.there) == [machine.machine_id]
    assert pool.book.state(run) is RunState.RUNNING
    assert pool.book.runs[run.run_id].history.newest.ended is None


@virtually
async def test_of_two_machines_of_one_name_that_nobody_noted_one_is_kept(pool):
    pool.yard.reply_lost = KeyboardInterrupt()
    run = pool.book.add()
    with pytest.raises(KeyboardInterrupt):
        await pool.rent(run)
    pool.yard.add(pool.name(run, 1))
    pool.start_worker()
    await pool.tick(3)
    assert list(pool.yard.there) == [pool.book.runs[run.run_id].history.newest.machine_id]


async def _rescheduled(pool) -> Run:
    run, machine = await pool.running(Terms(proof="proof"))
    pool.yard.lose(machine.machine_id)
    await pool.tick(13)
    assert pool.book.state(run) is RunState.SCHEDULED
    return run


@virtually
async def test_a_crash_that_a_superseded_machine_reports_is_corrected_within_one_tick(pool):
    run = await _rescheduled(pool)
    pool.book.report(run.run_id, RunState.CRASHED)
    await pool.tick(1)
    assert pool.book.state(run) is RunState.SCHEDULED


@virtually
async def test_a_completion_without_proof_that_a_superseded_machine_reports_is_corrected_in_one_tick(pool):
    run = await _rescheduled(pool)
    pool.book.report(run.run_id, RunState.COMPLETED, proven=False)
    await pool.tick(1)
    assert pool.book.state(run) is RunState.SCHEDULED


@virtually
async def test_a_completion_with_proof_is_believed_whoever_reports_it(pool):
    run = await _rescheduled(pool)
    pool.book.report(run.run_id, RunState.COMPLETED)
    await pool.tick(5)
    assert pool.book.state(run) is RunState.COMPLETED


@virtually
async def test_a_run_that_its_own_machine_reports_as_crashed_goes_on_on_another(pool):
    run, _ = await pool.running()
    pool.book.report(run.run_id, RunState.CRASHED)
    await pool.tick(2)
    assert pool.book.state(run) is RunState.SCHEDULED
    assert not pool.yard.there


@virtually
async def test_a_run_that_a_machine_hands_back_is_seen_by_a_new_worker_too(pool):
    run, machine = await pool.running()
    pool.book.report(run.run_id, RunState.SCHEDULED)
    pool.start_worker()
    await pool.tick(1)
    assert machine.machine_id not in pool.yard.there
    second = await pool.rent(run)
    assert second in pool.yard.there
    assert pool.book.runs[run.run_id].history.rental(1).outcome is Outcome.HANDED_BACK


@virtually
async def test_a_poisonous_run_is_stopped_after_its_losses_without_a_new_frame(pool):
    run = pool.book.add(terms=Terms(most_fruitless=3))
    for number in (1, 2, 3):
        machine_id = await pool.rent(run)
        pool.book.report(run.run_id, RunState.RUNNING)
        pool.book.commit(run.run_id, 7)
        pool.yard.lose(machine_id)
        await pool.tick(13)
        expected = RunState.SCHEDULED if number < 3 else RunState.FAILED
        assert pool.book.state(run) is expected
    assert "3 machines were lost in a row without one newly stored frame" in pool.book.message(run)


@virtually
async def test_a_run_that_goes_forward_may_lose_as_many_machines_as_it_likes(pool):
    run = pool.book.add(terms=Terms(most_fruitless=3))
    for frames in range(1, 10):
        machine_id = await pool.rent(run)
        pool.book.report(run.run_id, RunState.RUNNING)
        pool.book.commit(run.run_id, frames)
        pool.yard.lose(machine_id)
        await pool.tick(13)
        assert pool.book.state(run) is RunState.SCHEDULED


@virtually
async def test_a_run_over_its_hours_loses_its_machine_and_fails_with_the_reason(pool):
    run, _ = await pool.running(Terms(max_hours=0.5))
    await pool.tick(31, after_s=60)
    assert not pool.yard.there
    assert pool.book.state(run) is RunState.FAILED
    assert "raise max_hours" in pool.book.message(run)


@virtually
async def test_a_run_costs_at_most_its_cap_and_one_tick(pool):
    run, machine = await pool.running(Terms(max_usd=0.10))
    await pool.tick(400)
    assert pool.book.state(run) is RunState.FAILED
    tick = float(machine.offer.usd_per_hour) / 3600 * 5
    cost = float(pool.book.runs[run.run_id].history.usd(now()))
    assert 0.10 <= cost <= 0.10 + 2 * tick  # one to see it, one to see it gone


@virtually
async def test_a_pool_over_its_day_stops_what_runs(pool):
    run, _ = await pool.running(Terms(pool_usd_per_day=0.05))
    await pool.tick(16, after_s=60)
    assert not pool.yard.there
    assert pool.book.state(run) is RunState.FAILED
    assert "raise pool_usd_per_day" in pool.book.message(run)


@virtually
async def test_a_new_worker_knows_what_the_pool_cost_today(pool):
    run, machine = await pool.running()
    await pool.tick(60, after_s=60)
    pool.book.report(run.run_id, RunState.COMPLETED)
    await pool.tick(2, after_s=60)
    spent = pool.fleet.spending.usd_per_day(now())
    assert spent >= machine.offer.usd_per_hour
    pool.start_worker()
    await pool.watcher.adopt()
    assert pool.fleet.spending.usd_per_day(now()) == spent


@virtually
async def test_a_machine_that_comes_back_after_it_was_given_up_is_returned(pool):
    run, machine = await pool.running()
    pool.yard.lose(machine.machine_id)
    await pool.tick(3)
    await pool.rent(run)
    pool.book.report(run.run_id, RunState.RUNNING)
    pool.yard.there[machine.machine_id] = machine
    await pool.tick(1)
    assert [there.name for there in pool.yard.there.values()] == [pool.name(run, 2)]
    assert pool.book.state(run) is RunState.RUNNING


@virtually
async def test_a_run_that_loses_its_machine_over_its_limits_is_not_resumed(pool):
    run, machine = await pool.running(Terms(max_hours=0.5))
    await pool.tick(1, after_s=29 * 60)
    pool.yard.lose(machine.machine_id)
    await pool.tick(1, after_s=120)
    assert pool.book.state(run) is RunState.FAILED


@virtually
async def test_from_the_third_on_each_loss_without_a_new_frame_makes_the_run_wait_longer(pool):
    run = pool.book.add()
    waits = []
    for _ in range(4):
        pool.yard.lose(await pool.rent(run))
        pool.book.report(run.run_id, RunState.RUNNING)
        await pool.tick(13)
        waits.append(pool.book.due[run.run_id] - pool.book.runs[run.run_id].since)
    assert [round(wait.total_seconds()) for wait in waits] == [0, 0, 10, 20]


@virtually
async def test_a_crash_that_is_reported_while_no_machine_can_be_had_is_corrected_too(pool):
    run = await _rescheduled(pool)
    pool.yard.none_left = set(pool.yard.on_offer)
    await pool.rent(run)
    pool.book.report(run.run_id, RunState.CRASHED)
    await pool.tick(1)
    assert pool.book.state(run) is RunState.SCHEDULED


@virtually
async def test_a_crash_that_is_reported_while_no_worker_was_there_is_corrected_by_the_next(pool):
    run = await _rescheduled(pool)
    pool.book.report(run.run_id, RunState.CRASHED)
    pool.start_worker()
    await pool.watcher.adopt()
    await pool.tick(1)
    assert pool.book.state(run) is RunState.SCHEDULED


@virtually
async def test_the_ledger_of_a_run_that_ended_while_no_worker_was_there_is_closed_by_the_next(pool):
    run, machine = await pool.running()
    pool.yard.lose(machine.machine_id)
    pool.book.report(run.run_id, RunState.COMPLETED)
    pool.start_worker()
    await pool.watcher.adopt()
    await pool.tick(13)
    assert pool.book.runs[run.run_id].history.newest.outcome is Outcome.DONE


@virtually
async def test_a_run_that_a_machine_is_being_rented_for_is_nobody_elses_business(pool):
    run = pool.book.add()
    with pool.fleet.renting_for(run.run_id):
        pool.yard.add(pool.name(run, 1))
        await pool.tick(30)
    assert pool.book.state(run) is RunState.PENDING
    assert pool.book.runs[run.run_id].history.newest is None
    assert pool.yard.there


@virtually
async def test_a_run_that_is_missing_from_a_page_is_not_taken_for_deleted(pool):
    run, machine = await pool.running()
    pool.book.overlooked = {run.run_id}
    await pool.tick(1)
    assert machine.machine_id in pool.yard.there


@virtually
async def test_of_a_machine_that_is_there_for_days_only_the_last_day_counts_for_the_pool(pool):
    run, machine = await pool.running(Terms(max_hours=100))
    await pool.tick(30, after_s=3_600)
    assert pool.fleet.spending.usd_per_day(now()) == machine.offer.usd_per_hour * 24
    assert pool.book.state(run) is RunState.RUNNING


@virtually
async def test_an_order_that_was_lost_costs_the_pool_nothing(pool):
    pool.yard.reply_lost = ProviderUnavailable("timed out")
    pool.yard.listed_after_s = 1e9
    await pool.rent(pool.book.add())
    await pool.tick(1, after_s=3_600)
    assert pool.fleet.spending.usd_per_day(now()) == 0


@virtually
async def test_two_workers_of_one_pool_resume_a_run_once(pool):
    other = Pool()
    other.yard, other.book = pool.yard, pool.book
    other.start_worker()
    run, machine = await pool.running()
    pool.yard.lose(machine.machine_id)
    for _ in range(14):
        await pool.tick(1, after_s=4)
        await other.tick(1, after_s=1)
    assert pool.book.messages[run.run_id].count(pool.book.message(run)) == 1
    assert pool.book.state(run) is RunState.SCHEDULED
    await other.rent(run)
    pool.book.report(run.run_id, RunState.RUNNING)
    for _ in range(4):
        await pool.tick(1, after_s=4)
        await other.tick(1, after_s=1)
    assert [there.name for there in pool.yard.there.values()] == [pool.name(run, 2)]
    assert pool.book.state(run) is RunState.RUNNING


@virtually
async def test_of_two_machines_of_one_name_the_one_that_is_not_in_the_ledger_is_ended(pool):
    run, machine = await pool.running()
    pool.yard.add(machine.name)
    await pool.tick(1)
    assert [*pool.yard.there] == [machine.machine_id]
    assert pool.book.state(run) is RunState.RUNNING


@virtually
async def test_machines_that_end_slowly_hold_up_no_look_at_the_others(pool):
    for _ in range(40):
        run, _ = await pool.running()
        pool.book.report(run.run_id, RunState.CRASHED)
    pool.yard.ends_after_s = 30
    other, machine = await pool.running()
    await pool.tick(1)
    pool.yard.asked.clear()
    pool.yard.lose(machine.machine_id)
    await pool.tick(4)
    assert pool.yard.asked["machines"] == 4
    await pool.watcher.finish()
    assert pool.book.state(other) is RunState.SCHEDULED


@virtually
async def test_a_new_worker_settles_the_machines_of_runs_that_wait_to_be_resumed(pool):
    run, machine = await pool.running()
    await pool.tick(60, after_s=60)
    pool.book.report(run.run_id, RunState.SCHEDULED)
    pool.yard.lose(machine.machine_id)
    gone = now()
    pool.start_worker()
    await pool.watcher.adopt()
    spent = pool.fleet.spending.usd_per_day(now())
    assert spent >= machine.offer.usd_per_hour
    await pool.tick(1)
    assert pool.book.runs[run.run_id].history.newest.ended - gone <= timedelta(seconds=5)


@virtually
async def test_a_machine_counts_until_it_was_first_missing_though_it_is_settled_later(pool):
    run, machine = await pool.running()
    await pool.tick(10)
    pool.yard.lose(machine.machine_id)
    pool.yard.away_for = {"why_gone"}
    pool.yard.away = ProviderUnavailable("429")
    gone = now()
    await pool.tick(20)
    pool.yard.away = None
    await pool.tick(1)
    rental = pool.book.runs[run.run_id].history.newest
    assert timedelta(0) <= rental.ended - gone <= timedelta(seconds=6)


@virtually
async def test_a_look_that_was_told_of_a_run_before_it_was_rented_for_does_nothing(pool):
    run, machine = await pool.running()
    await pool.tick(1)
    pool.yard.lose(machine.machine_id)
    pool.book.report(run.run_id, RunState.SCHEDULED)
    pool.book.slow_s = 1
    pool.book.report(run.run_id, RunState.PENDING)
    looking = asyncio.create_task(pool.watcher.tick())
    await asyncio.sleep(0.5)
    second = await pool.rent(run)
    await looking
    pool.book.slow_s = 0
    await pool.tick(3)
    assert second in pool.yard.there
    assert pool.book.state(run) is RunState.PENDING


@pytest.mark.parametrize("new_worker", [False, True])
@virtually
async def test_a_run_that_is_over_before_the_provider_lists_again_is_settled(pool, new_worker):
    pool.yard.away_for = {"machines"}
    pool.yard.away = ProviderUnavailable("502")
    run, machine = await pool.running()
    if new_worker:
        pool.start_worker()
        await pool.watcher.adopt()
    for _ in range(20):
        with pytest.raises(ProviderUnavailable):
            await pool.tick(1, after_s=60)
    pool.book.report(run.run_id, RunState.COMPLETED)
    pool.yard.lose(machine.machine_id)
    pool.yard.away = None
    await pool.tick(1)
    assert pool.book.runs[run.run_id].history.unsettled == ()


@virtually
async def test_a_few_early_losses_of_many_machines_do_not_stop_all_renting(pool):
    machines = [(await pool.running())[1] for _ in range(30)]
    for run in list(pool.book.runs.values()):
        pool.book.report(run.run_id, RunState.PENDING)
    await pool.tick(1)
    for machine in machines[:12]:
        pool.yard.lose(machine.machine_id)
    await pool.tick(2)
    assert await pool.rent(pool.book.add())


@virtually
async def test_a_run_that_was_deleted_costs_the_pool_nothing_any_more(pool):
    run, _ = await pool.running()
    del pool.book.runs[run.run_id]
    await pool.tick(3)
    assert not pool.yard.there
    assert pool.fleet.spending.usd_per_hour() == 0
    await pool.tick(2, after_s=90_000)
    assert pool.fleet.spending.usd_per_day(now()) == 0


@virtually
async def test_what_a_machine_said_last_is_told_in_few_words_and_without_secrets(pool):
    pool.yard.last_words = ("x" * 100_000, "GET https://s3.example.com/a?X-Amz-Signature=fake")
    run = pool.book.add(terms=Terms(start_minutes=1))
    await pool.rent(run)
    await pool.tick(14)
    why = pool.book.runs[run.run_id].history.newest.why
    assert len(why) < 1_000
    assert "fake" not in why


@virtually
async def test_a_machine_that_is_adopted_stopped_keeps_the_price_that_it_was_ordered_at(pool):
    pool.yard.reply_lost = KeyboardInterrupt()
    run = pool.book.add()
    with pytest.raises(KeyboardInterrupt):
        await pool.rent(run)
    machine_id = next(iter(pool.yard.there))
    free = CHEAP.model_copy(update={"usd_per_hour": 0})
    pool.yard.change(machine_id, state=MachineState.STOPPED, offer=free)
    pool.start_worker()
    await pool.tick(1)
    assert pool.book.runs[run.run_id].history.newest.offer == CHEAP


@virtually
async def test_a_machine_that_stopped_after_its_run_was_done_is_no_loss(pool):
    run, machine = await pool.running()
    pool.book.report(run.run_id, RunState.COMPLETED)
    pool.yard.change(machine.machine_id, state=MachineState.STOPPED)
    await pool.tick(2)
    assert pool.book.runs[run.run_id].history.newest.outcome is Outcome.DONE


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.CRASHED, RunState.COMPLETED])
@virtually
async def test_a_run_goes_on_whose_machine_was_gone_before_it_was_ever_listed(pool, state):
    pool.yard.reply_lost = ProviderUnavailable("timed out")
    run = pool.book.add()
    await pool.rent(run)
    pool.yard.reply_lost = None
    (machine,) = pool.yard.there
    pool.book.report(run.run_id, state, proven=False)
    pool.yard.lose(machine)
    await pool.tick(13)
    assert pool.book.state(run) is RunState.SCHEDULED
    assert pool.book.runs[run.run_id].history.rental(1).outcome is Outcome.LOST
    assert pool.yard.there[await pool.rent(run)].name == pool.name(run, 2)
