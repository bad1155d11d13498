"""When machines were listed last, and since when they are missing, to reckon how long each was there."""

from collections.abc import Iterable
from datetime import datetime

from infra.rental.ledger import Rental
from infra.rental.runs import FINAL, Run, RunState

TOLD = {*FINAL, RunState.SCHEDULED}
"""A machine that ends by itself has its run say one of these just before."""


class Sightings:
    """What the provider's lists have told, of machines that are not settled yet."""

    def __init__(self) -> None:
        self._listed: dict[str, datetime] = {}
        self._missed: dict[str, datetime] = {}

    def __contains__(self, machine_id: str) -> bool:
        return machine_id in self._listed

    def see(self, machine_ids: Iterable[str], now: datetime) -> None:
        """Take note of a list of all machines."""
        there = dict.fromkeys(machine_ids, now)
        self._missed = {one: self._missed.get(one, now) for one in self._listed.keys() - there.keys()}
        self._listed |= there

    def forget(self, machine_id: str) -> None:
        """Forget a machine that is settled."""
        self._listed.pop(machine_id, None)
        self._missed.pop(machine_id, None)

    def ended(self, rental: Rental, run: Run, now: datetime) -> datetime:
        """Return when a machine that is gone ended, as far as that can be known.

        Somebody may have been unable to ask for a while, or had others to settle first.
        """
        there = self._listed.get(rental.machine_id, rental.ordered)
        missing = self._missed.get(rental.machine_id, now)
        told = run.since if run.state in TOLD else missing
        return min(missing, max(there, told))
