"""Which jobs kill Blender: one that does it twice at the same place is not tried a third time."""

import signal
import threading
from collections import Counter

from media.ending import CRASHES, Finished
from media.renderer_host.messages import GaveUp

MOST_DEATHS = 2


class Quarantine:
    """What a host remembers, for its own life, of Blenders that died in the middle of a job."""

    def __init__(self) -> None:
        self._deaths: Counter[tuple[str, int]] = Counter()
        self._refused: dict[str, GaveUp] = {}
        self._lock = threading.Lock()

    def refusal(self, name: str) -> GaveUp | None:
        """Return why the job of this digest is refused, or None."""
        return self._refused.get(name)

    def died(self, name: str, frame: int, finished: Finished) -> GaveUp | None:
        """Say what a death by signal at a frame (0 before any) means; None for another end."""
        if finished.returncode >= 0:
            return None
        how = _how(finished)
        where = f"frame {frame} of job {name[:16]}" if frame else f"job {name[:16]}"
        with self._lock:
            self._deaths[name, frame] += 1
            if self._deaths[name, frame] < MOST_DEATHS:
                return GaveUp(
                    kind="ToolCrashed", message=f"{where}: Blender {how}; the next attempt gets another one"
                )
            crashed = -finished.returncode in CRASHES
            what_to_do = "look at the model" if crashed else "give it a smaller job or a larger machine"
            self._refused[name] = GaveUp(
                kind="BadInput" if crashed else "OutOfResources",
                message=f"{where}: Blender {how}, twice; {what_to_do}. This renderer host takes it no more",
            )
            return self._refused[name]


def _how(finished: Finished) -> str:
    if -finished.returncode == signal.SIGKILL:
        return "was killed from outside, as when memory runs out"
    return f"died by signal {-finished.returncode}"
