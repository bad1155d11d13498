"""Bytes that a glTF holds in its own text, as `data:` URIs (RFC 2397)."""

import base64
import binascii

from media.errors import BadInput
from media.reference import shown

SCHEME, BASE64 = "data:", ";base64"


def embedded(uri: str, name: str) -> bytes:
    """Return the bytes that a `data:` URI holds; only the base64 form, as glTF asks.

    Raises:
        BadInput: It is of another form or damaged.
    """
    head, comma, body = uri.partition(",")
    if not comma or not head.endswith(BASE64):
        raise BadInput(f"{name}: expected embedded data as base64, found {shown(head)}; export it again")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInput(f"{name}: expected embedded data as base64, found damage; export it again") from error
