"""Text as it may be shown: addresses without what opens them.

A presigned link is a key to somebody's file, and so is a password before an @. Neither has a place in a
message, a log line or a manifest, which outlive the link and are read by others than its owner.
"""

import re

HIDDEN = "…"
# An address ends at a blank, whatever else is in it: better to lose a quotation mark than to keep a token.
# A slash too few, or none, is a slip that must not show a password either. Of a scheme's length, what is
# matched is bounded, as that of parameters, or a line of a hundred thousand letters would take a minute.
ADDRESS = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]{0,30}:/+|(?:https?|s3|ftps?|wss?):|//)(?P<rest>\S+)", re.IGNORECASE
)
# What ends the part that may be shown; a query that was encoded once too often is one all the same.
END = re.compile(r"[?#\"'<>\\`|]|%3f", re.IGNORECASE)
HOST = re.compile(r"(?:[\w.-]*|\[[0-9a-f:.]+\])(?::\d{1,5})?", re.IGNORECASE)
PUNCTUATION = re.compile(r"[:,;.)\]}'\"]\Z")
HEADER = re.compile(r"\b((?:proxy-)?authorization|(?:set-)?cookie)(['\"]?\s*[:=,])[^\r\n]*", re.IGNORECASE)
PARAMETER = re.compile(
    r"\b(x-(?:amz|goog)-[\w-]{1,60}|awsaccesskeyid|signature|sig|(?:access_?|auth_?)?token|api[_-]?key|password)"
    r"(\s*=\s*)[^\s&]+",
    re.IGNORECASE,
)
BLANK = re.compile(r"\s")


def redacted(text: str) -> str:
    """Return `text` with every address in it bare of user, password, query and fragment.

    Headers and parameters that carry credentials lose their values outside of addresses too. Where it cannot
    be told what of an address is a password, more is hidden rather than less. Never raises.
    """
    text = HEADER.sub(rf"\1\2 {HIDDEN}", text)
    text = ADDRESS.sub(lambda found: found["scheme"] + _bare(found["rest"]), text)
    return PARAMETER.sub(rf"\1\2{HIDDEN}", text)


def shown(address: str) -> str:
    """Return an address as it may be shown, where all of the text is known to be one, blanks included."""
    text = BLANK.sub("%20", address.strip())
    return redacted(text if ADDRESS.match(text) else _bare(text))


def _bare(rest: str) -> str:
    """Return what may be shown of an address after its scheme."""
    end = END.search(rest)
    bare = rest[: end.start()] if end else rest
    mark = PUNCTUATION.search(rest) if end else None
    after = mark[0] if mark else ""
    authority, slash, path = bare.partition("/")
    host = authority.rpartition("@")[2]
    # A slash or a question mark in a password that was not encoded, or an @ elsewhere: who could tell?
    if "@" in path and "@" not in rest[len(bare) :]:
        return f"{HIDDEN}/{path.rpartition('@')[2]}{after}"
    if "@" in rest[len(bare) :] or not HOST.fullmatch(host):
        return f"{HIDDEN}{after}"
    return f"{host}{slash}{path}{after}"
