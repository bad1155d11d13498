"""The runs that machines are rented for, as the orchestrator tells of them (Prefect: prefect_runs)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from infra.rental.ledger import History, Rental
from infra.rental.terms import Terms


class RunState(StrEnum):
    """What the orchestrator says of a run; the words are Prefect's state types."""

    SCHEDULED = "SCHEDULED"
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CRASHED = "CRASHED"


FINAL = {RunState.CANCELLED, RunState.COMPLETED, RunState.FAILED, RunState.CRASHED}


@dataclass(frozen=True)
class Run:
    """A run, as it was when the orchestrator was asked.

    Attributes:
        run_id: Its id.
        name: What people call it.
        state: What is said of it.
        since: Since when that is said.
        mark: What changes with every change of state, so that a decision is never carried out on another one.
        history: What was rented for it.
        proven: Whether it carries the proof of completion that its terms ask for, if they ask for one.
    """

    run_id: UUID
    name: str
    state: RunState
    since: datetime
    mark: str
    history: History
    proven: bool = True

    def noting(self, rental: Rental) -> "Run":
        """Return the run with a rental noted."""
        return replace(self, history=self.history.noting(rental))


class RunBook(Protocol):
    """The orchestrator's side of renting.

    Every method may raise `OrchestratorUnavailable`; nothing is concluded from that.
    """

    async def live(self, also: Collection[UUID]) -> Mapping[UUID, Run]:
        """Return the pool's runs that are pending, running or cancelling, and those of `also`, by id."""
        ...

    async def recent(self, since: datetime) -> Sequence[Run]:
        """Return the pool's runs that ended since a moment."""
        ...

    async def waiting(self) -> Sequence[Run]:
        """Return the pool's runs that are scheduled: some have had machines before."""
        ...

    async def note(self, run: Run, rental: Rental, terms: Terms | None = None) -> None:
        """Write a rental into the run's ledger, and with the first one the terms."""
        ...

    async def reschedule(self, run: Run, message: str, at: datetime) -> bool:
        """Have a run start again at a time; returns False and does nothing if its state has changed.

        One that may start now goes before those that were due after it and have not begun.
        """
        ...

    async def is_as_it_was(self, run: Run) -> bool:
        """Return whether a run is still in the state that it was read in."""
        ...

    async def end(self, run: Run, state: RunState, message: str) -> bool:
        """End a run in a final state; returns False and does nothing if its state has changed."""
        ...
