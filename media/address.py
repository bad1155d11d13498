"""Addresses as people read them, and which of them anybody may read."""

import re
from urllib.parse import unquote, urlsplit

PUBLIC = (
    r"^(?![\x00-\x20]*[A-Za-z][A-Za-z0-9+.-]*://)|^[\x00-\x20]*[A-Za-z][A-Za-z0-9+.-]*://[^/?#@]*(/[^?#]*)?$"
)
"""A path, or an address without user, query and fragment; Python, JavaScript and JSON schema agree on it."""

_PARTS = re.compile(r"[\x00-\x20]*([A-Za-z][A-Za-z0-9+.-]*://)(?:[^/?#]*@)?([^?#]*)")


def readable(uri: str) -> str:
    """Return a `file://` URI as the path that people expect, any other as it is."""
    parts = urlsplit(uri)
    return unquote(parts.path) if parts.scheme == "file" else uri


def is_public(address: str) -> bool:
    """Tell whether an address has none of the parts that may be a secret: user, password, query, fragment."""
    return re.search(PUBLIC, address) is not None


def public_part(address: str) -> str:
    """Return an address without the parts that may be a secret; a path as it is."""
    match = _PARTS.match(address)
    return "".join(match.groups()) if match else address
