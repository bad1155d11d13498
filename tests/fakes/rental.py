"""Machines and runs in memory: a provider that can lose them, and an orchestrator with Prefect's rules."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID, uuid4

from infra.rental.errors import NoCapacity
from infra.rental.ledger import History, Rental
from infra.rental.machine import Machine, MachineState, Offer, Order
from infra.rental.runs import FINAL, Run, RunState
from infra.rental.terms import Terms
from media.errors import MediaError
from tests.fakes.virtual_time import now

CHEAP = Offer(kind="small", market="community", usd_per_hour=Decimal("0.20"), may_vanish=True)
SLOT = {RunState.PENDING, RunState.RUNNING}
"""Runs in these count against what a work pool may have at once."""
STEADY = Offer(kind="small", market="secure", usd_per_hour=Decimal("0.40"))


@dataclass
class Yard:
    """A provider of machines.

    Attributes:
        on_offer: What is offered, in this order.
        place: Where it puts a machine whose offer leaves that to it.
        none_left: Offers that cannot be had.
        away: What every request fails with, while it is set.
        away_for: Which requests alone fail with it, if not all.
        last_words: What every machine says.
        refused: What every request for a machine fails with, while it is set.
        reply_lost: What a request for a machine fails with after it was made, while it is set.
        listed_after_s: Seconds until a new machine is listed.
        ends_after_s: Seconds until a request to end a machine is answered.
        lingers_s: Seconds for which a machine goes on after it was told to end.
        billed: What is billed for each machine.
        there: The machines that exist.
        ever: All that were ever made.
        asked: How often each kind of request was made.
    """

    on_offer: list[Offer] = field(default_factory=lambda: [CHEAP, STEADY])
    place: str = ""
    none_left: set[Offer] = field(default_factory=set)
    away: MediaError | None = None
    away_for: set[str] = field(default_factory=set)
    last_words: tuple[str, ...] = ()
    refused: MediaError | None = None
    reply_lost: BaseException | None = None
    listed_after_s: float = 0.0
    ends_after_s: float = 0.0
    lingers_s: float = 0.0
    billed: dict[str, Decimal] = field(default_factory=dict)
    there: dict[str, Machine] = field(default_factory=dict)
    ever: list[Machine] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    _ids: "count[int]" = field(default_factory=lambda: count(1))

    async def offers(self, order: Order) -> Sequence[Offer]:
        del order
        await self._request("offers")
        return self.on_offer

    async def create(self, order: Order, offer: Offer) -> Machine:
        await self._request("create")
        if self.refused:
            raise self.refused
        if offer in self.none_left:
            raise NoCapacity(f"{offer.where}: none left")
        machine = Machine(
            machine_id=f"m{next(self._ids)}",
            name=order.name,
            state=MachineState.RUNNING,
            offer=offer.model_copy(update={"place": offer.place or self.place}),
            created=now(),
        )
        self.orders.append(order)
        self.ever.append(machine)
        self.there[machine.machine_id] = machine
        if self.reply_lost:
            raise self.reply_lost
        return machine

    async def machines(self, prefix: str) -> Sequence[Machine]:
        await self._request("machines")
        return [m for m in self.there.values() if m.name.startswith(prefix) and self._is_listed(m)]

    async def terminate(self, machine_id: str) -> None:
        await self._request("terminate")
        await asyncio.sleep(self.ends_after_s)
        if self.lingers_s:
            asyncio.get_running_loop().call_later(self.lingers_s, self.lose, machine_id)
        else:
            self.lose(machine_id)

    async def why_gone(self, machine_id: str) -> str | None:
        await self._request("why_gone")
        return None if machine_id in self.there else "the machine is gone"

    async def logs(self, machine_id: str, lines: int = 20) -> Sequence[str]:
        del machine_id
        return self.last_words[-lines:]

    async def bills(self, since: datetime) -> dict[str, Decimal]:
        del since
        return self.billed

    def lose(self, machine_id: str) -> None:
        """Have a machine vanish."""
        self.there.pop(machine_id, None)

    def change(self, machine_id: str, **fields: object) -> None:
        """Have the provider say something else of a machine."""
        self.there[machine_id] = self.there[machine_id].model_copy(update=fields)

    def add(self, name: str) -> Machine:
        """Put a machine there that nobody ordered now."""
        machine = Machine(machine_id="old", name=name, state=MachineState.RUNNING, offer=CHEAP, created=now())
        self.there[machine.machine_id] = machine
        return machine

    def _is_listed(self, machine: Machine) -> bool:
        return (now() - machine.created).total_seconds() >= self.listed_after_s

    async def _request(self, kind: str) -> None:
        self.asked[kind] += 1
        await asyncio.sleep(0.01)
        if self.away and (not self.away_for or kind in self.away_for):
            raise self.away


@dataclass
class Book:
    """An orchestrator: like Prefect, it believes whoever reports a state, whichever machine they are on.

    Attributes:
        runs: All runs, by id.
        due: When a run that is scheduled is to start.
        messages: What was said of each run, the latest last.
        beats: When each run was last heard of.
        clock: What time it is.
        new_id: Where ids of runs come from.
        at_once: How many runs of the pool may have a slot, if not all.
        overlooked: What the next answer lacks, as one whose pages are read while runs move.
        slow_s: Seconds between what is read for an answer and the answer.
        queries: How often all runs were asked for.
        state_changes: How often a state was set.
    """

    runs: dict[UUID, Run] = field(default_factory=dict)
    due: dict[UUID, datetime] = field(default_factory=dict)
    messages: dict[UUID, list[str]] = field(default_factory=dict)
    beats: dict[UUID, datetime] = field(default_factory=dict)
    clock: Callable[[], datetime] = now
    new_id: Callable[[], UUID] = uuid4
    at_once: int | None = None
    overlooked: set[UUID] = field(default_factory=set)
    slow_s: float = 0.0
    queries: int = 0
    state_changes: int = 0
    _marks: "count[int]" = field(default_factory=lambda: count(1))

    def add(self, state: RunState = RunState.PENDING, terms: Terms | None = None, name: str = "a run") -> Run:
        """Make a run."""
        history = History(terms=terms or Terms())
        run = Run(self.new_id(), name, state, self.clock(), str(next(self._marks)), history)
        self.runs[run.run_id] = run
        return run

    def report(self, run_id: UUID, state: RunState, message: str = "", *, proven: bool = True) -> Run:
        """Have somebody report a state; only a run that is over is not crashed any more."""
        run = self.runs[run_id]
        if run.state in FINAL and state in {RunState.CRASHED, RunState.CANCELLING, RunState.PAUSED}:
            return run
        self.state_changes += 1
        self.messages.setdefault(run_id, []).append(message)
        self.runs[run_id] = replace(
            run, state=state, since=self.clock(), mark=str(next(self._marks)), proven=proven
        )
        self.due.pop(run_id, None)
        self.beats[run_id] = self.clock()
        return self.runs[run_id]

    def commit(self, run_id: UUID, pieces: int) -> None:
        """Have a run say how much of its work is stored."""
        run = self.runs[run_id]
        self.runs[run_id] = replace(run, history=run.history.model_copy(update={"committed": pieces}))

    def beat(self, run_id: UUID) -> None:
        """Have a run say that it goes on."""
        self.beats[run_id] = self.clock()

    def slots_held(self) -> int:
        """Return how many runs count against what the pool may have at once."""
        return sum(run.state in SLOT for run in self.runs.values())

    def hand_out(self, before: datetime) -> list[Run]:
        """Hand a worker the runs that are due before a moment, those that are due longest first."""
        free = len(self.runs) if self.at_once is None else self.at_once - self.slots_held()
        waiting = (run for run in self.runs.values() if run.state is RunState.SCHEDULED)
        due = sorted((self.due.get(run.run_id, run.since), run.run_id) for run in waiting)
        return [
            self.report(run_id, RunState.PENDING)
            for moment, run_id in due[: max(0, free)]
            if moment <= before
        ]

    def crash_the_silent(self, after: timedelta) -> None:
        """Do what an automation does that looks for runs which are not heard of any more."""
        for run in list(self.runs.values()):
            if run.state is RunState.RUNNING and self.clock() - self.beats[run.run_id] > after:
                self.report(run.run_id, RunState.CRASHED, "it was not heard of any more")

    def state(self, run: Run) -> RunState:
        """Return the state of a run now."""
        return self.runs[run.run_id].state

    def message(self, run: Run) -> str:
        """Return what was said last of a run."""
        return self.messages[run.run_id][-1]

    async def live(self, also: Collection[UUID]) -> Mapping[UUID, Run]:
        self.queries += 1
        await asyncio.sleep(0.01)
        alive = {RunState.PENDING, RunState.RUNNING, RunState.CANCELLING}
        overlooked, self.overlooked = self.overlooked, set()
        found = {key: run for key, run in self.runs.items() if run.state in alive or key in also}
        await asyncio.sleep(self.slow_s)
        return {key: run for key, run in found.items() if key not in overlooked}

    async def recent(self, since: datetime) -> Sequence[Run]:
        return [run for run in self.runs.values() if run.state in FINAL and run.since > since]

    async def waiting(self) -> Sequence[Run]:
        return [run for run in self.runs.values() if run.state is RunState.SCHEDULED]

    async def note(self, run: Run, rental: Rental, terms: Terms | None = None) -> None:
        known = self.runs[run.run_id].noting(rental)
        if terms:
            known = replace(known, history=known.history.model_copy(update={"terms": terms}))
        self.runs[run.run_id] = known

    async def reschedule(self, run: Run, message: str, at: datetime) -> bool:
        if not await self._is_as_it_was(run):
            return False
        if self.runs[run.run_id].state is RunState.COMPLETED and run.state is not RunState.COMPLETED:
            return False
        self.report(run.run_id, RunState.SCHEDULED, message)
        self.due[run.run_id] = at
        return True

    async def is_as_it_was(self, run: Run) -> bool:
        return await self._is_as_it_was(run)

    async def end(self, run: Run, state: RunState, message: str) -> bool:
        if not await self._is_as_it_was(run):
            return False
        self.report(run.run_id, state, message)
        return True

    async def _is_as_it_was(self, run: Run) -> bool:
        """Look, as one has to before setting a state; whoever reports right after that is not seen."""
        unchanged = self.runs[run.run_id].mark == run.mark
        await asyncio.sleep(0)
        return unchanged
