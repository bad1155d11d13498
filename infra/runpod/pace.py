"""How often RunPod may be asked, by what it says of its limits with every answer.

All requests of a key count together: machines that are wanted must not use up what looking after those that
are there, and ending them, needs. So what can wait leaves a share of each window alone.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

LIMIT = re.compile(r'"(?P<name>[a-z]+)";r=(?P<left>\d+);t=(?P<ends>\d+)')
POLICY = re.compile(r'"(?P<name>[a-z]+)";q=(?P<most>\d+);w=(?P<lasts>\d+)')
KEPT_FROM_RENTING = 0.2
KEPT_FROM_ASKING_AFTER_ONE = 0.1
"""The shares of a window left to what is more urgent: lists of all pods, and the ends of single ones."""


@dataclass
class _Window:
    left: int
    ends: float
    most: int
    lasts: int

    def renew(self, now: float) -> None:
        """Begin the next window once this one is over."""
        if self.ends <= now:
            self.left = self.most
            self.ends += self.lasts * ((now - self.ends) // self.lasts + 1)


class Pace:
    """What is left of each window, as last told and counted on since."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._windows: dict[str, _Window] = {}

    def wait_s(self, kept: float) -> float:
        """Return how many seconds a request must wait that leaves a share of each window to others."""
        spent = (one for one in self._present() if one.left <= one.most * kept)
        return max((one.ends - self._clock() for one in spent), default=0.0)

    def sent(self) -> None:
        """Count a request that is on its way."""
        for window in self._present():
            window.left -= 1

    def told(self, headers: Mapping[str, str]) -> None:
        """Learn from an answer; one that comes late does not raise what is left."""
        now = self._clock()
        known = {name: window.left for name, window in self._windows.items() if window.ends > now}
        sizes = {found["name"]: found for found in POLICY.finditer(headers.get("ratelimit-policy", ""))}
        for found in LIMIT.finditer(headers.get("ratelimit", "")):
            if size := sizes.get(found["name"]):
                left = min(int(found["left"]), known.get(found["name"], int(found["left"])))
                ends = now + int(found["ends"])
                self._windows[found["name"]] = _Window(left, ends, int(size["most"]), int(size["lasts"]))

    def _present(self) -> list[_Window]:
        for window in self._windows.values():
            window.renew(self._clock())
        return [*self._windows.values()]
