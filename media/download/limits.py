"""How much is taken from a stranger's server, and how patiently."""

import time
from dataclasses import dataclass

from media.errors import BadInput, Retry, Unavailable
from media.kind import LARGEST_SOURCE

RESUME = Retry(times=6, wait_s=0.5, jitter=1.0)


@dataclass(frozen=True)
class Limits:
    """Bounds of one download.

    Attributes:
        size: Most bytes of the file.
        total_s: Most seconds for all of it, waits and resumptions included.
        connect_s: Most seconds for one of the host's addresses to take the connection.
        first_byte_s: Most seconds from asking to the end of the answer's header.
        least_rate: Fewest bytes a second, on average over `rate_window_s`.
        rate_window_s: Seconds over which the rate is looked at.
        redirects: Most redirects that are followed.
        resume: How often and how patiently a file that was cut short is continued.
    """

    size: int = LARGEST_SOURCE
    total_s: float = 3600.0
    connect_s: float = 10.0
    first_byte_s: float = 30.0
    least_rate: float = 1024.0
    rate_window_s: float = 30.0
    redirects: int = 5
    resume: Retry = RESUME


class TooSlow(Unavailable):
    """The server lets wait too long; asking it for the rest would only wait again."""


class Patience:
    """How long the next byte may take, so that neither silence nor a drip holds us.

    Every read of a connection asks it, those for headers, chunk sizes and TLS records too.
    """

    def __init__(self, limits: Limits, shown: str) -> None:
        """Start the time that all of the download may take; `shown` names it in messages."""
        self._limits = limits
        self._shown = shown
        self._ends = time.monotonic() + limits.total_s
        self._window_ends = self._ends
        self._wanted = 0.0
        self._got = 0

    def ask(self) -> None:
        """Begin to wait for the header of an answer."""
        self._window_ends = time.monotonic() + self._limits.first_byte_s
        self._wanted = 0.0

    def answered(self) -> None:
        """Begin to watch the rate of an answer's body."""
        self._window_ends = time.monotonic() + self._limits.rate_window_s
        self._wanted = self._limits.least_rate * self._limits.rate_window_s
        self._got = 0

    def got(self, size: int) -> None:
        """Count bytes of the body."""
        self._got += size

    def left(self) -> float:
        """Return the seconds, more than 0, that the next read may take.

        Raises:
            TooSlow: The answer did not come in time, or too little of it.
            BadInput: The whole file did not.
        """
        now = time.monotonic()
        if now >= self._ends:
            raise BadInput(
                f"{self._shown}: expected the whole file within {self._limits.total_s:g} s, found more to "
                "come; put it on a faster server"
            )
        if now >= self._window_ends:
            self._look_at_the_window()
        return min(self._ends, self._window_ends) - now

    def _look_at_the_window(self) -> None:
        if not self._wanted:
            raise TooSlow(
                f"{self._shown}: expected an answer within {self._limits.first_byte_s:g} s, found none; "
                "try again when the server is less busy"
            )
        if self._got < self._wanted:
            raise TooSlow(
                f"{self._shown}: expected at least {self._limits.least_rate:g} bytes a second, found "
                f"{self._got} in {self._limits.rate_window_s:g} s; put the file on a faster server"
            )
        self.answered()
