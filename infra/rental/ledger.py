"""What was rented for a run and what it cost: kept in the labels of the flow run itself.

There it outlives every worker, comes with the one query that reads the run's state, and is seen by whoever
looks at the run. Each machine has a label of its own, so that noting one does not overwrite
another, as long as they are not written at the same moment: the server merges labels without a lock.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import takewhile
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from infra.rental.machine import Machine, Offer
from infra.rental.terms import Terms

RENTAL = "rendermill.rental."
TERMS = "rendermill.terms"
COMMITTED = "rendermill.committed"
"""How many pieces of work the run itself has said are stored for good."""
MANIFEST = "rendermill.manifest"
"""Where the run itself has said that its finished work is described; a pool may ask for it as proof."""
NEEDS_GPU_MEMORY = "needs.gpu_memory_gb"
"""Gigabytes that a GPU must have for the run, once one was found to have too little; whoever has that work
done again by another run hands it on."""
HOUR_S = 3600
Model = TypeVar("Model", bound=BaseModel)


class Outcome(StrEnum):
    """How a rental ended."""

    DONE = "done"
    STOPPED = "stopped"
    NO_MACHINE = "no machine"
    NEVER_MADE = "never made"
    HANDED_BACK = "handed back"
    NEVER_STARTED = "never started"
    RESTARTED = "restarted"
    LOST = "lost"


LOSSES = {Outcome.HANDED_BACK, Outcome.NEVER_STARTED, Outcome.RESTARTED, Outcome.LOST}
"""After these, the run goes on elsewhere."""
WITHOUT = {Outcome.NO_MACHINE, Outcome.NEVER_MADE}
"""There was no machine: none could be had, or its order was lost. Nothing is wrong with the run."""


class Rental(BaseModel):
    """One machine of a run, from the order to its end.

    Attributes:
        number: First, second, … rental of the run; part of the machine's name.
        offer: What was rented; until the machine is known, what was asked first.
        ordered: When billing began, or may have begun.
        machine_id: The provider's id, empty until it is known.
        tries: How often in a row no offer could be had, if none could.
        waiting_since: Since when none could be had.
        ended: When it was seen to be gone.
        outcome: How it ended, once it has.
        why: That in words.
        committed: How many pieces of the run's work were stored when it ended.
        seen: The mark of the run's state when it ended; a run with another one has gone on since.
        billed: What the provider billed, once it was asked.
    """

    model_config = ConfigDict(frozen=True)

    number: int
    offer: Offer
    ordered: datetime
    machine_id: str = ""
    tries: int = 0
    waiting_since: datetime | None = None
    ended: datetime | None = None
    outcome: Outcome | None = None
    why: str = ""
    committed: int = 0
    seen: str = ""
    billed: Decimal | None = None

    def of(self, machine: Machine) -> "Rental":
        """Return the rental once its machine is known. What is stopped has no price any more: ours stays."""
        offer = machine.offer if machine.offer.usd_per_hour else self.offer
        known = {"machine_id": machine.machine_id, "offer": offer, "ordered": machine.created}
        return self.model_copy(update={**known, "ended": None, "outcome": None})

    def seconds(self, now: datetime) -> float:
        """Return how long it has lasted, or did; an order that no machine is known of costs nothing."""
        if not self.machine_id:
            return 0.0
        return max(0.0, ((self.ended or now) - self.ordered).total_seconds())

    def usd(self, now: datetime) -> Decimal:
        """Return what it has cost: what was billed, if that is known."""
        if self.billed is not None:
            return self.billed
        return Decimal(self.seconds(now)) * self.offer.usd_per_hour / HOUR_S


class History(BaseModel):
    """Everything that was rented for a run, the oldest first, and what its work was found to be.

    Attributes:
        rentals: The machines.
        terms: What it may use of them.
        committed: How many pieces of its work are stored.
        gpu_memory_gb: How much memory a GPU must have for it, if some had too little.
    """

    model_config = ConfigDict(frozen=True)

    rentals: tuple[Rental, ...] = ()
    terms: Terms = Terms()
    committed: int = 0
    gpu_memory_gb: int = 0

    @property
    def newest(self) -> Rental | None:
        """The latest rental."""
        return self.rentals[-1] if self.rentals else None

    @property
    def unsettled(self) -> tuple[Rental, ...]:
        """The rentals that may still bill."""
        return tuple(rental for rental in self.rentals if rental.ended is None)

    @property
    def next_number(self) -> int:
        """The number of the next rental: that of the newest again if no machine ever came of it."""
        if self.newest is None:
            return 1
        return self.newest.number + (self.newest.outcome not in WITHOUT)

    @property
    def losses(self) -> tuple[Rental, ...]:
        """The rentals that ended before the work did."""
        return tuple(rental for rental in self.rentals if rental.outcome in LOSSES)

    @property
    def lost_machines(self) -> tuple[Rental, ...]:
        """The losses that were machines; an order that came to nothing says nothing of offer or run."""
        return tuple(rental for rental in self.losses if rental.machine_id)

    @property
    def fruitless(self) -> int:
        """How many machines were lost in a row without one newly committed piece of work between."""
        lost = self.lost_machines
        most = max([self.committed, *(rental.committed for rental in lost)])
        return sum(1 for _ in takewhile(lambda rental: rental.committed == most, reversed(lost)))

    def usd(self, now: datetime) -> Decimal:
        """Return what all of it has cost so far."""
        return sum((rental.usd(now) for rental in self.rentals), Decimal(0))

    def hours(self, now: datetime) -> float:
        """Return how many hours of machines were used so far."""
        return sum(rental.seconds(now) for rental in self.rentals) / HOUR_S

    def rental(self, number: int) -> Rental | None:
        """Return a rental by its number."""
        return next((rental for rental in self.rentals if rental.number == number), None)

    def noting(self, rental: Rental) -> "History":
        """Return the history with a rental added, or in the place of what was known of it."""
        others = [known for known in self.rentals if known.number != rental.number]
        return self.model_copy(
            update={"rentals": tuple(sorted([*others, rental], key=lambda known: known.number))}
        )


def label_of(rental: Rental) -> dict[str, str]:
    """Return a rental as a label of its flow run."""
    return {f"{RENTAL}{rental.number}": rental.model_dump_json(exclude_defaults=True)}


def label_of_terms(terms: Terms) -> dict[str, str]:
    """Return the terms that a run is rented for as a label of it."""
    return {TERMS: terms.model_dump_json(exclude_defaults=True)}


def history_of(labels: Mapping[str, Any]) -> History:
    """Read a history from a flow run's labels; what is not ours, or cannot be read, counts as nothing."""
    found = (_read(Rental, text) for name, text in labels.items() if name.startswith(RENTAL))
    rentals = sorted((rental for rental in found if rental), key=lambda rental: rental.number)
    return History(
        rentals=tuple(rentals),
        terms=_read(Terms, labels.get(TERMS, "{}")) or Terms(),
        committed=_count(labels.get(COMMITTED)),
        gpu_memory_gb=_count(labels.get(NEEDS_GPU_MEMORY)),
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _read(model: type[Model], text: object) -> Model | None:
    try:
        return model.model_validate(json.loads(str(text)))
    except (ValueError, ValidationError):
        return None
