"""A job's side: a script that a renderer host runs, with the face of a child of our own."""

import contextlib
import logging
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from media.ending import Finished
from media.errors import TimedOut, ToolFailed
from media.renderer_host.connection import Connection
from media.renderer_host.messages import Answer, Ended, Request, Said

logger = logging.getLogger(__name__)

LONGEST_UNHEARD_S = 5.0
"""A host that lives answers at once, and then every few seconds while the job waits for its turn."""


def find_host(path: Path, request: Request, wall_s: float | None, idle_s: float) -> "HostedScript | None":
    """Hand a job to the host that listens at `path`; None, with a line in the log, if there is none.

    Args:
        path: Where its socket is to be.
        request: The job.
        wall_s: Its longest time from when its turn has come, in seconds, if it has a bound.
        idle_s: Longest silence while we wait for it, in seconds.
    """
    try:
        if path.stat().st_uid != os.geteuid():
            logger.warning("%s is another user's: this job starts a Blender of its own", path)
            return None
        connection = _connected(path)
    except OSError as error:
        why = error.strerror or error
        logger.info("no renderer host at %s (%s): this job starts a Blender of its own", path, why)
        return None
    try:
        connection.send(request)
        heard = connection.receive(Answer, LONGEST_UNHEARD_S)
    except (OSError, ToolFailed):
        heard = None
    if heard is None:
        connection.close()
        logger.warning("the renderer host at %s does not answer: this job starts its own Blender", path)
        return None
    return HostedScript(connection, wall_s, idle_s)


def _connected(path: Path) -> Connection:
    connecting = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connecting.settimeout(LONGEST_UNHEARD_S)
        connecting.connect(str(path))
    except BaseException:
        connecting.close()
        raise
    return Connection(connecting)


class HostedScript:
    """A job at the host; leaving its `with` block gives it up if it has not ended."""

    def __init__(self, connection: Connection, wall_s: float | None, idle_s: float) -> None:
        self._connection = connection
        self._wall_s, self._idle_s = wall_s, idle_s
        self._started = time.monotonic()
        self._until: float | None = None
        self._ended: Ended | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def send(self, data: bytes) -> None:
        """Send lines to the script.

        Raises:
            BrokenPipeError: The host has gone or hung up; `wait()` tells why.
        """
        for line in data.decode().splitlines():
            try:
                self._connection.send(Said(line=line))
            except OSError as error:
                raise BrokenPipeError(str(error)) from error

    def close_stdin(self) -> None:
        """Tell the script that nothing more will come."""
        with contextlib.suppress(OSError):  # `wait()` tells why
            self._connection.send(Said(close=True))

    def reports(self) -> Iterator[str]:
        """Yield the lines that the script reports, until the job has ended.

        Raises:
            MediaError: The host refuses the job, or lost its Blender or itself; of the class that says what
                to do about it.
        """
        while self._ended is None:
            answer = self._answer()
            if answer.gave_up:
                raise answer.gave_up.error()
            if answer.began:
                self._until = None if self._wall_s is None else time.monotonic() + self._wall_s
            if answer.report is not None:
                yield answer.report
            self._ended = answer.ended

    def wait(self) -> Finished:
        """Wait until the job has ended, however it ended.

        Raises:
            MediaError: As `reports()` does.
        """
        for _ in self.reports():
            pass
        assert self._ended is not None  # noqa: S101 - `reports()` ends no other way
        return Finished(self._ended.returncode, self._ended.log_tail, self._ended.seconds)

    def end(self) -> None:
        """Hang up, which ends the job; ending twice is fine."""
        self._connection.close()

    def _answer(self) -> Answer:
        patience = self._idle_s
        if self._until is not None:
            patience = min(patience, max(0.01, self._until - time.monotonic()))
        try:
            answer = self._connection.receive(Answer, patience)
        except TimeoutError:
            after = time.monotonic() - self._started
            raise TimedOut(
                f"Blender reported nothing within its deadline and was ended after {after:.0f} s"
            ) from None
        if answer is None:
            raise ToolFailed(
                "the renderer host ended in the middle of the job; run it again, it goes on by itself"
            )
        return answer
