"""The line of committed frames between a renderer and an encoder that work at the same time."""

import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from media.errors import MediaError


class Abandoned(MediaError):
    """Nobody will render the frames that are still missing."""


class FrameFeed:
    """Tells those who wait which frames are committed; may be read again from the start.

    Use as a context manager around both sides: leaving it releases a reader whose frames will never come.
    """

    def __init__(self) -> None:
        self._committed: set[int] = set()
        self._closed = False
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def committed(self, number: int) -> None:
        """Say that frame `number` is in the store."""
        with self._changed:
            self._committed.add(number)
            self._changed.notify_all()

    def numbers(self, last: int) -> Iterator[int]:
        """Yield 1 to `last`, each as soon as it is committed.

        Raises:
            Abandoned: The rendering side has ended without it.
        """
        for number in range(1, last + 1):
            with self._changed:
                self._changed.wait_for(lambda: number in self._committed or self._closed)  # noqa: B023 - called at once
                if number not in self._committed:
                    raise Abandoned(
                        f"frame {number} of {last} was not rendered; the renderer's error says why"
                    )
            yield number
