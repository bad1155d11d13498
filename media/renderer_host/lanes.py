"""Whose turn it is: two light jobs at a time if there is room, one heavy one, each lane in order of arrival.

A light job never waits for a heavy one to end. A heavy one waits for light ones only while there is no room
beside them, and begins before the light ones that came after it.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from media.renderer_host.messages import Lane

MOST: dict[Lane, int] = {"light": 2, "heavy": 1}
LOOK_S = 1.0  # between two looks whether there is room now, or who waits has gone


@dataclass(eq=False)
class Turn:
    """A job that waits or goes on."""

    lane: Lane


class Lanes:
    """The jobs of a host, by lane."""

    def __init__(self, has_room: Callable[[], bool]) -> None:
        self._has_room = has_room
        self._changed = threading.Condition()
        self._waiting: list[Turn] = []
        self._going_on: list[Turn] = []

    @contextmanager
    def turn(self, lane: Lane, still_there: Callable[[], bool]) -> Iterator[bool]:
        """Wait for a job's turn and hold it for the block; false if `still_there` said no before it came."""
        turn = Turn(lane)
        yours = self._wait(turn, still_there)
        try:
            yield yours
        finally:
            with self._changed:
                if yours:
                    self._going_on.remove(turn)
                self._changed.notify_all()

    def is_empty(self) -> bool:
        """Tell whether nothing goes on and nobody waits."""
        with self._changed:
            return not self._waiting and not self._going_on

    def _wait(self, turn: Turn, still_there: Callable[[], bool]) -> bool:
        with self._changed:
            self._waiting.append(turn)
            try:
                while not may_begin(turn, self._waiting, self._going_on, self._has_room):
                    self._changed.wait(LOOK_S)
                    if not still_there():
                        return False
                self._going_on.append(turn)
                return True
            finally:
                self._waiting.remove(turn)
                self._changed.notify_all()


def may_begin(
    turn: Turn, waiting: Sequence[Turn], going_on: Sequence[Turn], has_room: Callable[[], bool]
) -> bool:
    """Tell whether it is a job's turn."""
    before = waiting[: waiting.index(turn)]
    light, heavy = ([other for other in going_on if other.lane == lane] for lane in MOST)
    if any(other.lane == turn.lane for other in before):
        return False
    if turn.lane == "heavy":
        return not heavy and (not light or has_room())
    if not heavy and any(other.lane == "heavy" for other in before):
        return False  # it begins as soon as there is room, and this one right after it
    return not light or (len(light) < MOST["light"] and has_room())
