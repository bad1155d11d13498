"""Stop renting while every machine of a pool is lost before its run begins: what is wrong is wrong with all.

A broken image, a Prefect server that machines cannot reach and a wrong secret all look like this, and each
further machine would cost money and change nothing.
"""

from datetime import datetime, timedelta

OPENS_AFTER = 10
COOL_DOWN = timedelta(minutes=10)


class Breaker:
    """Opens after so many failures in a row; then lets one machine through at a time until one works."""

    def __init__(self, opens_after: int = OPENS_AFTER, cool_down: timedelta = COOL_DOWN) -> None:
        self._opens_after = opens_after
        self._cool_down = cool_down
        self._failures = 0
        self._open_until: datetime | None = None
        self._why = ""

    def closed_until(self, now: datetime) -> tuple[datetime, str] | None:
        """Return until when nothing is to be rented, and why; None lets one machine through."""
        if self._open_until is None:
            return None
        if now < self._open_until:
            return self._open_until, (
                f"the last {self._failures} machines of this pool were lost before their run began, the "
                f"last one because {self._why}; nothing is rented until {self._open_until:%H:%M} UTC"
            )
        self._open_until = now + self._cool_down  # the others wait for what becomes of this one
        return None

    def failed(self, now: datetime, why: str, there: int = 0) -> None:
        """A machine was lost before its run began; `there` are so many others of the pool.

        Of hundreds that start at once, ten are soon lost without anything being wrong with all of them.
        """
        self._failures += 1
        self._why = why
        if self._failures >= max(self._opens_after, there):
            self._open_until = now + self._cool_down

    def worked(self) -> None:
        """A run began on a machine."""
        self._failures = 0
        self._open_until = None
