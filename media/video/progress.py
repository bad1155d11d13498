"""How far ffmpeg is, by its own reports."""

import time
from collections.abc import Callable, Iterable

from media.errors import TimedOut

OnProgress = Callable[[int], None]


class Progress:
    """How many frames ffmpeg says are encoded.

    Some versions of ffmpeg go on reporting while they stand still, so silence alone does not tell.
    """

    def __init__(self, on_progress: OnProgress | None, stall_s: float) -> None:
        self._on_progress = on_progress
        self._stall_s = stall_s
        self._encoded = 0
        self._moved = time.monotonic()

    def take(self, lines: Iterable[str]) -> None:
        """Read lines of `-progress`, and tell of every further frame."""
        for line in lines:
            name, _, value = line.partition("=")
            if name == "frame" and value.strip().isdigit() and int(value) > self._encoded:
                self._encoded = int(value)
                self.restart()
                if self._on_progress:
                    self._on_progress(self._encoded)

    def restart(self) -> None:
        """Begin to wait for the next frame now."""
        self._moved = time.monotonic()

    def require_movement(self) -> None:
        """Raise TimedOut if no frame was encoded for too long."""
        if time.monotonic() - self._moved > self._stall_s:
            raise TimedOut(
                f"ffmpeg stood still at frame {self._encoded} for {self._stall_s:.0f} s and was ended"
            )
