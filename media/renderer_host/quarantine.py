"""Which jobs kill Blender: one that does it twice without a frame in between is not tried a third time."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable

from media.ending import CRASHES
from media.renderer_host.messages import GaveUp
from media.renderer_host.outcome import Outcome

MOST_DEATHS = 2
KILLED_FOR_S = 3600.0
"""So long, in seconds, a job is refused after kills from outside, which may have been meant for others."""


class Quarantine:
    """What a host remembers, for its own life at most, of Blenders that died in the middle of a job.

    A job is known by what it makes and by what Blender is made of: other scripts may do it well.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._deaths: Counter[tuple[str, str]] = Counter()
        self._refused: dict[tuple[str, str], tuple[GaveUp, float]] = {}
        self._lock = threading.Lock()

    def refusal(self, name: str, made_of: str) -> GaveUp | None:
        """Return why the job of this digest is refused, or None."""
        with self._lock:
            refusal, until = self._refused.get((name, made_of), (None, 0.0))
            if refusal and self._clock() >= until:
                self._forget((name, made_of))
                return None
            return refusal

    def done(self, name: str, made_of: str) -> None:
        """Forget the deaths of a job that went well."""
        with self._lock:
            self._forget((name, made_of))

    def died(self, name: str, made_of: str, outcome: Outcome) -> GaveUp | None:
        """Say what a death means; None for an end by an exit code before any frame, which is no death."""
        code = outcome.finished.returncode
        if code >= 0 and not outcome.frame:
            return None
        how = _how(code)
        where = f"frame {outcome.frame} of job {name[:16]}" if outcome.frame else f"job {name[:16]}"
        with self._lock:
            if outcome.written:
                self._forget((name, made_of))
            self._deaths[name, made_of] += 1
            if self._deaths[name, made_of] < MOST_DEATHS:
                return GaveUp(
                    kind="ToolCrashed", message=f"{where}: Blender {how}; the next attempt gets another one"
                )
            harmful = code >= 0 or -code in CRASHES
            what_to_do = "look at the model" if harmful else "give it a smaller job or a larger machine"
            refusal = GaveUp(
                kind="RefusedHere" if harmful else "OutOfResources",
                message=f"{where}: Blender {how}, twice; {what_to_do}. This renderer host takes it no more",
            )
            until = float("inf") if harmful else self._clock() + KILLED_FOR_S
            self._refused[name, made_of] = (refusal, until)
            return refusal

    def _forget(self, job: tuple[str, str]) -> None:
        self._deaths.pop(job, None)
        self._refused.pop(job, None)


def _how(code: int) -> str:
    if -code == signal.SIGKILL:
        return "was killed from outside, as when memory runs out"
    return f"died by signal {-code}" if code < 0 else f"ended with exit code {code}"
