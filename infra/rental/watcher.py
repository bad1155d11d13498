"""Watch all machines of a pool and all runs that have one: one list call and one query of runs per tick.

Everything that it knows it learns from the provider's list, the runs and their ledgers, so one that starts
after another was killed goes on where that one stopped. A machine is ended first, seen to be gone second, and
only then is its run started again: two machines never work for one run.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from prefect.logging import get_logger

from infra.rental.fleet import Fleet
from infra.rental.ledger import LOSSES, Outcome, Rental
from infra.rental.looks import Looks
from infra.rental.machine import Machine
from infra.rental.naming import MachineName, read_name
from infra.rental.provider import Provider
from infra.rental.runs import Run, RunBook, RunState
from infra.rental.spending import DAY
from infra.rental.verdict import (
    NEVER_LISTED,
    NEVER_MADE,
    READABLE,
    SETTLING,
    Ending,
    Finish,
    Resume,
    Seen,
    ending_of,
    has_begun,
    move_of,
    outcome_of,
)
from media.redact import redacted
from media.reference import printable

UNEXPLAINED = {Outcome.NEVER_STARTED, Outcome.RESTARTED}
"""Only what the machine said tells why: an image that is not there, a driver that is too old."""
LAST_WORDS = 3
LONGEST_WORD = 200
CARE = timedelta(minutes=15)
"""How long after it had a machine a run is looked at whatever its state: the old machine may still speak."""

logger = get_logger(__name__)


class Watcher:
    """Watches the machines of one pool."""

    def __init__(
        self, provider: Provider[Any], book: RunBook, fleet: Fleet, clock: Callable[[], datetime]
    ) -> None:
        self._provider = provider
        self._book = book
        self._fleet = fleet
        self._clock = clock
        self._resumed = False
        self._endings: dict[str, Ending] = {}
        self._began: dict[str, datetime] = {}
        self._working: set[str] = set()
        self._care: dict[UUID, datetime] = {}
        self._looks = Looks()

    async def adopt(self) -> None:
        """Learn what happened before: what was spent today, and which runs may still wait to be resumed."""
        now = self._clock()
        live = (await self._book.live(())).values()
        for run in [*await self._book.recent(now - DAY), *await self._book.waiting(), *live]:
            self._fleet.spending.see(run)
            if run.history.losses or run.history.unsettled:
                self._care[run.run_id] = now + CARE

    async def tick(self) -> None:
        """Look at every machine and every run once, and act."""
        listed = self._clock()
        machines = await self._provider.machines(self._fleet.prefix)
        named = [(machine, name) for machine in machines if (name := self._ours(machine))]
        ids = {name.run_id for _, name in named}
        self._care |= dict.fromkeys(self._fleet.touched, self._clock() + CARE)
        self._fleet.touched = set(self._fleet.renting)
        runs = dict(await self._book.live(ids | self._care.keys()))
        if missing := ids - runs.keys():  # deleted, or on the move while the pages of the answer were read
            runs |= await self._book.live(missing)
        self._fleet.machines, self._fleet.listed = [machine for machine, _ in named], listed
        self._remember(runs.values())
        of_run: defaultdict[UUID, list[tuple[Machine, MachineName]]] = defaultdict(list)
        for machine, name in named:
            of_run[name.run_id].append((machine, name))
        every = (of_run.keys() | runs.keys()) - self._fleet.touched
        await self._looks.take(
            {run_id: partial(self._look, runs.get(run_id), of_run[run_id]) for run_id in every}
        )

    def has_resumed(self) -> bool:
        """Return whether a run that may start at once was resumed since this was asked last."""
        resumed, self._resumed = self._resumed, False
        return resumed

    async def finish(self) -> None:
        """Wait for what ticks have begun."""
        await self._looks.finish()

    def cancel(self) -> None:
        """Leave what ticks have begun where it is, for the next worker to see."""
        self._looks.cancel()

    def _ours(self, machine: Machine) -> MachineName | None:
        name = read_name(machine.name)
        return name if name and name.pool == self._fleet.prefix else None

    def _remember(self, runs: Collection[Run]) -> None:
        now = self._clock()
        # Only once all were asked for: an outage may last longer than our care.
        self._care = {run_id: until for run_id, until in self._care.items() if until > now}
        until = now + CARE
        for run in runs:
            self._fleet.spending.see(run)
            if run.history.unsettled:
                self._care[run.run_id] = until
        self._fleet.spending.forget_others({run.run_id for run in runs} | self._fleet.renting, now)
        machines = self._fleet.machines
        ids = {machine.machine_id for machine in machines}
        self._fleet.sightings.see(ids, self._clock())
        self._began = {machine_id: began for machine_id, began in self._began.items() if machine_id in ids}
        self._working &= ids
        for machine in machines:
            if machine.running_since:
                self._began.setdefault(machine.machine_id, machine.running_since)

    async def _look(self, run: Run | None, machines: Sequence[tuple[Machine, MachineName]]) -> None:
        """Look at the machines of a run, and then at the run."""
        for machine, name in machines:
            await self._look_at(machine, name, run)
        if run:
            await self._look_after(run, {name for _, name in machines})

    async def _look_at(self, machine: Machine, name: MachineName, run: Run | None) -> None:
        """End a machine if it is to end; one that is not in its run's ledger is put there first."""
        if run is None:
            logger.warning("machine %s is returned: its run %s does not exist", machine.name, name.run_id)
            async with self._looks.gate:
                await self._provider.terminate(machine.machine_id)
            return
        rental = run.history.rental(name.number) or Rental(
            number=name.number, offer=machine.offer, ordered=machine.created
        )
        if not rental.machine_id:
            rental = rental.of(machine)
            logger.info("machine %s of run %s is adopted", machine.machine_id, run.name)
            await self._book.note(run, rental)
            run = run.noting(rental)
        if rental.machine_id != machine.machine_id:
            logger.warning("machine %s is ended: %s is in the ledger by its name", machine, rental.machine_id)
            async with self._looks.gate:
                await self._provider.terminate(machine.machine_id)
            return
        working = run.state is RunState.RUNNING and has_begun(run, rental)
        if working and machine.machine_id not in self._working:
            self._working.add(machine.machine_id)  # what has begun long ago says nothing of the next machine
            self._fleet.breaker.worked()
        ending = self._endings.get(machine.machine_id) or await self._judge(machine, rental, run)
        if ending:
            self._endings[machine.machine_id] = ending
            async with self._looks.gate:
                await self._provider.terminate(machine.machine_id)

    async def _judge(self, machine: Machine, rental: Rental, run: Run) -> Ending | None:
        now = self._clock()
        seen = Seen(now, self._began.get(machine.machine_id), self._fleet.spending.usd_per_day(now))
        ending = ending_of(machine, rental, run, seen)
        if ending is None:
            return None
        if ending.outcome in UNEXPLAINED and (
            said := await self._provider.logs(machine.machine_id, LAST_WORDS)
        ):
            heard = " | ".join(printable(redacted(line))[:LONGEST_WORD] for line in said)
            ending = replace(ending, why=f"{ending.why}; last heard of it: {heard}")
        logger.info("machine %s of run %s is returned: %s", machine.machine_id, run.name, ending.why)
        return ending

    async def _look_after(self, run: Run, listed: set[MachineName]) -> None:
        """Settle what was rented for a run and is gone; then, if it has no machine, do what becomes of it."""
        for rental in run.history.unsettled:
            if MachineName(self._fleet.prefix, run.run_id, rental.number) in listed:
                return
            ending = await self._why_gone(rental, run)
            if ending is None:
                return
            run = await self._settle(run, rental, ending)
        match move_of(run, self._clock()):
            case Resume(message=message, at=at):
                if await self._book.reschedule(run, message, at):
                    self._resumed |= at <= self._clock()
                    logger.info("run %s is resumed: %s", run.name, message)
            case Finish(state=state, message=message):
                if await self._book.end(run, state, message):
                    logger.info("run %s is %s: %s", run.name, state.lower(), message)

    async def _why_gone(self, rental: Rental, run: Run) -> Ending | None:
        """Return how a machine that is not listed ended, or None if it may be there after all."""
        told = self._endings.get(rental.machine_id)
        began = has_begun(run, rental)  # so it was there, once
        young = self._clock() - rental.ordered < (READABLE if rental.machine_id else SETTLING)
        fresh = young and rental.machine_id not in self._fleet.sightings
        may_come = fresh and not (began and rental.machine_id)
        if told is None and may_come:
            return None
        if not rental.machine_id:
            return outcome_of(run, NEVER_LISTED) if began else Ending(Outcome.NEVER_MADE, NEVER_MADE)
        async with self._looks.gate:
            gone = await self._provider.why_gone(rental.machine_id)
        if gone is None:
            return None
        return told or outcome_of(run, gone)

    async def _settle(self, run: Run, rental: Rental, ending: Ending) -> Run:
        """Close a rental in the run's ledger."""
        now = self._clock()
        closed = rental.model_copy(
            update={
                "ended": self._fleet.sightings.ended(rental, run, now),
                "outcome": ending.outcome,
                "why": ending.why,
                "committed": run.history.committed,
                "seen": run.mark,
            }
        )
        await self._book.note(run, closed)
        if run.state is RunState.PENDING and ending.outcome in LOSSES:
            self._fleet.breaker.failed(now, ending.why, len(self._fleet.machines))
        self._endings.pop(rental.machine_id, None)
        self._fleet.sightings.forget(rental.machine_id)
        settled = run.noting(closed)
        self._fleet.spending.see(settled)
        return settled
