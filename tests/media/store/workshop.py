"""A thing to be made once: what it costs is counted, and who waits for it can be waited for."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from media.store import AlreadyExists, ObjectStore
from media.store.keys import key_for
from media.store.lease_watch import Terms
from media.store.single_flight import Work, once_at_a_time

DIGEST = "ab" * 32
LEASE = key_for("leases", DIGEST, "lease.json")
RESULT = key_for("geometry", DIGEST, "report.json")
PATIENCE_S = 30.0


def nothing() -> None:
    """Do it at once."""


@dataclass
class Workshop:
    """Makes one thing in a store; `labour` is what making it takes, and may fail.

    The next `blind` times, it looks for the thing a moment too early.
    """

    store: ObjectStore
    labour: Callable[[], None] = nothing
    made: int = 0
    published: int = 0
    blind: int = 0
    started: threading.Event = field(default_factory=threading.Event)

    def ask(self, name: str = "part.step", terms: Terms | None = None) -> bytes:
        """Ask for it; what was found says so."""
        work = Work(name, self._find, self._make, self._publish)
        return once_at_a_time(DIGEST, work, self.store, terms or Terms())

    def wait_until_started(self) -> None:
        """Return when it is being made, so that others come later."""
        assert self.started.wait(PATIENCE_S), "nobody makes it"

    def _find(self) -> bytes | None:
        if self.blind:
            self.blind -= 1
            return None
        return b"found " + self.store.get(RESULT) if self.store.stat(RESULT) else None

    def _make(self) -> bytes:
        self.made += 1
        self.started.set()
        self.labour()
        return b"thing"

    def _publish(self, thing: bytes) -> bytes:
        self.published += 1
        try:
            self.store.put(RESULT, thing, write_once=True)
        except AlreadyExists:
            return self.store.get(RESULT)
        return thing


@dataclass
class Clock:
    """Time that passes only while somebody sleeps; `meanwhile` is what others do in it."""

    now: float = 0.0
    meanwhile: Callable[[], None] = nothing

    @property
    def terms(self) -> Terms:
        """Leases by this clock."""
        return Terms(clock=lambda: self.now, sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.now += seconds
        self.meanwhile()


@dataclass
class WaitingRoom:
    """Where waiters sleep until the door opens; by the real clock."""

    door: threading.Event = field(default_factory=threading.Event)
    _sleepers: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    @property
    def terms(self) -> Terms:
        """Leases whose waiters sleep here."""
        return Terms(sleep=self._sleep)

    def wait_until_asleep(self, waiters: int) -> None:
        """Return when so many have fallen asleep."""
        for _ in range(waiters):
            assert self._sleepers.acquire(timeout=PATIENCE_S), "nobody waits"

    def _sleep(self, _seconds: float) -> None:
        self._sleepers.release()
        assert self.door.wait(PATIENCE_S), "the door stays shut"
