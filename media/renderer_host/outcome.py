"""How a job ended at the host."""

from dataclasses import dataclass, replace
from typing import Any, Self

from media.ending import Finished
from media.process import Child

UNKNOWN = Finished(0, "", 0.0)


@dataclass(frozen=True)
class Outcome:
    """What came of a job, from what Blender reported of it.

    Attributes:
        heard: Blender reported anything; before that, nothing was lost but time.
        done: Blender said that the job has ended; it may be given the next one.
        failed: The class of its failure, if it failed.
        resident_bytes: What Blender held after it, in bytes.
        frame: The frame that Blender was at last, 0 before any.
        written: How many frames it has written.
        worn: Whether it could not render one as it was asked, so that a fresh Blender may do better.
        why: Why we ended Blender in the middle of the job, if we did.
        finished: How the job ended, as if Blender had ended with it.
    """

    heard: bool = False
    done: bool = False
    failed: str = ""
    resident_bytes: int = 0
    frame: int = 0
    written: int = 0
    worn: bool = False
    why: str = ""
    finished: Finished = UNKNOWN

    def after(self, event: dict[str, Any]) -> Self:
        """Return what has come of the job after one more event."""
        heard = replace(self, heard=True)
        match event.get("event"):
            case "frame_started":
                return replace(heard, frame=int(event["frame"]))
            case "frame_written":
                worn = self.worn or bool(event.get("fallback"))
                return replace(heard, written=self.written + 1, worn=worn)
            case "job_ended":
                held = int(event["resident_bytes"])
                return replace(heard, done=True, failed=str(event["failed"]), resident_bytes=held)
        return heard

    def ended(self, child: Child) -> Self:
        """Return it with how it ended; waits for a Blender that goes by itself."""
        if not self.done:
            return replace(self, finished=child.wait())
        return replace(self, finished=Finished(1 if self.failed else 0, child.log_tail(), 0.0))

    @property
    def may_go_on(self) -> bool:
        """Whether Blender is as good as before; after a failure of its own or its GPU's it is not."""
        return self.done and not self.worn and self.failed in {"", "BadInput"}

    @property
    def word(self) -> str:
        """What to call it in a log."""
        if self.done:
            return self.failed or "done"
        return self.why or "died"
