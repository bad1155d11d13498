"""The end of what a child process printed, however much that was."""

import collections
import os
from typing import IO

LOG_TAIL_BYTES = 16 * 1024


class LogTail:
    """What was printed last, which a thread of ours gathers by `read()`."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._chunks: collections.deque[bytes] = collections.deque()

    def read(self, pipe: IO[bytes]) -> None:
        """Read `pipe` to its end and close it."""
        held = 0
        with pipe:
            while chunk := os.read(pipe.fileno(), 4096):
                self._chunks.append(chunk)
                held += len(chunk)
                while held - len(self._chunks[0]) > LOG_TAIL_BYTES:
                    held -= len(self._chunks.popleft())

    def text(self) -> str:
        """Return the tail, at most `LOG_TAIL_BYTES`."""
        return b"".join(self._chunks).decode(errors="replace")[-LOG_TAIL_BYTES:]
