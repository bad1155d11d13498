"""A socket on which both sides send models as lines of JSON."""

import contextlib
import select
import socket
import threading
import time
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from media.errors import ToolFailed
from media.reports import LONGEST_LINE

Model = TypeVar("Model", bound=BaseModel)
LONGEST_SEND_S = 60.0
"""Whoever takes nothing for so long, with what the kernel holds for him full, is stopped or hangs."""
PIECE = 2**16


class Connection:
    """One side of a connected socket; any thread may send, one at a time receives."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._socket.settimeout(LONGEST_SEND_S)
        self._received = bytearray()
        self._sending = threading.Lock()

    def send(self, message: BaseModel) -> None:
        """Send a message.

        Raises:
            OSError: The other side has gone, or takes nothing.
        """
        line = message.model_dump_json().encode() + b"\n"
        with self._sending:
            self._socket.sendall(line)

    def receive(self, kind: type[Model], patience_s: float) -> Model | None:
        """Return the next message, or None when the other side has gone.

        Raises:
            TimeoutError: It did not come within `patience_s` seconds; it may come later.
            ToolFailed: It is no such message.
        """
        line = self._line(time.monotonic() + patience_s)
        if line is None:
            return None
        try:
            return kind.model_validate_json(line)
        except ValidationError as error:
            raise ToolFailed(f"renderer host: expected a {kind.__name__}, found {line[:120]!r}") from error

    def stop_receiving(self) -> None:
        """Have whoever waits in `receive` return, and hear nothing more."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RD)

    def close(self) -> None:
        """Hang up; nobody may wait in `receive` any more. Closing twice is fine."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _line(self, until: float) -> bytes | None:
        """Return the next whole line, or None at the end or in a line that is too long.

        Raises:
            TimeoutError: It was not there in time.
        """
        seen = 0
        while (end := self._received.find(b"\n", seen)) < 0:
            seen = len(self._received)
            if not self._has_more(until):
                raise TimeoutError
            if seen > LONGEST_LINE or not (piece := self._piece()):
                return None
            self._received += piece
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        return line

    def _has_more(self, until: float) -> bool:
        """Tell whether there is more to be read, be it the end."""
        readable = select.poll()  # select() takes no descriptor beyond 1023
        readable.register(self._socket, select.POLLIN)
        return bool(readable.poll(max(0.0, until - time.monotonic()) * 1000))

    def _piece(self) -> bytes:
        try:
            return self._socket.recv(PIECE)
        except OSError:  # reset
            return b""
