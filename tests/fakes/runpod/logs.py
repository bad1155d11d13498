"""What a pod said, and the stream of server-sent events that tells it."""

import json
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.fakes.runpod.clock import moment_of, text_of

KEPT = 20_000
MOST_BACK = 5000
USUAL_BACK = 100


@dataclass(frozen=True)
class Line:
    """One line of a source, `container` or `system`; `number` counts from one."""

    number: int
    moment: float
    source: str
    text: str

    @property
    def event(self) -> bytes:
        """The line as a frame of the stream; its id is its time, and the number makes it the only one."""
        ts = text_of(self.moment)
        data = json.dumps({"ts": ts, "source": self.source, "line": self.text}, separators=(",", ":"))
        return f"id: {ts}/{self.number:012}\ndata: {data}\n\n".encode()


@dataclass(frozen=True)
class Cursor:
    """From where a stream goes on: after a line's number, or at a moment."""

    moment: float = 0.0
    number: int = 0

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """Return the cursor of an event's id, or of a moment alone.

        Raises:
            ValueError: It is neither.
        """
        ts, _, number = text.partition("/")
        return cls(moment_of(ts), int(number) if number else 0)

    def passed(self, line: Line) -> bool:
        """Tell whether a line was told already; a moment alone tells its own lines again."""
        return line.number <= self.number if self.number else line.moment < self.moment


@dataclass
class Log:
    """The last lines of one pod."""

    _lines: deque[Line] = field(default_factory=lambda: deque(maxlen=KEPT))
    _count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, moment: float, source: str, text: str) -> None:
        """Note one line."""
        with self._lock:
            self._count += 1
            self._lines.append(Line(self._count, moment, source, text))

    def lines(self, source: str = "") -> list[Line]:
        """Return all lines, or those of a source."""
        with self._lock:
            return [line for line in self._lines if source in {"", line.source}]

    def after(self, number: int, source: str = "") -> list[Line]:
        """Return the lines behind a number; looks at no others."""
        with self._lock:
            new = min(self._count - number, len(self._lines))
            found = [self._lines[-n] for n in range(new, 0, -1)]
        return [line for line in found if source in {"", line.source}]

    @property
    def last(self) -> int:
        """Number of the last line."""
        return self._count


def frames(lines: Sequence[Line]) -> bytes:
    """Return lines as they go over the wire."""
    return b"".join(line.event for line in lines)
