"""Machines and runs in memory: a provider that can lose them, and an orchestrator with Prefect's rules."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
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
STEADY = Offer(kind="small", market="secure", usd_per_hour=Decimal("0.40"))


@dataclass
class Yard:
    """A provider of machines.

    Attributes:
        on_offer: What is offered, in this order.
        place: Where it puts a machine whose offer leaves that to it.
        none_left: Offers that cannot be had.
        away: What every request fails with, while it is set.
        refused: What every request for a machine fails with, while it is set.
        reply_lost: What a request for a machine fails with after it was made, while it is set.
        listed_after_s: Seconds until a new machine is listed.
        lingers_s: Seconds for which a machine goes on after it was told to end.
        there: The machines that exist.
        ever: All that were ever made.
        asked: How often each kind of request was made.
    """

    on_offer: list[Offer] = field(default_factory=lambda: [CHEAP, STEADY])
    place: str = ""
    none_left: set[Offer] = field(default_factory=set)
    away: MediaError | None = None
    refused: MediaError | None = None
    reply_lost: BaseException | None = None
    listed_after_s: float = 0.0
    lingers_s: float = 0.0
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
        if self.lingers_s:
            asyncio.get_running_loop().call_later(self.lingers_s, self.lose, machine_id)
        else:
            self.lose(machine_id)

    async def why_gone(self, machine_id: str) -> str | None:
        await self._request("why_gone")
        return None if machine_id in self.there else "the machine is gone"

    async def logs(self, machine_id: str, lines: int = 20) -> Sequence[str]:
        del machine_id, lines
        return ()

    async def bills(self, since: datetime) -> dict[str, Decimal]:
        del since
        return {}

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
        if self.away:
            raise self.away


@dataclass
class Book:
    """An orchestrator: like Prefect, it believes whoever reports a state, whichever machine they are on."""

    runs: dict[UUID, Run] = field(default_factory=dict)
    due: dict[UUID, datetime] = field(default_factory=dict)
    messages: dict[UUID, list[str]] = field(default_factory=dict)
    queries: int = 0
    _marks: "count[int]" = field(default_factory=lambda: count(1))

    def add(self, state: RunState = RunState.PENDING, terms: Terms | None = None) -> Run:
        """Make a run."""
        run = Run(uuid4(), "a run", state, now(), str(next(self._marks)), History(terms=terms or Terms()))
        self.runs[run.run_id] = run
        return run

    def report(self, run_id: UUID, state: RunState, message: str = "", *, proven: bool = True) -> Run:
        """Have somebody report a state."""
        self.messages.setdefault(run_id, []).append(message)
        self.runs[run_id] = replace(
            self.runs[run_id], state=state, since=now(), mark=str(next(self._marks)), proven=proven
        )
        return self.runs[run_id]

    def commit(self, run_id: UUID, pieces: int) -> None:
        """Have a run say how much of its work is stored."""
        run = self.runs[run_id]
        self.runs[run_id] = replace(run, history=run.history.model_copy(update={"committed": pieces}))

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
        return {key: run for key, run in self.runs.items() if run.state in alive or key in also}

    async def recent(self, since: datetime) -> Sequence[Run]:
        return [run for run in self.runs.values() if run.state in FINAL and run.since > since]

    async def note(self, run: Run, rental: Rental, terms: Terms | None = None) -> None:
        known = self.runs[run.run_id].noting(rental)
        if terms:
            known = replace(known, history=known.history.model_copy(update={"terms": terms}))
        self.runs[run.run_id] = known

    async def reschedule(self, run: Run, message: str, at: datetime) -> bool:
        if self.runs[run.run_id].mark != run.mark:
            return False
        self.report(run.run_id, RunState.SCHEDULED, message)
        self.due[run.run_id] = at
        return True

    async def end(self, run: Run, state: RunState, message: str) -> bool:
        if self.runs[run.run_id].mark != run.mark:
            return False
        self.report(run.run_id, state, message)
        return True
