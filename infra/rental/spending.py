"""What a pool costs: now per hour, and in the last day."""

from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from infra.rental.ledger import HOUR_S, Rental
from infra.rental.runs import Run

DAY = timedelta(days=1)
STALE = timedelta(seconds=1)
"""How old a day's sum may be: each machine is judged by it in each tick, and it is a sum over all of them."""


class Spending:
    """The rentals of a pool that are going on or ended within a day, whosever runs they are."""

    def __init__(self) -> None:
        self._rentals: dict[tuple[UUID, int], Rental] = {}
        self._day: tuple[datetime, Decimal] | None = None

    def see(self, run: Run) -> None:
        """Take note of everything that was rented for a run."""
        self._rentals |= {(run.run_id, rental.number): rental for rental in run.history.rentals}

    def forget_others(self, known: Collection[UUID], now: datetime) -> None:
        """Take what is rented for runs that are not known any more for ended."""
        for key, rental in self._rentals.items():
            if rental.ended is None and key[0] not in known:
                self._rentals[key] = rental.model_copy(update={"ended": now})

    def usd_per_hour(self, renting: Collection[UUID] = ()) -> Decimal:
        """Return what all machines that are rented now, or are being rented, cost together."""
        going_on = (
            rental.offer.usd_per_hour
            for (run_id, _), rental in self._rentals.items()
            if rental.ended is None and (rental.machine_id or run_id in renting)
        )
        return sum(going_on, Decimal(0))

    def usd_per_day(self, now: datetime) -> Decimal:
        """Return what was spent in the 24 hours before `now`, or a second earlier."""
        if self._day and timedelta(0) <= now - self._day[0] < STALE:
            return self._day[1]
        since = now - DAY
        self._rentals = {key: kept for key, kept in self._rentals.items() if (kept.ended or now) > since}
        usd = sum((_usd(rental, since, now) for rental in self._rentals.values()), Decimal(0))
        self._day = (now, usd)
        return usd


def _usd(rental: Rental, since: datetime, now: datetime) -> Decimal:
    if not rental.machine_id:
        return Decimal(0)
    seconds = ((rental.ended or now) - max(rental.ordered, since)).total_seconds()
    return Decimal(max(0.0, seconds)) * rental.offer.usd_per_hour / HOUR_S
