"""The lines that a child process reports: each of a bounded length, and only so many held unread."""

import collections
import threading
from typing import IO

from media.errors import ToolFailed

LONGEST_LINE = MOST_HELD = 16 * 2**20
"""In bytes. The longest sound report names the files and parts of a model, which takes a few megabytes."""
OBJECT_BYTES = 64  # what Python takes for a short line besides its letters


class NothingYet(Exception):
    """No line came in time."""


class Reports:
    """A child's report channel, which a thread of ours empties by `read()`.

    Who reports more than is taken has to wait, as on any pipe, until somebody takes it or nobody will.
    """

    def __init__(self, tool: str) -> None:
        """Keep what `tool` reports."""
        self._tool = tool
        self._lines: collections.deque[str] = collections.deque()
        self._held = 0
        self._ended = False
        self._too_long = False
        self._wanted = True
        self._changed = threading.Condition()

    def read(self, pipe: IO[bytes]) -> None:
        """Read `pipe` to its end, or to a line that is too long, and close it."""
        with pipe:
            while line := pipe.readline(LONGEST_LINE + 1):
                if len(line) > LONGEST_LINE:
                    self._too_long = True
                    break
                self._hold(line.decode(errors="replace").rstrip("\n"))
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def take(self, timeout: float | None) -> str | None:
        """Return the next line, or None at the channel's end.

        Raises:
            NothingYet: It did not come within `timeout` seconds.
            ToolFailed: It is too long.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._lines or self._ended, timeout):
                raise NothingYet
            if self._lines:
                return self._pop()
        if self._too_long:
            raise ToolFailed(
                f"{self._tool}: expected reports of at most {LONGEST_LINE} bytes a line, found a longer one; "
                "what it was given may be damaged"
            )
        return None

    def waiting(self) -> list[str]:
        """Return the lines that are here and nobody has taken yet."""
        with self._changed:
            return [self._pop() for _ in range(len(self._lines))]

    def want_no_more(self) -> None:
        """Let lines beyond what is held be lost from now on, so that the child can end."""
        with self._changed:
            self._wanted = False
            self._changed.notify_all()

    def _hold(self, line: str) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._held < MOST_HELD or not self._wanted)
            if self._held < MOST_HELD:
                self._lines.append(line)
                self._held += len(line) + OBJECT_BYTES
                self._changed.notify_all()

    def _pop(self) -> str:
        line = self._lines.popleft()
        self._held -= len(line) + OBJECT_BYTES
        self._changed.notify_all()
        return line
