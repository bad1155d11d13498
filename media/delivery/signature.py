"""Signatures of webhooks, by the scheme of Standard Webhooks (standardwebhooks.com), version 1."""

import base64
import binascii
import hashlib
import hmac

from pydantic import SecretStr

from media.errors import BadInput

PREFIX = "whsec_"
SHORTEST_SECRET = 24
"""In bytes, as the scheme asks for."""


def signed_headers(message: str, at: int, body: bytes, key: bytes) -> dict[str, str]:
    """Return the headers by which a receiver knows that a body is ours, and how old.

    Args:
        message: Its name, the same however often it is sent.
        at: Seconds since 1970.
        body: As it is sent.
        key: From `key_of`.
    """
    signed = f"{message}.{at}.".encode() + body
    signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode("ascii")
    return {
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{signature}",
    }


def key_of(secret: SecretStr | None) -> bytes:
    """Return the key in a secret: after `whsec_` it is in base64, else the text itself.

    Raises:
        BadInput: There is none, or it is too short; the sentence does not say it.
    """
    said = secret.get_secret_value().strip() if secret else ""
    if not said:
        raise BadInput(
            "RENDERMILL_WEBHOOK_SECRET: expected a secret to sign webhooks by, found none; set it on the "
            "machine that runs the job (docs/webhooks.md), or ask for no webhook"
        )
    try:
        key = (
            base64.b64decode(said.removeprefix(PREFIX), validate=True)
            if said.startswith(PREFIX)
            else said.encode()
        )
    except (binascii.Error, ValueError):
        raise BadInput(
            f"RENDERMILL_WEBHOOK_SECRET: expected base64 after {PREFIX}, found something else; make a new one"
        ) from None
    if len(key) < SHORTEST_SECRET:
        raise BadInput(
            f"RENDERMILL_WEBHOOK_SECRET: expected at least {SHORTEST_SECRET} bytes, found {len(key)}; "
            "make a longer one"
        )
    return key
