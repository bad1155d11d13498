"""Whose time the stand-in lives in: this machine's, the same but faster, or one that a test moves."""

import time
from datetime import UTC, datetime
from typing import Protocol

SOME_DAY = 1_780_272_000.0  # 2026-06-01T00:00:00Z, so that hour buckets begin on the hour


class Clock(Protocol):
    """Tells the time in seconds since 1970."""

    def now(self) -> float:
        """Return the present moment."""
        ...

    def real_s(self, seconds: float) -> float:
        """Return how long a wait of so many of its seconds takes on this machine."""
        ...


class RealClock:
    """This machine's clock from now on, `speed` times as fast."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._began = time.time()
        self._mark = time.monotonic()

    def now(self) -> float:
        """Return the present moment."""
        return self._began + (time.monotonic() - self._mark) * self._speed

    def real_s(self, seconds: float) -> float:
        """Return how long a wait of so many of its seconds takes on this machine."""
        return seconds / self._speed


class VirtualClock:
    """A clock that stands until it is moved."""

    def __init__(self, start: float = SOME_DAY) -> None:
        self._now = start

    def now(self) -> float:
        """Return the present moment."""
        return self._now

    def real_s(self, seconds: float) -> float:
        """Return no time: nobody waits for a clock that stands."""
        del seconds
        return 0.0

    def advance(self, seconds: float) -> None:
        """Move on."""
        self._now += seconds


def text_of(moment: float) -> str:
    """Return a moment as RFC 3339 in UTC, with microseconds if there are any."""
    return datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")


def moment_of(text: str) -> float:
    """Return the moment that RFC 3339 tells.

    Raises:
        ValueError: It tells none.
    """
    return datetime.fromisoformat(text).timestamp()
