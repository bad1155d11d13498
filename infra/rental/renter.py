"""Rent the next machine of a run: a function of what was rented for it before, which its ledger tells."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Generic, TypeVar

from prefect.logging import get_logger

from infra.rental.errors import (
    AccountRefused,
    NoCapacity,
    NotAsked,
    OfferRefused,
    OrchestratorUnavailable,
    OrderRefused,
    PoolIsFull,
    Postponed,
    ProviderUnavailable,
)
from infra.rental.fleet import Fleet
from infra.rental.ledger import WITHOUT, History, Outcome, Rental
from infra.rental.machine import Machine, Offer, Order
from infra.rental.naming import MachineName
from infra.rental.provider import Provider
from infra.rental.runs import Run, RunBook, RunState
from infra.rental.terms import Terms
from infra.rental.verdict import NEVER_MADE, SETTLING, fruitless, over_limits
from media.errors import MediaError

OrderT = TypeVar("OrderT", bound=Order)

GONE_CHECKS = 12
GONE_CHECK_S = 2.5
ASK_AGAIN = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=5)
DOUBLINGS = 10
DEARER = Decimal("1.05")
"""What a machine may cost more than was offered a moment ago."""
NOTHING = Offer(kind="nothing", usd_per_hour=Decimal(0))
"""What stands in the ledger while nothing is on offer."""

logger = get_logger(__name__)


class Renter(Generic[OrderT]):
    """Rents machines for the runs of one pool."""

    def __init__(
        self,
        provider: Provider[OrderT],
        book: RunBook,
        fleet: Fleet,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._provider = provider
        self._book = book
        self._fleet = fleet
        self._clock = clock
        self._sleep = sleep

    async def rent_or_tell(self, run: Run, order: Callable[[], OrderT]) -> str:
        """Rent a machine for a run and return its id; or tell the run what becomes of it, and return nothing.

        `order` says what is wanted; what it raises ends the run with that sentence.
        """
        try:
            return (await self.rent(run, order())).machine_id
        except Postponed as postponed:
            await self._book.reschedule(run, str(postponed), postponed.until)
        except (ProviderUnavailable, OrchestratorUnavailable) as away:
            await self._book.reschedule(run, str(away), self._clock() + ASK_AGAIN)
        except MediaError as refused:
            await self._book.end(run, RunState.FAILED, str(refused))
        except Exception as unforeseen:
            logger.exception("no machine could be rented for run %s", run.name)
            await self._book.end(run, RunState.FAILED, f"no machine could be rented: {unforeseen}")
        return ""

    async def rent(self, run: Run, order: OrderT) -> Machine:
        """Rent a machine for a run; what was rented for it before is seen to be gone first.

        Args:
            run: The run, with the terms that it is rented for.
            order: What is wanted. Its name, its end and its highest price are set here.

        Raises:
            OrderRefused: No machine will do, or the run has used up what it may.
            Postponed: The run is to be asked for again at a later time.
            ProviderUnavailable: The provider is away; whether a machine was made is not known.
        """
        run = await self._return_earlier(run)
        self._check(run)
        try:
            offers = self._affordable(await self._provider.offers(order), run.history)
        except AccountRefused as refused:  # a person can mend that, and nothing is wrong with the run
            raise await self._without(run, self._next(run.history, ()), [refused]) from refused
        rental = self._next(run.history, offers)
        await self._note(run, rental, run.history.terms)
        run = run.noting(rental)
        refusals: list[NoCapacity | AccountRefused] = []
        for offer in offers:
            await self._still_wanted(run, rental)
            try:
                self._reserve(run, rental, offer)
                machine = await self._provider.create(self._ordered(order, offer, run), offer)
            except NoCapacity as none:
                refusals.append(none)
            except AccountRefused as refused:
                refusals = [refused]
                break
            except NotAsked as away:
                closed = {"ended": self._clock(), "outcome": Outcome.NO_MACHINE, "why": str(away)}
                await self._note(run, rental.model_copy(update=closed | {"seen": run.mark}))
                raise
            else:
                return await self._rented(run, rental, machine)
        raise await self._without(run, rental, refusals)

    async def _still_wanted(self, run: Run, rental: Rental) -> None:
        """Give up if somebody changed the run's state meanwhile: cancelled it, or took it for forgotten."""
        if not await self._book.is_as_it_was(run):
            given_up = {"ended": self._clock(), "outcome": Outcome.NEVER_MADE, "why": "no longer wanted"}
            await self._note(run, rental.model_copy(update=given_up))
            raise Postponed("its state has changed", self._clock())

    def _reserve(self, run: Run, rental: Rental, offer: Offer) -> None:
        """Count an offer as rented before it is asked for: others look at the same cap at this moment."""
        self._fleet.spending.see(run.noting(rental.model_copy(update={"offer": offer})))
        cap = run.history.terms.pool_usd_per_hour
        if (spent := self._fleet.spending.usd_per_hour(self._fleet.renting)) > cap:
            self._fleet.spending.see(run.noting(rental.model_copy(update={"offer": NOTHING})))
            raise PoolIsFull(
                f"{offer}: with it, the pool's machines would cost ${spent} an hour, of ${cap:g}"
            )

    async def _return_earlier(self, run: Run) -> Run:
        """See to it that no machine is left that was rented for a run before."""
        for rental in run.history.unsettled:
            try:
                rental = self._known(run, rental)  # noqa: PLW2901 - the same one, with its id
                why = await self._returned(rental) if rental.machine_id else ""
            except AccountRefused as refused:  # it may go on, so the run neither goes on nor ends
                raise Postponed(str(refused), self._clock() + ASK_AGAIN) from refused
            outcome = Outcome.HANDED_BACK if why else Outcome.NEVER_MADE
            ended = self._fleet.sightings.ended(rental, run, self._clock())
            self._fleet.sightings.forget(rental.machine_id)
            update = {"ended": ended, "outcome": outcome, "why": why or NEVER_MADE}
            closed = rental.model_copy(update=update | {"committed": run.history.committed})
            await self._note(run, closed)
            run = run.noting(closed)
        return run

    def _known(self, run: Run, rental: Rental) -> Rental:
        """Return a rental with its machine, if one came of the order.

        The watcher's list tells: a list for each of hundreds of lost orders would use up what may be asked
        of the provider, and then more orders would be lost.
        """
        if rental.machine_id:
            return rental
        name = str(MachineName(self._fleet.prefix, run.run_id, rental.number))
        for machine in self._fleet.machines:
            if machine.name == name:
                return rental.of(machine)
        if self._fleet.listed is None or self._fleet.listed - rental.ordered < SETTLING:
            raise Postponed("a machine may have been made, and may be listed soon", self._clock() + ASK_AGAIN)
        return rental

    async def _returned(self, rental: Rental) -> str:
        """End a machine, and return why it is gone once it is."""
        machine_id = rental.machine_id
        await self._provider.terminate(machine_id)
        for _ in range(GONE_CHECKS):
            if why := await self._provider.why_gone(machine_id):
                return why
            await self._sleep(GONE_CHECK_S)
        raise Postponed(f"machine {machine_id} was told to end and is still there", self._clock() + ASK_AGAIN)

    def _check(self, run: Run) -> None:
        now = self._clock()
        if stop := over_limits(run, now, self._fleet.spending.usd_per_day(now)) or fruitless(run):
            raise OrderRefused(stop)
        if closed := self._fleet.breaker.closed_until(now):
            until, why = closed
            raise Postponed(why, until)

    def _affordable(self, offers: Sequence[Offer], history: History) -> list[Offer]:
        """Return the offers that may be taken, those that no machine of this run was lost on first."""
        lost = [rental.offer for rental in history.lost_machines]
        steady = len(lost) >= history.terms.steady_after
        fit = [offer for offer in offers if not (steady and offer.may_vanish)]
        cap = history.terms.pool_usd_per_hour
        within = [offer for offer in fit if offer.usd_per_hour <= cap]
        if fit and not within:
            cheapest = min(fit, key=lambda offer: offer.usd_per_hour)
            raise OrderRefused(
                f"{cheapest}: expected at most ${cap:g}, all of the pool; raise pool_usd_per_hour"
            )
        return sorted(within, key=lambda offer: sum(map(offer.covers, lost)))

    def _next(self, history: History, offers: Sequence[Offer]) -> Rental:
        """Return the rental that is about to begin; one that no machine was had for is tried again."""
        offer = offers[0] if offers else NOTHING
        newest = history.newest
        if newest and newest.outcome in WITHOUT:
            again = {"offer": offer, "ordered": self._clock(), "ended": None, "outcome": None, "why": ""}
            return newest.model_copy(update=again)
        return Rental(number=history.next_number, offer=offer, ordered=self._clock())

    def _ordered(self, order: OrderT, offer: Offer, run: Run) -> OrderT:
        """Return the order for one offer: whatever happens, the machine ends before a limit is exceeded."""
        history, now = run.history, self._clock()
        hours = history.terms.max_hours - history.hours(now)
        if offer.usd_per_hour:
            hours = min(hours, (history.terms.max_usd - float(history.usd(now))) / float(offer.usd_per_hour))
        name = MachineName(self._fleet.prefix, run.run_id, history.rentals[-1].number)
        highest = offer.usd_per_hour * DEARER
        cap = highest if order.usd_per_hour is None else min(highest, order.usd_per_hour)
        until = now + timedelta(hours=hours)
        return order.model_copy(update={"name": str(name), "until": until, "usd_per_hour": cap})

    async def _rented(self, run: Run, rental: Rental, machine: Machine) -> Machine:
        with contextlib.suppress(OrchestratorUnavailable):  # the watcher finds the machine by its name
            await self._note(run, rental.of(machine))
        return machine

    async def _without(self, run: Run, rental: Rental, refusals: Sequence[MediaError]) -> MediaError:
        """Note that no machine could be had, and return whether the run waits or ends."""
        now, terms = self._clock(), run.history.terms
        why = "; ".join(dict.fromkeys(map(str, refusals))) or "nothing that was asked for is on offer"
        since = rental.waiting_since or rental.ordered
        update = {
            "tries": rental.tries + 1,
            "waiting_since": since,
            "ended": now,
            "seen": run.mark,
            "why": why,
        }
        await self._note(run, rental.model_copy(update={**update, "outcome": Outcome.NO_MACHINE}))
        if refusals and all(isinstance(refusal, OfferRefused) for refusal in refusals):
            return OrderRefused(f"every offer is refused: {why}")
        if refusals and all(isinstance(refusal, PoolIsFull) for refusal in refusals):
            return Postponed(why, now + ASK_AGAIN)
        waited = now - since
        if waited >= timedelta(minutes=terms.wait_minutes):
            return OrderRefused(
                f"no machine could be had for {waited.total_seconds() / 60:.0f} minutes: {why}"
            )
        wait = min(ASK_AGAIN * 2 ** min(rental.tries, DOUBLINGS), LONGEST_WAIT)
        return Postponed(f"no machine can be had now: {why}", now + wait)

    async def _note(self, run: Run, rental: Rental, terms: Terms | None = None) -> None:
        self._fleet.spending.see(run.noting(rental))
        await self._book.note(run, rental, terms)
