"""One question to a stranger's server and its answer, redirects followed by hand."""

import base64
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpcore
import httpx

from media.download.answer import Answer
from media.download.connection import PinnedBackend
from media.download.guard import Guard
from media.download.limits import Limits, Patience
from media.errors import BadInput
from media.redact import shown

REDIRECTS = {301, 302, 303, 307, 308}
HTTPS_PORT, LARGEST_PORT = 443, 65535


@dataclass(frozen=True)
class Web:
    """How files are taken from the web.

    Attributes:
        guard: Whom we may call.
        limits: How much is taken, and how patiently.
        trust: Whose certificates are believed; if None, those of the authorities that certifi lists.
    """

    guard: Guard = field(default_factory=Guard)
    limits: Limits = field(default_factory=Limits)
    trust: ssl.SSLContext | None = None


@dataclass(frozen=True)
class Caller:
    """What the questions of one download share.

    Attributes:
        web: How files are taken from the web.
        trust: Whose certificates are believed.
        patience: How long the next byte may take.
        shown: The address that was asked for, for messages.
    """

    web: Web
    trust: ssl.SSLContext
    patience: Patience
    shown: str

    @contextmanager
    def ask(self, url: httpx.URL, headers: Mapping[str, str]) -> Iterator[Answer]:
        """Ask for `url`, and for wherever it redirects to.

        A user and password in `url` are for its own host; whoever it redirects to does not get them.

        Raises:
            BadInput: One of the hosts must not be called, or there are too many redirects.
            Unavailable: A host did not answer in time.
        """
        origin, authorization = _origin(url), _basic(url)
        for _ in range(self.web.limits.redirects + 1):
            with self._asked(url, {**headers, **authorization}) as answer:
                if answer.status not in REDIRECTS:
                    yield answer
                    return
                url = self._next(url, answer)
            if _origin(url) != origin:
                authorization = {}
        raise BadInput(
            f"{self.shown}: expected a file after at most {self.web.limits.redirects} redirects, found "
            "another; give the address that they lead to"
        )

    @contextmanager
    def tell(self, url: httpx.URL, headers: Mapping[str, str], body: bytes) -> Iterator[Answer]:
        """Post `body` to `url` and to nobody else: what is answered may be a redirect.

        Raises:
            BadInput: The host must not be called.
            Unavailable: It did not answer in time.
        """
        with self._asked(url, headers, "POST", body) as answer:
            yield answer

    @contextmanager
    def _asked(
        self, url: httpx.URL, headers: Mapping[str, str], method: str = "GET", body: bytes | None = None
    ) -> Iterator[Answer]:
        """Ask one host at an address that was checked just now, with no proxy between and no cookies."""
        _, host, port = _origin(url)
        addresses = self.web.guard.addresses_of(host, port, self.shown)
        backend = PinnedBackend(addresses, self.web.limits.connect_s, self.patience, self.shown)
        target = httpcore.URL(scheme=b"https", host=url.raw_host, port=port, target=url.raw_path)
        every = {"Host": url.netloc.decode("ascii"), **headers}
        self.patience.ask()
        with (
            httpcore.ConnectionPool(ssl_context=self.trust, network_backend=backend) as pool,
            pool.stream(method, target, headers=list(every.items()), content=body) as response,
        ):
            self.patience.answered()
            yield Answer(response.status, httpx.Headers(response.headers), response)

    def _next(self, url: httpx.URL, answer: Answer) -> httpx.URL:
        """Return where an answer redirects to."""
        try:
            following = url.join(answer.headers["location"])
        except (KeyError, httpx.InvalidURL, ValueError):  # whose words may hold a token
            following = httpx.URL("")
        if not _can_be_called(following):
            raise BadInput(
                f"{self.shown}: expected a file, or a redirect to an https:// address, found a redirect to "
                "something else; give the address of the file itself"
            )
        return following


def parse(address: str) -> httpx.URL:
    """Return an `https://` address in its parts.

    Raises:
        BadInput: It is malformed, or of another kind.
    """
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):  # whose words may hold a password
        raise BadInput(
            f"{shown(address)}: expected an https:// address, found it malformed; check it"
        ) from None
    if not _can_be_called(url):
        raise BadInput(
            f"{shown(address)}: expected https:// and a host, found another kind of address; check it"
        )
    return url


def _can_be_called(url: httpx.URL) -> bool:
    return url.scheme == "https" and bool(url.raw_host) and 0 < _port(url) <= LARGEST_PORT


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.raw_host.decode("ascii"), _port(url)


def _port(url: httpx.URL) -> int:
    return HTTPS_PORT if url.port is None else url.port


def _basic(url: httpx.URL) -> dict[str, str]:
    """Return the header for the user and password in an address, if it has any (RFC 7617)."""
    if not url.userinfo:
        return {}
    secret = base64.b64encode(f"{url.username}:{url.password}".encode()).decode("ascii")
    return {"Authorization": f"Basic {secret}"}
