"""One file from a stranger's server: all of it, one version of it, and no more than is allowed."""

import logging
import time
from dataclasses import dataclass
from pathlib import Path

import httpcore
import httpx

from media.digest import sha256_of_file
from media.download.answer import ADVICE, OK, PARTIAL, Answer, refuse_what_is_no_file
from media.download.exchange import Caller, Web, parse
from media.download.limits import Patience, TooSlow
from media.download.part import Promise, promise_in
from media.download.quiet import quiet
from media.download.version import condition, is_still
from media.errors import BadInput, OutOfResources, Unavailable
from media.faults import fault_point
from media.redact import shown

logger = logging.getLogger(__name__)

FAILURES = {
    httpcore.ConnectError: "no connection",
    httpcore.ReadError: "the connection cut",
    httpcore.WriteError: "the connection cut",
    httpcore.RemoteProtocolError: "an answer that ends too early or is no HTTP",
}


@dataclass(frozen=True)
class Taken:
    """What came of a download.

    Attributes:
        version: What tells this version of the file from others; empty if its server says nothing sure.
        unchanged: Whether the file is of the version that was known still; then nothing was written.
    """

    version: str
    unchanged: bool = False


def download(address: str, path: Path, web: Web | None = None, *, unless: str = "") -> Taken:
    """Write the file at an `https://` address to `path`.

    A body that was cut short is continued, if the server says which version it sends. Messages show the
    address without user, password and query.

    Args:
        address: Where the file is.
        path: Where it goes.
        web: How files are taken from the web.
        unless: A version that an earlier download returned: while the file is of that, it is not read.

    Raises:
        BadInput: The address leads to no file, to a host that must not be called, or to too large a file.
        Unavailable: The server did not answer, answered that it cannot now, or sent less than it promised.
        OutOfResources: The file cannot be written.
    """
    web = web or Web()
    url, name = parse(address), shown(address)
    trust = web.trust or httpx.create_ssl_context(trust_env=False)
    caller = Caller(web, trust, Patience(web.limits, name), name)
    with quiet():
        return Transfer(caller, url, path, unless).run()


class Transfer:
    """A file on its way, over as many answers as it takes."""

    def __init__(self, caller: Caller, url: httpx.URL, path: Path, unless: str) -> None:
        """Ask for `url`, unless it is of a version still, and write to `path`."""
        self._caller = caller
        self._limits = caller.web.limits
        self._shown = caller.shown
        self._url = url
        self._path = path
        self._unless = unless
        self._have = 0
        self._promise: Promise | None = None

    def run(self) -> Taken:
        """Ask until the file is whole, as often as the limits say."""
        attempt = 0
        while True:
            try:
                return self._ask_once()
            except (BadInput, Unavailable) as error:
                if self._unless:  # a server that has no answer to a condition may have the file
                    self._unless = ""
                    continue
                if isinstance(error, BadInput | TooSlow):
                    raise
                attempt += 1
                wait = self._limits.resume.wait_before(attempt)
                if wait is None or not (self._promise and self._promise.validator):
                    raise
                logger.info("%s (%s bytes are here; trying again in %.1f s)", error, self._have, wait)
                time.sleep(wait)

    def _ask_once(self) -> Taken:
        rest = self._promise.request_for_rest(self._have) if self._promise and self._have else {}
        # Nothing packed: nobody knows how large it is when unpacked, and half of it could not be continued.
        headers = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "rendermill", **rest}
        headers |= condition(self._unless)
        try:
            with self._caller.ask(self._url, headers) as answer:
                if self._unless and is_still(self._unless, answer):
                    return Taken(self._unless, unchanged=True)
                refuse_what_is_no_file(answer, self._shown)
                self._have, promise = self._place(answer)
                self._unless = ""
                self._promise = promise
                self._write(answer)
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            found = FAILURES.get(type(error), "something that is no HTTP")
            raise Unavailable(
                f"{self._shown}: expected a whole file, found {found} while downloading; {ADVICE}"
            ) from error
        self._check(promise)
        return Taken(promise.version)

    def _place(self, answer: Answer) -> tuple[int, Promise]:
        """Return how many bytes of what is here stay, and what is promised of the file from now on."""
        if answer.status == OK:
            return 0, promise_in(answer.headers)
        if self._promise is None or not self._have:
            raise BadInput(
                f"{self._shown}: expected the whole file, found HTTP {answer.status}, an answer to a "
                "question that was not asked; use another server"
            )
        if answer.status == PARTIAL and self._promise.is_kept_by(answer.headers, self._have):
            return self._have, self._promise
        self._have = 0
        raise Unavailable(
            f"{self._shown}: expected the rest of the file, found that it has changed; {ADVICE}"
        )

    def _write(self, answer: Answer) -> None:
        """Write the body after what is here already."""
        promised = self._promise.size if self._promise else None
        self._refuse_more_than_allowed(promised or 0)
        try:
            with self._path.open("r+b" if self._have else "wb") as file:
                file.truncate(self._have)
                file.seek(self._have)
                for chunk in answer.chunks():
                    if not self._have and answer.is_web_page(chunk):
                        raise BadInput(
                            f"{self._shown}: expected a file, found an HTML page, as a login or error page "
                            "is; give a link that downloads the file itself"
                        )
                    self._refuse_more_than_allowed(self._have + len(chunk))
                    file.write(chunk)
                    self._have += len(chunk)
                    fault_point("download.in_body")
                    self._caller.patience.got(len(chunk))
        except OSError as error:
            raise OutOfResources(
                f"{self._shown}: expected room for the download, found that it could not be written: "
                f"{error.strerror}; free space and try again"
            ) from error

    def _refuse_more_than_allowed(self, size: int) -> None:
        if size > self._limits.size:
            raise BadInput(
                f"{self._shown}: expected at most {self._limits.size} bytes, found more; send a smaller file"
            )

    def _check(self, promise: Promise) -> None:
        """Refuse a file that is not what its server promised."""
        if promise.size is not None and self._have != promise.size:
            raise Unavailable(f"{self._shown}: expected {promise.size} bytes, found {self._have}; {ADVICE}")
        if promise.sha256 and (found := sha256_of_file(self._path)) != promise.sha256:
            self._promise = None  # which of its bytes are wrong nobody knows: nothing to go on from
            raise Unavailable(
                f"{self._shown}: expected the sha256 {promise.sha256} that its server told, found {found}; "
                f"{ADVICE}"
            )
