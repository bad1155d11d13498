"""Work that several ask for at the same time is done by one of them; the others wait for what it makes."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from media.errors import BadInput, RefusedHere
from media.faults import fault_point
from media.redact import redacted
from media.store.keys import key_for
from media.store.lease import HeldLease, LeaseLost, Refusal
from media.store.lease_watch import LeaseWatch, Terms
from media.store.protocol import ObjectStore

logger = logging.getLogger(__name__)

Made = TypeVar("Made")
TERMS = Terms()
MOST_DISPUTES = 5
"""Whoever loses a lease oftener goes to work without one: doing it twice is better than waiting for ever."""


@dataclass(frozen=True)
class Work(Generic[Made]):
    """A thing that may be in the store, and how it gets there.

    Attributes:
        name: What its owner calls it; sentences about it begin with that.
        find: Returns it if it is there, as something that was found.
        make: Makes it, so that nobody finds it yet.
        publish: Lets it be found. Two who publish must do no harm: leases are no guard.
    """

    name: str
    find: Callable[[], Made | None]
    make: Callable[[], Made]
    publish: Callable[[Made], Made]


def once_at_a_time(digest: str, work: Work[Made], store: ObjectStore, terms: Terms = TERMS) -> Made:
    """Find a thing, or make it while nobody else does, in all processes that share the store.

    Who comes while it is being made waits, and finds it. If its maker fails or dies, the next one tries; if
    the maker finds that the input cannot be used, all who waited are told so.

    Args:
        digest: Of the thing.
        work: How it is found and made.
        store: Where it lies. If it keeps no conditions, nobody waits and it may be made twice.
        terms: How long leases last, and by which clock.

    Raises:
        BadInput: It cannot be made, as we or another have found out.
    """
    if (found := work.find()) is not None:
        return found
    if not store.capabilities().conditional_put:
        return work.publish(work.make())
    watch = LeaseWatch(key_for("leases", digest, "lease.json"), store, work.name, terms)
    while watch.disputes < MOST_DISPUTES:
        if lease := watch.taken():
            try:
                return _made_under(lease, work)
            except LeaseLost as lost:
                logger.warning("%s; it is made there now", lost)
                watch.disputes += 1
        watch.pause()
        if (found := work.find()) is not None:
            return found
    return work.publish(work.make())


def _made_under(lease: HeldLease, work: Work[Made]) -> Made:
    """Make the thing, unless its last maker has published it before we had the lease."""
    with lease:
        if (found := work.find()) is not None:
            return found
        try:
            made = work.make()
        except BadInput as error:
            if not _is_of_this_machine(error):
                lease.leave_word(Refusal(name=work.name, sentence=redacted(str(error))))
            raise
        lease.must_hold()
        fault_point("lease.before_publish")
        return work.publish(made)


def _is_of_this_machine(error: BaseException) -> bool:
    """Return whether a refusal is of our own disk or renderer host: others may have better ones."""
    if isinstance(error, RefusedHere):
        return True
    while error.__cause__ is not None:
        error = error.__cause__
        if isinstance(error, OSError):
            return True
    return False
