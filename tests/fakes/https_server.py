"""A real HTTPS server on loopback, with a certificate of its own, that can misbehave by script."""

import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from media.access import Access
from media.download import Guard, Limits, Web
from media.errors import Retry

PUBLIC, PRIVATE = "127.0.0.1", "127.0.0.2"
"""Both are loopback; a test's guard takes the first for the public internet, and nothing else."""
NAMES = ("files.test", "other.test")


@dataclass(frozen=True)
class Answer:
    """What a path answers.

    Attributes:
        body: The whole file.
        status: What is answered, unless a range is.
        location: Where it redirects to.
        cut_at: Bytes of the body after which the connection is closed.
        headers: Further headers.
        conditions: Whether `If-None-Match` is understood.
        ranges: Whether ranges are answered, if `If-Range` fits the ETag among the headers.
        length: Whether Content-Length is told; if not, the body ends with the connection.
        goodbye: Whether TLS is ended properly when the connection is.
        silence_s: Seconds before the header.
        header_drip_s: If more than 0, a header without end, a byte at a time with so many seconds after each.
        drip: Bytes of the body at a time, and seconds after each.
    """

    body: bytes = b""
    status: int = 200
    location: str = ""
    cut_at: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    conditions: bool = False
    ranges: bool = False
    length: bool = True
    goodbye: bool = True
    silence_s: float = 0.0
    header_drip_s: float = 0.0
    drip: tuple[int, float] | None = None


@dataclass(frozen=True)
class Request:
    """What the server was asked."""

    path: str
    headers: Mapping[str, str]
    body: bytes = b""


class Resolver:
    """Answers for names by script, one answer after another, the last again and again."""

    def __init__(self, names: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self._names = {name: list(answers) for name, answers in names.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        answers = self._names.get(host, [[host]])
        return answers.pop(0) if len(answers) > 1 else answers[0]


class HttpsServer:
    """A running server, what it was asked, and how to download from it."""

    def __init__(
        self, certificate: Path, answers: Mapping[str, Answer | Sequence[Answer]], host: str
    ) -> None:
        self.answers = {p: [a] if isinstance(a, Answer) else list(a) for p, a in answers.items()}
        self.requests: list[Request] = []
        self.connections = 0
        self.closing = threading.Event()
        self._server = _Listening((host, 0), self, certificate)
        self.port = self._server.server_port
        self.address = f"https://{host}:{self.port}"
        self.trust = ssl.create_default_context(cafile=str(certificate))

    def at(self, name: str) -> str:
        """Return the server's address under another name."""
        return f"https://{name}:{self.port}"

    def web(self, resolve: Resolver | None = None, **limits: Any) -> Web:  # noqa: ANN401 - the fields of Limits
        """Return how to download from here: hosts resolve by script, and only PUBLIC may be called."""
        names = resolve or Resolver({name: [[PUBLIC]] for name in NAMES})
        quick = {"resume": Retry(times=3), "first_byte_s": 5.0, **limits}
        return Web(Guard(names, lambda address: address == PUBLIC), Limits(**quick), self.trust)

    @property
    def access(self) -> Access:
        """What a caller needs to name sources that lie here."""
        return Access(web=self.web())

    def next_answer(self, path: str) -> Answer:
        """Return the answer whose turn it is."""
        answers = self.answers[path.partition("?")[0]]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.02)

    def stop(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def https_server(
    folder: Path, answers: Mapping[str, Answer | Sequence[Answer]], host: str = PUBLIC
) -> Iterator[HttpsServer]:
    """Serve `answers` by path until the block ends."""
    server = HttpsServer(_certificate(folder), answers, host)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: "_Listening"

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self) -> None:
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.server.told.requests.append(Request(self.path, dict(self.headers), body))
        answer = self.server.told.next_answer(self.path)
        self.server.told.closing.wait(answer.silence_s)
        if answer.header_drip_s:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Endless: ")
            while not self.server.told.closing.wait(answer.header_drip_s):
                self.wfile.write(b"a")
            return
        if answer.conditions and self.headers.get("If-None-Match") == answer.headers["ETag"]:
            answer = replace(answer, body=b"", status=304, length=False)
        start = self._range_start(answer)
        self._send_header(answer, start)
        self._send_body(answer, answer.body[start : answer.cut_at])
        if answer.goodbye and not self.server.told.closing.is_set():
            self.connection.unwrap()

    def _send_header(self, answer: Answer, start: int) -> None:
        self.send_response(206 if start else answer.status)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(answer.body) - 1}/{len(answer.body)}")
        if answer.length:
            self.send_header("Content-Length", str(len(answer.body) - start))
        if answer.location:
            self.send_header("Location", answer.location)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _range_start(self, answer: Answer) -> int:
        asked = self.headers.get("Range", "")
        fits = self.headers.get("If-Range") == answer.headers.get("ETag", answer.headers.get("Last-Modified"))
        return int(asked.removeprefix("bytes=").rstrip("-")) if asked and answer.ranges and fits else 0

    def _send_body(self, answer: Answer, body: bytes) -> None:
        if answer.drip is None:
            self.wfile.write(body)
            return
        size, pause = answer.drip
        for start in range(0, len(body), size):
            self.wfile.write(body[start : start + size])
            if self.server.told.closing.wait(pause):
                return

    def log_message(self, *_: object) -> None:
        """Stay silent."""


class _Listening(ThreadingHTTPServer):
    """Counts who calls, before anything is said."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], told: HttpsServer, certificate: Path) -> None:
        super().__init__(address, _Handler)
        self.told = told
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)

    def get_request(self) -> tuple[Any, Any]:
        plain, address = super().get_request()
        self.told.connections += 1
        return self._context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, *_: object) -> None:
        """Stay silent: callers that hang up are part of the tests."""

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - as in socketserver
        self.close_request(request)


def _certificate(folder: Path) -> Path:
    path = folder / "certificate.pem"
    if path.exists():  # a second server of the same test
        return path
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = dt.datetime.now(dt.UTC)
    addresses = [x509.IPAddress(ipaddress.IPv4Address(address)) for address in (PUBLIC, PRIVATE)]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([*addresses, *(x509.DNSName(name) for name in NAMES)]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    encoded = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(encoded + certificate.public_bytes(serialization.Encoding.PEM))
    return path
