"""A server on loopback that nobody should call: it counts who does, by TCP and by UDP."""

import selectors
import socket
import threading
from types import TracebackType
from typing import Self

LOOPBACK = "127.0.0.1"


class CountingServer:
    """Counts connections and datagrams; use as a context manager.

    Attributes:
        calls: How many came.
        port: Where, the same number for TCP and UDP.
    """

    def __init__(self) -> None:
        self.calls = 0
        self._streams, self._datagrams, self.port = _pair()
        self._bell, self._ring = socket.socketpair()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ring.close()
        self._thread.join()
        for each in (self._streams, self._datagrams, self._bell):
            each.close()

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            for each in (self._streams, self._datagrams, self._bell):
                selector.register(each, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in selector.select()]
                if self._streams in ready:
                    self._streams.accept()[0].close()
                    self.calls += 1
                elif self._datagrams in ready:
                    self._datagrams.recv(65536)
                    self.calls += 1
                else:  # only the bell, once everybody else has been heard
                    return


def _pair() -> tuple[socket.socket, socket.socket, int]:
    """Bind one free port number for both protocols."""
    while True:
        streams, datagrams = (
            socket.socket(socket.AF_INET, kind) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)
        )
        streams.bind((LOOPBACK, 0))
        port: int = streams.getsockname()[1]
        try:
            datagrams.bind((LOOPBACK, port))
        except OSError:  # taken for UDP by somebody else
            streams.close()
            datagrams.close()
            continue
        streams.listen()
        return streams, datagrams, port
