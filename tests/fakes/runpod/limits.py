"""How often one may ask: three windows at once, told with every answer."""

from dataclasses import dataclass, field

from tests.fakes.runpod.problems import Refusal

WINDOWS_S = {"minute": 60, "hour": 3600, "day": 86400}
ALLOWED = {"minute": 180, "hour": 7200, "day": 100_000}


@dataclass
class Limits:
    """How many requests an account has left in the minute, the hour and the day."""

    allowed: dict[str, int] = field(default_factory=ALLOWED.copy)
    _used: dict[str, tuple[int, int]] = field(default_factory=dict)

    def spend(self, now: float) -> None:
        """Count one request.

        Raises:
            Refusal: A window has none left.
        """
        for window in self.allowed:
            if self._left(window, now) <= 0:
                wait = {"Retry-After": str(self._wait(window, now))}
                raise Refusal(429, f"rate limit exceeded for the {window} window", headers=wait)
        for window in self.allowed:
            number, used = self._now(window, now)
            self._used[window] = (number, used + 1)

    def exhaust(self, window: str, now: float) -> None:
        """Let nothing be left in a window."""
        self._used[window] = (int(now // WINDOWS_S[window]), self.allowed[window])

    def headers(self, now: float) -> dict[str, str]:
        """Return what every answer to a known caller tells."""
        left = [f'"{one}";r={self._left(one, now)};t={self._wait(one, now)}' for one in self.allowed]
        policy = [f'"{one}";q={most};w={WINDOWS_S[one]}' for one, most in self.allowed.items()]
        return {"RateLimit": ", ".join(left), "RateLimit-Policy": ", ".join(policy)}

    def _now(self, window: str, now: float) -> tuple[int, int]:
        number = int(now // WINDOWS_S[window])
        began, used = self._used.get(window, (number, 0))
        return (number, used) if began == number else (number, 0)

    def _left(self, window: str, now: float) -> int:
        return max(0, self.allowed[window] - self._now(window, now)[1])

    def _wait(self, window: str, now: float) -> int:
        return int(WINDOWS_S[window] - now % WINDOWS_S[window]) or 1
