"""One job: its process's lines to Blender, Blender's reports to it, until either has ended."""

import contextlib
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from media.errors import MediaError, ToolFailed
from media.process import Child, Finished
from media.renderer_host.connection import Connection
from media.renderer_host.messages import Answer, Request, Said
from media.renderer_host.warm_blender import END


@dataclass(frozen=True)
class Outcome:
    """How a job ended at the host.

    Attributes:
        done: Blender said that it ended; it may be given the next job.
        failed: The class of its failure, if it failed.
        resident_bytes: What Blender held after it, in bytes.
        frame: The frame that Blender was at last, 0 before any.
        deserted: Its process had gone, or stopped making sense, so that we ended Blender.
        unheard: Blender had ended before the job reached it; nothing was lost but time.
    """

    done: bool
    failed: str = ""
    resident_bytes: int = 0
    frame: int = 0
    deserted: bool = False
    unheard: bool = False

    @property
    def may_go_on(self) -> bool:
        """Whether Blender is as good as before; after a failure of its own it is not."""
        return self.done and self.failed in {"", "BadInput"}

    @property
    def word(self) -> str:
        """What to call it in a log."""
        if self.deserted:
            return "deserted"
        return (self.failed or "done") if self.done else "died"


class Conversation:
    """A job between its process and a Blender that is its own for as long."""

    def __init__(self, connection: Connection, child: Child, end_blender: Callable[[], None]) -> None:
        self._connection = connection
        self._child = child
        self._end_blender = end_blender
        self._frame = 0
        self._deserted = False
        self._over = threading.Event()  # nothing that the job's process says or does matters any more
        self._sending = threading.Lock()
        self._closed = False

    def hold(self, request: Request) -> Outcome:
        """Give Blender the job and pass lines both ways until it has ended."""
        self._to_blender(json.dumps(request.job).encode() + b"\n")
        first = next(self._child.reports(), None)  # whatever the job is, Blender says something at once
        if first is None:
            return Outcome(done=False, unheard=True)
        listener = threading.Thread(target=self._listen, daemon=True)
        listener.start()
        try:
            return self._pass_on(itertools.chain([first], self._child.reports()))
        finally:
            self._over.set()

    def _pass_on(self, reports: Iterator[str]) -> Outcome:
        try:
            for line in reports:
                event = _event(line)
                if event.get("event") == "job_ended":
                    return Outcome(
                        done=True,
                        failed=str(event["failed"]),
                        resident_bytes=int(event["resident_bytes"]),
                        frame=self._frame,
                        deserted=self._deserted,
                    )
                self._take_note_of(event)
                self._connection.send(Answer(report=line))
        except (OSError, MediaError):  # the job's process has gone, or Blender reports without end
            self._desert()
        return Outcome(done=False, frame=self._frame, deserted=self._deserted)

    def _take_note_of(self, event: dict[str, Any]) -> None:
        if event.get("event") == "frame_started":
            self._frame = int(event["frame"])
        elif event.get("event") == "failed":  # the job's process hangs up when it hears that
            self._over.set()
            self._close()

    def _listen(self) -> None:
        """Pass on what the job's process says; if it hangs up before the job has ended, end Blender."""
        try:
            while said := self._connection.receive(Said):
                if said.line is not None:
                    self._to_blender(said.line.encode() + b"\n")
                if said.close:
                    self._close()
        except ToolFailed:  # it makes no sense
            pass
        if not self._over.is_set():
            self._desert()

    def _close(self) -> None:
        """Tell Blender that nothing more comes for this job."""
        self._to_blender(END, last=True)

    def _to_blender(self, data: bytes, *, last: bool = False) -> None:
        """Send a line of this job; after its last, none may reach Blender any more."""
        with self._sending:
            if self._closed:
                return
            self._closed = last
            with contextlib.suppress(OSError, ValueError):  # it has ended: its reports end too
                self._child.send(data)

    def _desert(self) -> None:
        """End Blender, which may be busy for nobody for an hour."""
        self._deserted = True
        self._end_blender()


def _event(line: str) -> dict[str, Any]:
    """Return what a line says; what makes no sense is for the job's process to find out."""
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def ended(child: Child, outcome: Outcome) -> Finished:
    """Return how a job ended as if Blender had ended with it."""
    if not outcome.done:
        return child.wait()
    return Finished(1 if outcome.failed else 0, child.log_tail(), 0.0)
