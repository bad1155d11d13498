"""How RunPod says no: the sentences are the service's own, since clients tell cases apart by them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

JSON = {"Content-Type": "application/json"}
NO_CAPACITY = (
    "There are no longer any instances available with the requested specifications. "
    "Please refresh and try again."
)
NO_FREE_GPUS = "There are not enough free GPUs on the host machine to start this pod."
NO_TOKEN = "missing bearer token"  # noqa: S105 - what is said, not a token
WRONG_TOKEN = "invalid bearer token"  # noqa: S105 - the same
DENIED = "access denied"
NOT_FOUND = "resource not found"
NO_POD = "pod not found"
INVALID = "Request validation failed."
NO_BALANCE = "insufficient balance"
NO_SPOT = "Spot pods are no longer offered"


@dataclass(frozen=True)
class Reply:
    """What is answered, and how badly the answer travels.

    Attributes:
        status: HTTP status.
        body: The bytes, whole.
        headers: By name.
        wait_s: Seconds, by the clock of the cloud, until it is sent.
        hang_up: The connection ends without a word.
        cut_at: Bytes of the body after which the connection ends.
        follow: For a stream, the id of the pod whose log goes on.
        source: Of that log, the only source that is asked for.
        told: Number of the line after which the log goes on.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    wait_s: float = 0.0
    hang_up: bool = False
    cut_at: int | None = None
    follow: str = ""
    source: str = ""
    told: int = 0


class Refusal(Exception):
    """A request that is answered with a problem."""

    def __init__(
        self, status: int, detail: str, errors: tuple[str, ...] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})

    def reply(self) -> Reply:
        """Return it as the service words it (RFC 9457)."""
        title = HTTPStatus(self.status).phrase
        said: dict[str, object] = {"title": title, "status": self.status, "detail": self.detail}
        if self.errors:
            said["errors"] = list(self.errors)
        headers = {"Content-Type": "application/problem+json", **self.headers}
        return Reply(self.status, json.dumps(said).encode(), headers)


def found(value: object, status: int = 200) -> Reply:
    """Return an answer in JSON."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return Reply(status, body, JSON)


def html(status: int) -> Reply:
    """Return what a proxy says in front of a service that is not there."""
    title = f"{status} {HTTPStatus(status).phrase}"
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Reply(status, page.encode(), {"Content-Type": "text/html"})
