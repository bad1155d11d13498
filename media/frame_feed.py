"""The line of committed frames between a renderer and an encoder that work at the same time."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from media.errors import MediaError


class Abandoned(MediaError):
    """Nobody will render the frames that are still missing, or nobody wants them any more."""


class FrameFeed:
    """Tells those who wait which frames are committed; may be read again from the start.

    Use as a context manager around both sides: leaving it releases a reader whose frames will never come.
    """

    def __init__(self) -> None:
        self._committed: set[int] = set()
        self._closed = False
        self._readings = 0
        self._refused: MediaError | None = None
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
        """Say that frame `number` is in the store.

        Raises:
            Abandoned: The reading side has failed for good, so that no further frame is wanted.
        """
        with self._changed:
            if self._refused:
                raise Abandoned(
                    f"rendering stopped after frame {number}, no video can be made of it: {self._refused}"
                )
            self._committed.add(number)
            self._changed.notify_all()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Stand for one attempt of the reading side; a failure that allows no other stops the rendering."""
        self._readings += 1
        try:
            yield
        except MediaError as error:
            if error.retry.wait_before(self._readings) is None:
                with self._changed:
                    self._refused = error
            raise

    def numbers(self, wanted: Iterable[int]) -> Iterator[int]:
        """Yield the numbers that are wanted, in their order, each as soon as it is committed.

        Raises:
            Abandoned: The rendering side has ended without it.
        """
        for number in wanted:
            with self._changed:
                self._changed.wait_for(lambda: number in self._committed or self._closed)  # noqa: B023 - called at once
                if number not in self._committed:
                    raise Abandoned(f"frame {number} was not rendered; the renderer's error says why")
            yield number
