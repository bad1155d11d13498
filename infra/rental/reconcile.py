"""Put what the provider billed into the ledgers, and tell where we had reckoned otherwise."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from infra.rental.provider import Provider
from infra.rental.runs import Run, RunBook

CENT = Decimal("0.01")


class Bill(BaseModel):
    """One machine: what we reckoned, and what the provider billed.

    One without a run stands in no ledger of these runs: a second machine of one order that was ended at once,
    one of a run that goes on or was deleted, or one that has nothing to do with this pool.
    """

    model_config = ConfigDict(frozen=True)

    run: str
    machine_id: str
    offer: str
    seconds: float
    reckoned: Decimal
    billed: Decimal | None

    @property
    def differs(self) -> bool:
        """Whether the two differ by a cent or more, or nothing was billed."""
        return self.billed is None or abs(self.billed - self.reckoned) >= CENT


async def reconcile(provider: Provider[Any], book: RunBook, since: datetime, now: datetime) -> Sequence[Bill]:
    """Note what was billed for every machine that ended, in runs that ended since a moment.

    Returns a bill per machine, also for those that were billed and stand in no ledger. One that the provider
    has not billed yet keeps what we reckoned; a machine is billed once its last hour is over, so ask again
    later.

    Raises:
        ProviderUnavailable: The provider is away.
        OrchestratorUnavailable: The one who keeps the runs is away.
    """
    runs = await book.recent(since)
    ordered = [rental.ordered for run in runs for rental in run.history.rentals if rental.machine_id]
    if not ordered:
        return []
    billed = await provider.bills(min(ordered) - timedelta(hours=1))
    bills = [bill for run in runs for bill in await _bills(run, billed, book, now)]
    ours = {bill.machine_id for bill in bills}
    return [
        *bills,
        *(_unknown(machine_id, usd) for machine_id, usd in billed.items() if machine_id not in ours),
    ]


async def _bills(run: Run, billed: dict[str, Decimal], book: RunBook, now: datetime) -> list[Bill]:
    bills = []
    for rental in run.history.rentals:
        if not rental.machine_id or rental.ended is None:
            continue
        told = billed.get(rental.machine_id)
        reckoned = rental.model_copy(update={"billed": None}).usd(now)
        if told is not None and told != rental.billed:
            await book.note(run, rental.model_copy(update={"billed": told}))
        bills.append(
            Bill(
                run=run.name,
                machine_id=rental.machine_id,
                offer=rental.offer.where,
                seconds=rental.seconds(now),
                reckoned=reckoned,
                billed=told,
            )
        )
    return bills


def _unknown(machine_id: str, usd: Decimal) -> Bill:
    return Bill(run="", machine_id=machine_id, offer="", seconds=0, reckoned=Decimal(0), billed=usd)
