"""A socket on which both sides send models as lines of JSON."""

import contextlib
import socket
import threading
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from media.errors import ToolFailed
from media.reports import LONGEST_LINE

Model = TypeVar("Model", bound=BaseModel)


class Connection:
    """One side of a connected socket; any thread may send, one at a time receives."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._lines = connected.makefile("rb")
        self._sending = threading.Lock()

    def send(self, message: BaseModel) -> None:
        """Send a message.

        Raises:
            OSError: The other side has gone.
        """
        line = message.model_dump_json(exclude_defaults=True).encode() + b"\n"
        with self._sending:
            self._socket.sendall(line)

    def receive(self, kind: type[Model], patience_s: float | None = None) -> Model | None:
        """Return the next message, or None when the other side has gone.

        Raises:
            TimeoutError: It did not come within `patience_s` seconds; nothing more can be received then.
            ToolFailed: It is no such message.
        """
        try:
            self._socket.settimeout(patience_s)
            line = self._lines.readline(LONGEST_LINE + 1)
        except TimeoutError:
            raise
        except (OSError, ValueError):  # reset, or closed by another thread of ours
            return None
        if not line.endswith(b"\n"):  # at its end, or cut off in the middle of a line
            return None
        try:
            return kind.model_validate_json(line)
        except ValidationError as error:
            raise ToolFailed(f"renderer host: expected a {kind.__name__}, found {line[:120]!r}") from error

    def close(self) -> None:
        """Hang up; whoever waits in `receive` returns. Closing twice is fine."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._lines.close()  # which holds the descriptor open otherwise
        self._socket.close()
