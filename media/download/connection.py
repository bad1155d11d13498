"""Connections to addresses that were checked: what a name resolves to meanwhile does not matter."""

import socket
import ssl
from collections.abc import Iterable, Sequence

import httpcore

from media.download.limits import Patience
from media.errors import BadInput


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to the given addresses, whatever host it is asked for; TLS is still for that host."""

    def __init__(self, addresses: Sequence[str], connect_s: float, patience: Patience, shown: str) -> None:
        """Keep what a connection needs; see `Guard` and `Limits`."""
        self._addresses = addresses
        self._connect_s = connect_s
        self._patience = patience
        self._shown = shown

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the whole point
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - Patience knows better
        local_address: str | None = None,  # noqa: ARG002 - never given
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 - never given
    ) -> httpcore.NetworkStream:
        """Connect to the first address that takes the connection."""
        for address in self._addresses:
            try:
                wait = min(self._connect_s, self._patience.left())
                return PatientStream(
                    socket.create_connection((address, port), wait), self._patience, self._shown
                )
            except OSError:
                continue
        raise httpcore.ConnectError


class PatientStream(httpcore.NetworkStream):
    """A socket, every read and write of which is over in time."""

    def __init__(self, plain: socket.socket, patience: Patience, shown: str) -> None:
        """Take over a connected socket."""
        self._socket = plain
        self._patience = patience
        self._shown = shown

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - Patience knows better
        """Return what has come, at most `max_bytes`; nothing at the end."""
        while True:
            self._socket.settimeout(self._patience.left())
            try:
                return self._socket.recv(max_bytes)
            except TimeoutError:
                continue  # whether that was too long, Patience says
            except OSError as error:
                raise httpcore.ReadError from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the same
        """Send all of `buffer`."""
        self._socket.settimeout(self._patience.left())
        try:
            self._socket.sendall(buffer)
        except OSError as error:
            raise httpcore.WriteError from error

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the same
    ) -> httpcore.NetworkStream:
        """Speak TLS from here on, with a server that proves to be `server_hostname`."""
        try:
            self._socket.settimeout(self._patience.left())
            # A body of unknown length ends with the connection: only TLS can tell its end from a cut. Some
            # Pythons have OpenSSL 3 take the one for the other.
            ssl_context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
            secure = ssl_context.wrap_socket(
                self._socket, server_hostname=server_hostname, suppress_ragged_eofs=False
            )
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise BadInput(
                f"{self._shown}: expected a certificate for {server_hostname}, found one that does not hold "
                f"({error.verify_message}); check the address"
            ) from None
        except OSError as error:
            self.close()
            raise httpcore.ConnectError from error
        return PatientStream(secure, self._patience, self._shown)
