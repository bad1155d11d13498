"""Addresses as people read them."""

from urllib.parse import unquote, urlsplit


def readable(uri: str) -> str:
    """Return a `file://` URI as the path that people expect, any other as it is."""
    parts = urlsplit(uri)
    return unquote(parts.path) if parts.scheme == "file" else uri
