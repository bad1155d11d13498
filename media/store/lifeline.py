"""Lifelines: a lease that whoever works holds as a sign of life, so that who waits for it sees when it died.

Who dies cannot say so, and those who watch processes may die with them, as when a machine does. A lease runs
out by itself, and on the same machine its holder is seen to be gone at once.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from media.digest import digest_of
from media.errors import MediaError
from media.patience import retried
from media.store.keys import key_for
from media.store.lease import HeldLease, LeaseRecord, take, take_over
from media.store.lease_watch import Terms
from media.store.protocol import Missing, ObjectStore

logger = logging.getLogger(__name__)

TERMS = Terms()


@contextmanager
def lifeline(name: str, store: ObjectStore, terms: Terms = TERMS) -> Iterator[None]:
    """Give a sign of life under a name for the length of the block; no more than that depends on it.

    A store that does not answer has no lease to give: the work goes on.
    """
    try:
        lease = retried(lambda: _taken(_key(name), store, terms))
    except MediaError as error:
        logger.warning("whoever waits for this cannot see that it lives: %s", error)
        lease = None
    if lease is None:
        yield
        return
    with lease:
        yield


class LifelineWatch:
    """What one who waits has seen of a lifeline, and for how long."""

    def __init__(self, name: str, store: ObjectStore, terms: Terms = TERMS) -> None:
        self._key = _key(name)
        self._store = store
        self._terms = terms
        self._etag = ""
        self._since = terms.clock()
        self._record: LeaseRecord | None = None

    @property
    def is_held(self) -> bool:
        """Whether somebody had it at the last look."""
        return self._record is not None

    def taken_away(self) -> bool:
        """Return whether its holder has died without giving it back, once: to one of all who watch.

        Raises:
            Unavailable: The store does not say.
        """
        stat = self._store.stat(self._key)
        if stat is None:
            self._record, self._etag = None, ""
            return False
        if stat.etag != self._etag:
            self._etag, self._since, self._record = stat.etag, self._terms.clock(), self._read()
        if self._record is None:
            return False
        silent_s = self._terms.clock() - self._since
        is_cut = self._record.holder.is_gone() or silent_s >= self._record.lasts_s + self._terms.skew_s
        return is_cut and self._store.delete_if(self._key, self._etag)

    def _read(self) -> LeaseRecord | None:
        try:
            return LeaseRecord.model_validate_json(self._store.get(self._key))
        except ValidationError:
            return LeaseRecord()
        except Missing:
            return None


def _taken(key: str, store: ObjectStore, terms: Terms) -> HeldLease | None:
    """Take the lease, also from a former try of the same work, which this one stands for now.

    It is held however long the work takes: one that ran out would say that the work had died.
    """
    if lease := take(key, store, terms.lasts_s, for_ever=True):
        return lease
    stat = store.stat(key)
    if stat is None:
        return take(key, store, terms.lasts_s, for_ever=True)
    return take_over(key, store, terms.lasts_s, stat.etag, for_ever=True)


def _key(name: str) -> str:
    return key_for("leases", digest_of({"lifeline": name}), "lease.json")
