"""An S3 on loopback: moto's server behind a strict layer that counts, refuses and, by script, breaks.

`python -m tests.fakes.s3` serves until its standard input ends, and prints its address, key id and secret.
"""

import http.client
import logging
import socket
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

from infra.s3 import S3Account
from tests.fakes.s3_rules import OPERATIONS, Asked, refusal

ACCESS_KEY_ID = "AKIAFAKEFAKEFAKEFAKE"
SECRET_ACCESS_KEY = "fake/secret/of/the/tests/and/nobody/else"  # noqa: S105 - opens nothing
HOP_BY_HOP = {"connection", "content-length", "date", "expect", "server", "transfer-encoding"}


@dataclass(frozen=True)
class Fault:
    """What befalls requests of one kind.

    Attributes:
        on: S3's name of the operation, such as PutObject.
        answer: Status and code to say instead of doing anything.
        wait_s: Seconds before anything happens.
        wait_reply_s: Seconds between what happens and the reply.
        damage_upload: Flip a bit of the body on its way in.
        damage_reply: Flip a bit of the body on its way out.
        cut_at: Bytes of the reply's body after which the connection ends.
        lose_reply: Do it, then end the connection without a word.
        drop: End the connection without doing it.
        forget: Names of request headers, in lower case, that are ignored as an old S3 does.
        mute: Names of reply headers, in lower case, that are not sent.
        times: How many requests it befalls.
        after: How many requests of the kind pass before it.
    """

    on: str
    answer: tuple[int, str] | None = None
    wait_s: float = 0.0
    wait_reply_s: float = 0.0
    damage_upload: bool = False
    damage_reply: bool = False
    cut_at: int | None = None
    lose_reply: bool = False
    drop: bool = False
    forget: tuple[str, ...] = ()
    mute: tuple[str, ...] = ()
    times: int = 1
    after: int = 0


NOTHING = Fault("")


@dataclass
class _Scripted:
    fault: Fault
    seen: int = 0


@dataclass
class S3Server:
    """A running S3, its script, what it was asked, and how often it gave which answer about which object."""

    address: str
    moto: tuple[str, int]
    asked: list[Asked] = field(default_factory=list)
    answered: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    _script: list[_Scripted] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _keys: dict[str, threading.Lock] = field(default_factory=lambda: defaultdict(threading.Lock))
    _ended: threading.Event = field(default_factory=threading.Event)

    @property
    def account(self) -> S3Account:
        """An account that the server knows."""
        return S3Account(
            endpoint_url=self.address,
            region="us-east-1",
            access_key_id=ACCESS_KEY_ID,
            secret_access_key=SECRET_ACCESS_KEY,
        )

    def befall(self, *faults: Fault) -> None:
        """Add to the script; of several for one operation, the earliest that is not used up counts."""
        known = {"CopyObject", *(name for kinds in OPERATIONS.values() for name in kinds.values())}
        assert {fault.on for fault in faults} <= known, "a fault that never befalls anything"
        with self._lock:
            self._script += [_Scripted(fault) for fault in faults]

    def fill(self, bucket: str, objects: Iterable[tuple[str, bytes]]) -> None:
        """Put objects into a bucket from behind, without a request for each."""
        backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
        for key, data in objects:
            backend.put_object(bucket, key, data, request_method="PUT")

    def forget(self) -> None:
        """Empty the script and the counts."""
        with self._lock:
            self._script.clear()
            self.asked.clear()
            self.answered.clear()

    def count(self) -> Counter[str]:
        """Return how many requests of each operation came."""
        with self._lock:
            return Counter(asked.operation for asked in self.asked)

    def befalls(self, asked: Asked) -> Fault:
        """Note a request; returns what is to befall it."""
        with self._lock:
            self.asked.append(Asked(asked.method, asked.target, asked.headers, b""))
            for scripted in self._script:
                fault = scripted.fault
                if fault.on != asked.operation or scripted.seen >= fault.after + fault.times:
                    continue
                scripted.seen += 1
                if scripted.seen > fault.after:
                    return fault
            return NOTHING

    def answers(self, asked: Asked, status: int) -> None:
        """Note what became of a request, whether or not its reply arrives."""
        with self._lock:
            self.answered[asked.method, asked.key, status] += 1

    def alone_with(self, asked: Asked) -> threading.Lock:
        """Return what makes one step of looking at an object and writing it, which in moto are two."""
        with self._lock:
            return self._keys[f"{asked.bucket}/{asked.key}"]

    def stand_still(self, seconds: float) -> None:
        """Wait, but not beyond the server's end."""
        if seconds:
            self._ended.wait(seconds)

    def end(self) -> None:
        """Let nobody wait any more."""
        self._ended.set()


def outside_account(url: str) -> S3Account:
    """Return the account of `http://ID:SECRET@host`."""
    parts = urlsplit(url)
    return S3Account(
        endpoint_url=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
        region="us-east-1",
        access_key_id=unquote(parts.username or ""),
        secret_access_key=unquote(parts.password or ""),
    )


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Serve S3 on loopback until the block ends."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    layer = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    layer.daemon_threads = True
    server = S3Server(f"http://127.0.0.1:{layer.server_port}", moto.get_host_and_port())
    layer.RequestHandlerClass = _handler_of(server)
    thread = threading.Thread(target=layer.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.end()
        layer.shutdown()
        layer.server_close()
        thread.join()
        moto.stop()


def _handler_of(server: S3Server) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        s3 = server

    return Handler


@dataclass(frozen=True)
class _Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class _Handler(BaseHTTPRequestHandler):
    s3: S3Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body)
        fault = self.s3.befalls(asked)
        self.s3.stand_still(fault.wait_s)
        if fault.drop:
            self._hang_up()
            return
        reply = _error(*fault.answer, asked) if fault.answer else self._reply(asked, fault)
        self.s3.answers(asked, reply.status)
        self.s3.stand_still(fault.wait_reply_s)
        if fault.lose_reply:
            self._hang_up()
            return
        with suppress(ConnectionError):  # who waited too long has gone
            self._send(asked, reply, fault)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _serve  # noqa: N815 - http.server's names

    def _reply(self, asked: Asked, fault: Fault) -> _Reply:
        if fault.damage_upload:
            asked = Asked(asked.method, asked.target, asked.headers, _damaged(asked.body))
        if refused := refusal(asked, ACCESS_KEY_ID):
            return _error(*refused, asked)
        if asked.method in {"GET", "HEAD"}:
            return self._forwarded(asked, fault)
        with self.s3.alone_with(asked):
            return self._forwarded(asked, fault)

    def _forwarded(self, asked: Asked, fault: Fault) -> _Reply:
        connection = http.client.HTTPConnection(*self.s3.moto)
        connection.putrequest(asked.method, asked.target, skip_host=True, skip_accept_encoding=True)
        for name, value in asked.headers.items():
            if name not in HOP_BY_HOP and name not in fault.forget:
                connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(asked.body)))
        connection.endheaders(asked.body)
        try:
            reply = connection.getresponse()
            return _Reply(reply.status, reply.getheaders(), reply.read())
        finally:
            connection.close()

    def _send(self, asked: Asked, reply: _Reply, fault: Fault) -> None:
        body = _damaged(reply.body) if fault.damage_reply else reply.body
        self.send_response(reply.status)
        length = str(len(body))
        for name, value in reply.headers:
            if name.lower() == "content-length" and asked.method == "HEAD":
                length = value
            if name.lower() not in HOP_BY_HOP and name.lower() not in fault.mute:
                self.send_header(name, value)
        self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(body[: fault.cut_at])
        if fault.cut_at is not None:
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def _error(status: int, code: str, asked: Asked) -> _Reply:
    """Say no, and repeat what was sent, as careless servers do."""
    if asked.method == "HEAD":
        return _Reply(status, [], b"")
    sent = f"{asked.headers.get('authorization', '')} {asked.headers.get('x-amz-security-token', '')}"
    text = f"<Error><Code>{code}</Code><Message>You sent {sent}</Message></Error>"
    return _Reply(status, [("Content-Type", "application/xml")], text.encode())


def _damaged(body: bytes) -> bytes:
    return body[:-1] + bytes([body[-1] ^ 1]) if body else b""


def main() -> None:
    """Serve until standard input ends, which it does with whoever started us."""
    with s3_server() as server:
        sys.stdout.write(f"{server.address} {ACCESS_KEY_ID} {SECRET_ACCESS_KEY}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
