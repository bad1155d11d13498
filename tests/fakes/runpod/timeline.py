"""What is going to happen, in the order in which it will."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.runpod.clock import Clock


@dataclass(order=True)
class _Planned:
    due: float
    number: int
    act: Callable[[], None] = field(compare=False)


@dataclass
class Timeline:
    """Plans, and the present: while a plan is carried out it is the moment for which it was made."""

    clock: Clock
    _planned: list[_Planned] = field(default_factory=list)
    _count: int = 0
    _at: float | None = None

    def now(self) -> float:
        """Return the present moment."""
        return self.clock.now() if self._at is None else self._at

    def plan(self, seconds: float, act: Callable[[], None]) -> None:
        """Plan something for so many seconds from now."""
        self._count += 1
        heapq.heappush(self._planned, _Planned(self.now() + seconds, self._count, act))

    @property
    def next_due(self) -> float | None:
        """When something is to happen next."""
        return self._planned[0].due if self._planned else None

    def catch_up(self) -> None:
        """Carry out what is due."""
        if self._at is not None:
            return  # something that happens has asked what is
        now = self.clock.now()
        try:
            while self._planned and self._planned[0].due <= now:
                planned = heapq.heappop(self._planned)
                self._at = planned.due
                planned.act()
        finally:
            self._at = None
