"""Whether a machine is to go on, and what becomes of a run that has none: pure functions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from infra.rental.ledger import LOSSES, WITHOUT, Outcome, Rental
from infra.rental.machine import Machine, MachineState
from infra.rental.runs import FINAL, Run, RunState

DRAIN = timedelta(seconds=45)
"""A machine whose run is over ends itself, and asks twice in this time; then it is ended."""
CANCEL_GRACE = timedelta(seconds=10)
"""A run that is cancelled while it runs says so itself, if it still can; Prefect needs 8 s for it."""
DEBUG_KEEP = timedelta(minutes=30)
SETTLING = timedelta(seconds=60)
"""A machine that was made just now may be missing from the provider's list."""
READABLE = timedelta(seconds=10)
"""From then on, a new machine can be asked for by its id, whether it is listed or not."""
FORGOTTEN = timedelta(seconds=90)
"""A run that is picked up has a rental noted within seconds, unless its worker was killed just then."""
RESTART_SLACK = timedelta(seconds=30)
"""Providers round how long something has been running."""
BACK_OFF = timedelta(seconds=10)
"""For each fruitless loss after the first, a run waits this much longer; often the place is bad."""
LONGEST_BACK_OFF = timedelta(seconds=120)
NEVER_MADE = "the order for a machine was lost"
NEVER_LISTED = "a machine began the run and was gone before the provider listed it"
BEGUN = {RunState.RUNNING, RunState.COMPLETED, RunState.CRASHED}
"""States that are reported only of what a machine has begun."""


@dataclass(frozen=True)
class Ending:
    """A machine is to end."""

    outcome: Outcome
    why: str


@dataclass(frozen=True)
class Resume:
    """A run is to start again, at a time."""

    message: str
    at: datetime


@dataclass(frozen=True)
class Finish:
    """A run is to end in a final state."""

    state: RunState
    message: str


Move = Resume | Finish | None


@dataclass(frozen=True)
class Seen:
    """What is known besides the ledger.

    Attributes:
        now: The time.
        began: When what runs on a machine was first seen to have begun, if it was.
        pool_usd: What the pool has cost in the last 24 hours.
    """

    now: datetime
    began: datetime | None = None
    pool_usd: Decimal = Decimal(0)


def ending_of(machine: Machine, rental: Rental, run: Run, seen: Seen) -> Ending | None:
    """Return why a machine of a run is to end, or None if it goes on."""
    newest = run.history.newest
    if newest and newest.number > rental.number:
        return Ending(Outcome.LOST, "the run has gone on to another machine")
    if machine.state in {MachineState.STOPPED, MachineState.FAILED}:
        return outcome_of(run, f"the provider lists the machine as {machine.state}")
    if machine.running_since and seen.began and machine.running_since - seen.began > RESTART_SLACK:
        return Ending(Outcome.RESTARTED, "its container was started a second time")
    if over := over_limits(run, seen.now, seen.pool_usd):
        return Ending(Outcome.DONE if run.state in FINAL else Outcome.STOPPED, over)
    return _ending_by_state(rental, run, seen.now)


def _ending_by_state(rental: Rental, run: Run, now: datetime) -> Ending | None:
    terms, since = run.history.terms, now - run.since
    ending = None
    match run.state:
        case RunState.SCHEDULED:
            ending = Ending(Outcome.HANDED_BACK, "it was asked to end and gave the run back")
        case RunState.PENDING if now - rental.ordered > timedelta(minutes=terms.start_minutes):
            why = f"the run did not begin within {terms.start_minutes:g} minutes"
            ending = Ending(Outcome.NEVER_STARTED, why)
        case RunState.CANCELLING if since > CANCEL_GRACE:
            ending = Ending(Outcome.STOPPED, "the run is being cancelled")
        case RunState.CANCELLED:
            ending = Ending(Outcome.STOPPED, "the run was cancelled")
        case RunState.CRASHED:
            ending = Ending(Outcome.LOST, "the run was reported as crashed")
        case RunState.COMPLETED if not run.proven:
            ending = Ending(Outcome.LOST, unproven(run))
        case RunState.COMPLETED if since > DRAIN:
            ending = Ending(Outcome.DONE, "its work was done")
        case RunState.FAILED if since > (DEBUG_KEEP if terms.debug else DRAIN):
            ending = Ending(Outcome.DONE, "its run failed by itself")
    return ending


def outcome_of(run: Run, why: str) -> Ending:
    """Return how a machine ended that nobody told to end, from what its run says."""
    match run.state:
        case RunState.COMPLETED if not run.proven:
            return Ending(Outcome.LOST, unproven(run))
        case RunState.COMPLETED | RunState.FAILED | RunState.PAUSED:
            return Ending(Outcome.DONE, "its work was done" if run.state is RunState.COMPLETED else why)
        case RunState.CANCELLED | RunState.CANCELLING:
            return Ending(Outcome.STOPPED, "the run was cancelled")
        case RunState.SCHEDULED:
            return Ending(Outcome.HANDED_BACK, "it was asked to end and gave the run back")
    return Ending(Outcome.LOST, why)


def has_begun(run: Run, rental: Rental) -> bool:
    """Return whether the run's state says that a machine which was ordered then has begun it."""
    return run.state in BEGUN and run.since >= rental.ordered


def move_of(run: Run, now: datetime) -> Move:
    """Return what becomes of a run without a machine, or None if it is as it should be."""
    newest = run.history.newest
    if run.state is RunState.CANCELLING:
        returned = Finish(RunState.CANCELLED, "cancelled; its machine, if it had one, is returned")
        return returned if now - run.since > CANCEL_GRACE else None
    if newest is None or (newest.seen != run.mark and run.state not in FINAL):
        return _move_of_forgotten(run, now)
    if run.state in {RunState.PENDING, RunState.RUNNING}:
        if newest.outcome is Outcome.STOPPED:
            return Finish(RunState.FAILED, newest.why)
        return after_loss(run, now)
    taken_back = run.state is RunState.CRASHED or (run.state is RunState.COMPLETED and not run.proven)
    if taken_back and run.history.losses and newest.outcome in LOSSES | WITHOUT:
        return after_loss(run, now)
    return None


def _move_of_forgotten(run: Run, now: datetime) -> Move:
    """Return what becomes of a run that was picked up, or said to run, and has no machine for it."""
    ours = run.state is RunState.PENDING or (run.state is RunState.RUNNING and run.history.losses)
    if ours and now - run.since > FORGOTTEN:
        return Resume("it was picked up, and no machine was rented for it", now)
    return None


def after_loss(run: Run, now: datetime) -> Resume | Finish:
    """Return what becomes of a run that lost its machine before its work was done."""
    history = run.history
    why = history.newest.why if history.newest else ""
    if stop := over_limits(run, now) or fruitless(run):
        return Finish(RunState.FAILED, stop)
    wait = min(max(0, history.fruitless - 2) * BACK_OFF, LONGEST_BACK_OFF)
    return Resume(f"{why}; it goes on on another machine", now + wait)


def fruitless(run: Run) -> str:
    """Return that too many machines were lost for nothing, as a sentence, or nothing."""
    history = run.history
    if history.fruitless < history.terms.most_fruitless:
        return ""
    reasons = dict.fromkeys(rental.why for rental in history.lost_machines[-history.fruitless :])
    return (
        f"{history.fruitless} machines were lost in a row without one newly stored frame between them "
        f"({'; '.join(reasons)}); look at the run's log before it is started again"
    )


def over_limits(run: Run, now: datetime, pool_usd: Decimal = Decimal(0)) -> str:
    """Return which of its limits a run has reached, as a sentence, or nothing.

    `pool_usd` is what the pool has cost in the last 24 hours.
    """
    history = run.history
    if (hours := history.hours(now)) >= history.terms.max_hours:
        return f"{hours:.2f} hours of machines are used up, of {history.terms.max_hours:g}; raise max_hours"
    if (usd := history.usd(now)) >= history.terms.max_usd:
        return f"${usd:.2f} are spent, of ${history.terms.max_usd:g}; raise max_usd"
    if pool_usd >= history.terms.pool_usd_per_day:
        most = history.terms.pool_usd_per_day
        return f"the pool has cost ${pool_usd:.2f} in 24 hours, of ${most:g}; raise pool_usd_per_day"
    return ""


def unproven(run: Run) -> str:
    """Return what is wrong with a run that is completed without its proof."""
    return f"the run is completed, but carries no {run.history.terms.proof}"
