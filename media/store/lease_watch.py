"""Somebody else's lease, seen by one who waits for it."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import ValidationError

from media.errors import BadInput
from media.store.lease import LASTS_S, HeldLease, LeaseRecord, take, take_over
from media.store.protocol import Missing, ObjectStore

logger = logging.getLogger(__name__)

SKEW_S = 5.0
"""What a lease is given beyond its time: for clocks that run at other rates, and replies under way."""
SHORTEST_PAUSE_S, LONGEST_PAUSE_S, PAUSE_SHARE = 0.1, 2.0, 0.05
JITTER = 0.25
SAID_EVERY_S = 60.0


@dataclass(frozen=True)
class Terms:
    """How long leases last, and the clock and the sleep that waiters go by.

    Attributes:
        lasts_s: How long a lease of ours is good for without a renewal, in seconds.
        skew_s: How much longer others' leases are left alone, in seconds.
        clock: Monotonic seconds.
        sleep: Waits for so many seconds.
    """

    lasts_s: float = LASTS_S
    skew_s: float = SKEW_S
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class _Seen:
    """A lease as it was found; `since` by the waiter's own clock."""

    etag: str
    record: LeaseRecord
    since: float


class LeaseWatch:
    """What one waiter has seen of a lease, and for how long."""

    def __init__(self, key: str, store: ObjectStore, name: str, terms: Terms) -> None:
        self._key = key
        self._store = store
        self._name = name
        self._terms = terms
        self._seen: _Seen | None = None
        self._waited_for: set[str] = set()
        self._began = self._waiting_since = self._said = terms.clock()
        self.disputes = 0
        """How often a lease that was ours, or ours to take, went to somebody else."""

    def taken(self) -> HeldLease | None:
        """Take the lease if it is free, has run out, or was left by one who ended; None while it is held.

        Raises:
            BadInput: Its owner, for whom we have waited, found out that the thing cannot be made.
        """
        stat = self._store.stat(self._key) if self._seen else None
        if stat is None:
            self._seen = None
            if lease := take(self._key, self._store, self._terms.lasts_s):
                return lease
            stat = self._store.stat(self._key)
            if stat is None:
                return None
        if self._seen is None or self._seen.etag != stat.etag:
            self._seen = _Seen(stat.etag, self._read(), self._terms.clock())
        if not self._is_left_behind(self._seen):
            self._wait_for(self._seen.record)
            return None
        lease = take_over(self._key, self._store, self._terms.lasts_s, self._seen.etag)
        self.disputes += lease is None
        return lease

    def pause(self) -> None:
        """Sleep for a twentieth of what was waited already, so that little is added to any wait."""
        waited = self._terms.clock() - self._began
        pause = min(LONGEST_PAUSE_S, max(SHORTEST_PAUSE_S, waited * PAUSE_SHARE))
        self._terms.sleep(pause * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311 - no secret

    def _wait_for(self, record: LeaseRecord) -> None:
        """Say once, and then every so often, whom we wait for: nobody else would tell that it hangs."""
        now = self._terms.clock()
        if record.owner not in self._waited_for:
            logger.info("%s: waiting for another, who is making it: %s", self._name, record.holder)
            self._waited_for.add(record.owner)
            self._waiting_since = self._said = now
        elif now - self._said >= SAID_EVERY_S:
            waited = "%s: waited %.0f min so far for %s, which says that it still works on it; %s"
            advice = "if you think that it hangs, end it there, and one of those who wait takes over"
            logger.info(waited, self._name, (now - self._waiting_since) / 60, record.holder, advice)
            self._said = now

    def _read(self) -> LeaseRecord:
        """Return what the lease says; one that says nothing sensible still has to run out."""
        try:
            return LeaseRecord.model_validate_json(self._store.get(self._key))
        except (Missing, ValidationError):
            return LeaseRecord()

    def _is_left_behind(self, seen: _Seen) -> bool:
        if seen.record.refusal:
            if seen.record.owner in self._waited_for:
                raise BadInput(seen.record.refusal.about(self._name))
            return True  # that was before our time, and the tools may be others now
        unchanged_s = self._terms.clock() - seen.since
        return seen.record.holder.is_gone() or unchanged_s >= seen.record.lasts_s + self._terms.skew_s
