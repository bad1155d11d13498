"""Whose turn it is: two light jobs at a time if there is room, one heavy one, each lane in order of arrival.

A light job never waits for a heavy one to end. A heavy one waits for light ones only while there is no room
beside them, and begins before the light ones that came after it.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from media.renderer_host.messages import Lane

MOST: dict[Lane, int] = {"light": 2, "heavy": 1}
LEAST_BYTES = 3 * 2**30
"""What a light job's Blender takes at most, of the machine's memory and of its GPU's."""
GROWING_S = 30.0
"""For so long after its turn has come, in seconds, what a job will take is not yet seen to be taken."""
LOOK_S = 1.0  # between two looks whether there is room now, or who waits has gone


@dataclass(eq=False)
class Turn:
    """A job that waits, or goes on since it `began`, by our monotonic clock."""

    lane: Lane
    began: float = math.inf


class Lanes:
    """The jobs of a host, by lane."""

    def __init__(self, free_bytes: Callable[[], float]) -> None:
        """Go by the free memory that `free_bytes` tells of."""
        self._free_bytes = free_bytes
        self._changed = threading.Condition()
        self._changes = 0
        self._waiting: list[Turn] = []
        self._going_on: list[Turn] = []

    @contextmanager
    def turn(self, lane: Lane, still_there: Callable[[], bool]) -> Iterator[bool]:
        """Wait for a job's turn and hold it for the block; false if `still_there` said no before it came."""
        turn = Turn(lane)
        with self._changed:
            self._waiting.append(turn)
        try:
            yield self._has_come(turn, still_there)
        finally:
            with self._changed:
                self._waiting, self._going_on = (
                    [other for other in turns if other is not turn]
                    for turns in (self._waiting, self._going_on)
                )
                self._tell()

    def is_empty(self) -> bool:
        """Tell whether nothing goes on and nobody waits."""
        with self._changed:
            return not self._waiting and not self._going_on

    def _has_come(self, turn: Turn, still_there: Callable[[], bool]) -> bool:
        """Wait for a turn; nobody else waits while it is looked whether there is room."""
        while True:
            seen = self._changes
            needed = self._begin_within(turn, 0.0)
            if 0 < needed < math.inf:
                needed = self._begin_within(turn, self._free_bytes())
            if needed == 0:
                return True
            self._wait_for_change(seen)
            if not still_there():
                return False

    def _begin_within(self, turn: Turn, free: float) -> float:
        """Let a job begin if so many free bytes are enough; returns how many it needs, 0 if it has begun."""
        with self._changed:
            now = time.monotonic()
            needed = room_needed(turn, self._waiting, self._going_on, now)
            if needed > max(free, 0.0):
                return needed
            turn.began = now
            self._waiting.remove(turn)
            self._going_on.append(turn)
            self._tell()
            return 0.0

    def _wait_for_change(self, seen: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._changes != seen, LOOK_S)

    def _tell(self) -> None:
        self._changes += 1
        self._changed.notify_all()


def room_needed(turn: Turn, waiting: Sequence[Turn], going_on: Sequence[Turn], now: float) -> float:
    """Return how many bytes have to be free for a job to begin now; infinitely many if it is not its turn."""
    before = [other.lane for other in waiting[: waiting.index(turn)]]
    working = [other.lane for other in going_on]
    light, heavy = working.count("light"), working.count("heavy")
    if turn.lane in before or working.count(turn.lane) >= MOST[turn.lane]:
        return math.inf
    if turn.lane == "light" and "heavy" in before and not heavy:
        return math.inf  # it begins as soon as there is room, and this one right after it
    growing = sum(now - other.began < GROWING_S for other in going_on)
    return LEAST_BYTES * (1.0 + growing) if light else 0.0
