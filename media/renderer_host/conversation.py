"""One job: its process's lines to Blender, Blender's reports to it, until either has ended or hangs."""

import contextlib
import json
import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from media.errors import MediaError, ToolFailed
from media.process import Child
from media.renderer_host.connection import Connection
from media.renderer_host.messages import Report, Said
from media.renderer_host.outcome import Outcome
from media.renderer_host.warm_blender import END, Terms

logger = logging.getLogger(__name__)


class Conversation:
    """A job between its process and the Blender that has it.

    A thread listens to the process from the beginning to the end of the `with` block. It also sees to it that
    whoever is awaited, Blender or the process, does not hold up the lane without end.
    """

    def __init__(self, connection: Connection, job: dict[str, Any], terms: Terms) -> None:
        self._connection = connection
        self._job = json.dumps(job).encode() + b"\n"
        self._terms = terms
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._end_child: Callable[[], None] = lambda: None
        self.gone = ""
        """Why the job's process counts no more."""
        self._why = ""  # why we ended Blender
        self._due, self._overdue = math.inf, ""  # when our patience ends, and what to say then
        self._kept: list[bytes] = []  # lines for Blender until it has reported anything
        self._heard = self._closed = False
        self._asked = 0
        self._over = False  # whatever the process does now is no reason to end Blender
        self._left = threading.Event()
        self._listener = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._listener.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over = True
        self._left.set()
        self._connection.stop_receiving()
        self._listener.join()

    def hold(self, child: Child, end_child: Callable[[], None]) -> Outcome:
        """Give a Blender the job and pass lines both ways until it has ended; `end_child` ends it.

        If that Blender has said nothing of the job, another one may be given it after that.
        """
        with self._lock:
            self._child, self._end_child, self._why = child, end_child, ""
            self._await("Blender reported nothing of the job", self._terms.unheard_s)
        if self.gone:
            self._give_up(self.gone)
        self._to(child, self._job)
        outcome = self._passed_on(child)
        with self._lock:
            self._await("Blender did not end", self._terms.ending_s)
        outcome = outcome.ended(child)
        with self._lock:
            self._child, self._due = None, math.inf
            return replace(outcome, why=self._why)

    def _passed_on(self, child: Child) -> Outcome:
        """Pass on what Blender reports until it has ended the job or itself."""
        outcome = Outcome()
        try:
            for line in child.reports():
                event = _event(line)
                outcome = outcome.after(event)
                if outcome.done:
                    break
                self._take_note_of(event, outcome)
                self._connection.send(Report(line=line))
        except (OSError, MediaError) as error:  # the process has gone or hangs, or Blender's line has no end
            self._give_up(f"its reports could not be passed on ({error})")
        return outcome

    def _take_note_of(self, event: dict[str, Any], outcome: Outcome) -> None:
        with self._lock:
            if not self._heard:
                self._heard, self._due = True, math.inf
                for line in self._kept:
                    self._to(self._child, line)
            if event.get("event") == "failed":  # the job's process hangs up when it hears that
                self._over = True
                self._put(END)
                self._await("Blender did not end the job that failed", self._terms.ending_s)
            if outcome.written >= self._asked and not self._closed:
                self._await("its process asked for nothing", self._terms.silence_s)

    def _listen(self) -> None:
        """Pass on what the job's process says; if it hangs up before the job has ended, end Blender."""
        gone = "its process has gone"
        try:
            while True:
                try:
                    said = self._connection.receive(Said, self._patience())
                except TimeoutError:
                    self._end_if_overdue()
                    continue
                if said is None:
                    break
                with self._lock:
                    self._put(END if said.line is None else said.line.encode() + b"\n")
        except ToolFailed as error:  # it makes no sense
            gone = str(error)
        if not self._over:
            self.gone = gone
            self._give_up(gone)
        while not self._left.wait(self._patience()):
            self._end_if_overdue()

    def _put(self, line: bytes) -> None:
        """Give Blender a line of this job, once it has it; after the last, none may reach it any more."""
        if self._closed:
            return
        self._closed = line == END
        self._asked += 1
        if self._heard:
            self._due = math.inf
            self._to(self._child, line)
        else:
            self._kept.append(line)

    def _to(self, child: Child | None, line: bytes) -> None:
        with contextlib.suppress(OSError, ValueError):  # it has ended: its reports end too
            if child:
                child.send(line)

    def _await(self, what: str, seconds: float) -> None:
        """End Blender unless something happens within so many seconds."""
        self._due, self._overdue = time.monotonic() + seconds, f"{what} for {seconds:.0f} s"

    def _patience(self) -> float:
        """Return how long to listen; no deadline that is set meanwhile is nearer."""
        shortest = min(self._terms.unheard_s, self._terms.silence_s, self._terms.ending_s)
        return max(0.0, min(self._due - time.monotonic(), shortest))

    def _end_if_overdue(self) -> None:
        with self._lock:
            overdue = time.monotonic() >= self._due
        if overdue:
            self._give_up(self._overdue)

    def _give_up(self, why: str) -> None:
        """End Blender, which may be busy for nobody for an hour."""
        with self._lock:
            self._why, self._due, end = self._why or why, math.inf, self._end_child
        logger.info("ending Blender in the middle of a job: %s", why)
        end()


def _event(line: str) -> dict[str, Any]:
    """Return what a line says; what makes no sense is for the job's process to find out."""
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}
