"""A job's side: a script that a renderer host runs, with the face of a child of our own."""

import contextlib
import logging
import math
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
from media.renderer_host.messages import Answer, Began, Ended, GaveUp, Heard, Report, Request, Said

logger = logging.getLogger(__name__)

LONGEST_UNHEARD_S = 5.0
"""A host that lives answers at once."""
LONGEST_UNSAID_S = 60.0
"""While a job waits for its turn, the host says every few seconds that it lives."""
LONGEST_TURN_S = 4 * 3600.0
"""Whoever has waited for so long for his turn goes to work beside those who have it."""


def find_host(path: Path, request: Request, wall_s: float | None, idle_s: float) -> "HostedScript | None":
    """Hand a job to the host that listens at `path` and wait for its turn; None if there is none of either.

    Then a line in the log says why.

    Args:
        path: Where its socket is to be.
        request: The job.
        wall_s: Its longest time from when its turn has come, in seconds, if it has a bound.
        idle_s: Longest silence while we wait for it, in seconds.

    Raises:
        MediaError: The host refuses the job.
    """
    try:
        if path.stat().st_uid != os.geteuid():
            logger.warning("%s is another user's: this job starts a Blender of its own", path)
            return None
        connection = _connected(path)
    except OSError as error:
        why = error.strerror or error
        level = logging.INFO if isinstance(error, FileNotFoundError) else logging.WARNING
        logger.log(level, "no renderer host at %s (%s): this job starts a Blender of its own", path, why)
        return None
    answer = None
    try:
        answer = _end_of_waiting(connection, request)
    finally:
        if not isinstance(answer, Began):
            connection.close()
    if isinstance(answer, Began):
        return HostedScript(connection, wall_s, idle_s)
    if isinstance(answer, GaveUp):
        raise answer.error()
    logger.warning(
        "the renderer host at %s does not answer, or has no turn for this job in %.0f h: it starts a Blender "
        "of its own",
        path,
        LONGEST_TURN_S / 3600,
    )
    return None


def _end_of_waiting(connection: Connection, request: Request) -> object:
    """Hand over a job; returns the first answer that is more than a sign of life, None if there is none."""
    patience, until = LONGEST_UNHEARD_S, time.monotonic() + LONGEST_TURN_S
    with contextlib.suppress(OSError, ToolFailed):
        connection.send(request)
        while time.monotonic() < until and (answer := connection.receive(Answer, patience)):
            if not isinstance(answer.root, Heard):
                return answer.root
            patience = LONGEST_UNSAID_S
    return None


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
        self._idle_s = idle_s
        self._started = time.monotonic()
        self._until = math.inf if wall_s is None else self._started + wall_s
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
            self._connection.send(Said(line=None))

    def reports(self) -> Iterator[str]:
        """Yield the lines that the script reports, until the job has ended.

        Raises:
            MediaError: The host lost its Blender or itself, or gave the job up; of the class that says what
                to do about it.
        """
        while self._ended is None:
            match self._answer():
                case Report(line=line):
                    yield line
                case GaveUp() as why:
                    raise why.error()
                case Ended() as ended:
                    self._ended = ended

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

    def _answer(self) -> Heard | Began | Report | Ended | GaveUp:
        try:
            answer = self._connection.receive(
                Answer, min(self._idle_s, max(0.01, self._until - time.monotonic()))
            )
        except TimeoutError:
            after = time.monotonic() - self._started
            raise TimedOut(
                f"Blender reported nothing within its deadline and was ended after {after:.0f} s"
            ) from None
        if answer is None:
            raise ToolFailed(
                "the renderer host ended in the middle of the job; run it again, it goes on by itself"
            )
        return answer.root
