"""A server's answer, and what in its header shows that it is no file for us."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

import httpcore
import httpx

from media.download.limits import Limits
from media.errors import BadInput, Unavailable

OK, PARTIAL, RANGE_NOT_SATISFIABLE = 200, 206, 416
TRY_LATER = {408, 425, 429}
SERVER_ERRORS = 500
WANTS_A_LOGIN = {401, 403}
WEB_PAGES = {"text/html", "application/xhtml+xml"}
SAYS_NOTHING = {"", "application/octet-stream", "binary/octet-stream", "text/plain"}


@dataclass(frozen=True)
class Answer:
    """What a server answered; the body is read from `response`."""

    status: int
    headers: httpx.Headers
    response: httpcore.Response

    @property
    def media_type(self) -> str:
        """The declared media type without its parameters, or nothing."""
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()

    def chunks(self) -> Iterator[bytes]:
        """Yield the body as it comes."""
        return self.response.iter_stream()

    def is_web_page(self, beginning: bytes) -> bool:
        """Tell whether this is HTML and says so; a server that calls every file HTML is forgiven."""
        return self.media_type in WEB_PAGES and beginning.lstrip().startswith(b"<")


def refuse_what_is_no_file(answer: Answer, limits: Limits, shown: str) -> None:
    """Refuse an answer by its status, its encoding and its declared type.

    Raises:
        BadInput: It is no file, or not of the types that are allowed.
        Unavailable: The server cannot answer now.
    """
    status = answer.status
    if status in TRY_LATER or status >= SERVER_ERRORS:
        raise Unavailable(
            f"{shown}: expected a file, found that the server answered {status}; it is tried again"
        )
    if status not in {OK, PARTIAL, RANGE_NOT_SATISFIABLE}:
        hint = "the link may have expired or need a login" if status in WANTS_A_LOGIN else "check the address"
        raise BadInput(f"{shown}: expected a file, found HTTP {status}; {hint}")
    encoding = answer.headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity"}:
        raise BadInput(
            f"{shown}: expected the file as it is, found it packed as {encoding[:40]!r}; have its server "
            "send it without Content-Encoding"
        )
    if not _is_wanted(answer.media_type, limits.types):
        raise BadInput(
            f"{shown}: expected {' or '.join(limits.types)}, found {answer.media_type[:80]!r}; "
            "check the address"
        )


def _is_wanted(declared: str, types: tuple[str, ...]) -> bool:
    """Tell whether a declared type is one of `types`; HTML is left to be told by its content."""
    if not types or declared in SAYS_NOTHING or declared in WEB_PAGES:
        return True
    return any(fnmatchcase(declared, wanted) for wanted in types)
