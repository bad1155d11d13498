"""An event loop that never waits: when nobody has anything to do, it moves the cloud's clock on.

For tests of what takes hours with hundreds of pods; all of it must happen in this one thread.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from tests.fakes.runpod.clock import VirtualClock
from tests.fakes.runpod.cloud import Cloud

T = TypeVar("T")


class _Selector(selectors.DefaultSelector):
    def __init__(self, cloud: Cloud, clock: VirtualClock) -> None:
        super().__init__()
        self._cloud = cloud
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return who is ready, at once; where the loop would wait, time passes instead."""
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        due = self._cloud.next_due
        waits = [timeout, None if due is None else due - self._clock.now()]
        step = min((wait for wait in waits if wait is not None), default=None)
        if step is None:
            raise RuntimeError("everybody waits, and neither a timer nor the cloud will wake anybody")
        self._clock.advance(max(0.0, step))
        self._cloud.tick()
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, cloud: Cloud, clock: VirtualClock) -> None:
        super().__init__(_Selector(cloud, clock))
        self._virtual = clock
        self._clock_resolution = 1e-6  # a timer that is due now counts as due; less is lost beside 1970

    def time(self) -> float:
        """Return the cloud's time, by which all timers go."""
        return self._virtual.now()


def run(main: Coroutine[Any, Any, T], cloud: Cloud, clock: VirtualClock) -> T:
    """Run to the end what is asynchronous, on the clock of a cloud; `asyncio.sleep` waits by it too."""
    with asyncio.Runner(loop_factory=lambda: _Loop(cloud, clock)) as runner:
        return runner.run(main)
