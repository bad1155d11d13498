"""Addresses as people read them, and which of them anybody may read."""

import re
from urllib.parse import unquote, urlsplit

# What is no visible sign of ASCII does not hide a scheme: blanks of every kind are cut off by who reads it.
_BEFORE = r"[^!-~]*"
# A slash too many, too few or none is a slip that must not show a password either; see media/redact.py.
_SCHEME = (
    r"(?:[A-Za-z][A-Za-z0-9+.-]*:/+(?!/)"
    r"|(?:[Hh][Tt][Tt][Pp][Ss]?|[Ss]3|[Ff][Tt][Pp][Ss]?|[Ww][Ss][Ss]?):(?!/)"
    r"|//+(?!/))"
)

PUBLIC = rf"^(?!{_BEFORE}{_SCHEME})|^{_BEFORE}{_SCHEME}[^/?#@]*(/[^?#]*)?$"
"""A path, or an address without user, query and fragment; Python, JavaScript and JSON schema agree on it."""

WEBHOOK = r"^$|^https://[^/?#@\s\\]+(/[^?#\s\\]*)?$"
"""Nothing, or an https address without user, query and fragment."""

_PARTS = re.compile(rf"{_BEFORE}({_SCHEME})(?:[^/?#]*@)?([^?#]*)")


def readable(uri: str) -> str:
    """Return a `file://` URI as the path that people expect, any other as it is."""
    parts = urlsplit(uri)
    return unquote(parts.path) if parts.scheme == "file" else uri


def is_public(address: str) -> bool:
    """Tell whether an address has none of the parts that may be a secret: user, password, query, fragment."""
    return re.search(PUBLIC, address) is not None


def expect_public(address: str) -> str:
    """Return an address that everybody may see; for validators of what people send.

    Raises:
        ValueError: It may hold a secret.
    """
    if not is_public(address):
        raise ValueError(
            "expected an address without user name, query and fragment, since a job is shown to many; "
            "bring the file into the store with `make put FILE=ADDRESS` and give the address that prints"
        )
    return address


def expect_webhook(address: str) -> str:
    """Return an address that a webhook may have, or nothing; for validators of what people send.

    Raises:
        ValueError: It is of another kind, or may hold a secret.
    """
    if not re.fullmatch(WEBHOOK, address):
        raise ValueError(
            "expected an https:// address without user name, query and fragment, as jobs are shown to many "
            "and its webhook is signed; put what tells your jobs apart into the path or into `reference`"
        )
    return address


def public_part(address: str) -> str:
    """Return an address without the parts that may be a secret; a path as it is."""
    match = _PARTS.match(address)
    return "".join(match.groups()) if match else address
