"""A server's answer, and what in its header shows that it is no file for us."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpcore
import httpx

from media.errors import BadInput, Unavailable
from media.kind import BOM

OK, PARTIAL, NOT_MODIFIED, RANGE_NOT_SATISFIABLE = 200, 206, 304, 416
TRY_LATER = {408, 425, 429}
SERVER_ERRORS = 500
WANTS_A_LOGIN = {401, 403}
ADVICE = "try again later, or give the file itself"
WEB_PAGES = {"text/html", "application/xhtml+xml"}


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
        return self.media_type in WEB_PAGES and beginning.removeprefix(BOM).lstrip().startswith(b"<")


def refuse_what_is_no_file(answer: Answer, shown: str) -> None:
    """Refuse an answer by its status and its encoding.

    Raises:
        BadInput: It is no file as it is.
        Unavailable: The server cannot answer now.
    """
    status = answer.status
    if status in TRY_LATER or status >= SERVER_ERRORS:
        raise Unavailable(f"{shown}: expected a file, found that the server answered {status}; {ADVICE}")
    if status not in {OK, PARTIAL, RANGE_NOT_SATISFIABLE}:
        hint = "the link may have expired or need a login" if status in WANTS_A_LOGIN else "check the address"
        raise BadInput(f"{shown}: expected a file, found HTTP {status}; {hint}")
    encoding = answer.headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity"}:
        raise BadInput(
            f"{shown}: expected the file as it is, found it packed as {encoding[:40]!r}; have its server "
            "send it without Content-Encoding"
        )
