"""Tell a stranger's server that a job has ended: one signed POST to a public address, no redirects."""

import time
from contextlib import suppress

import httpcore
import httpx
from pydantic import SecretStr

from media.delivery.message import Message
from media.delivery.signature import key_of, signed_headers
from media.download import Web
from media.download.answer import SERVER_ERRORS, TRY_LATER
from media.download.exchange import HTTPS_PORT, REDIRECTS, Caller, parse
from media.download.limits import Patience
from media.download.quiet import quiet
from media.errors import BadInput, Unavailable
from media.redact import shown

TAKEN = range(200, 300)
FAILURES: dict[type[Exception], str] = {
    httpcore.ConnectError: "no connection",
    httpcore.ReadError: "the connection cut",
    httpcore.WriteError: "the connection cut",
}


def expect_webhook(address: str, secret: SecretStr | None, web: Web) -> None:
    """Refuse a webhook that could never be told of anything, before any work is done.

    Raises:
        BadInput: There is no secret to sign by, or the address is not on the public internet.
    """
    key_of(secret)
    url = parse(address)
    with suppress(Unavailable):  # whose resolver may answer by the time that there is something to tell
        web.guard.addresses_of(url.raw_host.decode("ascii"), url.port or HTTPS_PORT, shown(address))


def tell(message: Message, address: str, secret: SecretStr | None, web: Web) -> None:
    """Post a message to a webhook, once.

    What it answers beyond its status is not read, and where it redirects to is not called.

    Args:
        message: What is told.
        address: Whom.
        secret: That the message is signed by.
        web: Whom we may call, and how patiently.

    Raises:
        BadInput: It must not be called, or does not take the message.
        Unavailable: It did not answer, or answered that it cannot now.
    """
    url, name, body = parse(address), shown(address), message.model_dump_json().encode()
    headers = {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "User-Agent": "rendermill",
        **signed_headers(message.id, int(time.time()), body, key_of(secret)),
    }
    trust = web.trust or httpx.create_ssl_context(trust_env=False)
    caller = Caller(web, trust, Patience(web.limits, name), name)
    try:
        with quiet(), caller.tell(url, headers, body) as answer:
            status = answer.status
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        found = FAILURES.get(type(error), "something that is no HTTP")
        raise Unavailable(f"{name}: expected the webhook to take a message, found {found}") from error
    _require_taken(status, name)


def _require_taken(status: int, name: str) -> None:
    if status in TAKEN:
        return
    if status in TRY_LATER or status >= SERVER_ERRORS:
        raise Unavailable(f"{name}: expected the webhook to take a message, found HTTP {status}")
    if status in REDIRECTS:
        raise BadInput(
            f"{name}: expected the webhook to take a message, found a redirect, which is not followed; "
            "give the address that it leads to"
        )
    raise BadInput(
        f"{name}: expected the webhook to take a message, found HTTP {status}; check its address and secret"
    )
