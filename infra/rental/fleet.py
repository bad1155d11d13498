"""What a worker's two halves know together: the one that rents and the one that watches."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from infra.rental.breaker import Breaker
from infra.rental.machine import Machine
from infra.rental.sightings import Sightings
from infra.rental.spending import Spending


@dataclass
class Fleet:
    """The machines of a pool.

    Attributes:
        prefix: How their names begin.
        machines: They, as last listed.
        listed: When that list was asked for.
        spending: What they cost.
        sightings: When they were listed.
        breaker: Whether renting more of them makes sense.
        renting: The runs that a machine is being rented for at this moment; nobody else touches these.
        touched: Those for which that was so at any moment since the watcher last asked for all runs: what it
            was told of these may be older than what was rented.
    """

    prefix: str
    machines: Sequence[Machine] = ()
    listed: datetime | None = None
    spending: Spending = field(default_factory=Spending)
    sightings: Sightings = field(default_factory=Sightings)
    breaker: Breaker = field(default_factory=Breaker)
    renting: set[UUID] = field(default_factory=set)
    touched: set[UUID] = field(default_factory=set)

    @contextmanager
    def renting_for(self, run_id: UUID) -> Iterator[None]:
        """Keep the watcher off a run for the length of the block."""
        self.renting.add(run_id)
        self.touched.add(run_id)
        try:
            yield
        finally:
            self.renting.discard(run_id)
