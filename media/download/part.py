"""What is there of a file so far, and whether an answer goes on where it stops."""

import base64
import binascii
import re
from dataclasses import dataclass

import httpx

from media.download.version import STRONG, sure_date, version_in

CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\*)")
SHA256 = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]+):")
SHA256_BYTES = 32


@dataclass(frozen=True)
class Promise:
    """What a server said of a file when it began to send it.

    Attributes:
        size: Its length in bytes, if told.
        sha256: Of all of it, if told.
        validator: What names this version of it, for `If-Range`; empty if nothing that is sure does.
        etag: Its ETag, if any.
        version: What tells this version of it from others, for a later download; empty likewise.
    """

    size: int | None
    sha256: str | None
    validator: str
    etag: str
    version: str

    def request_for_rest(self, have: int) -> dict[str, str]:
        """Return the headers that ask for what follows the first `have` bytes of the same version."""
        return {"Range": f"bytes={have}-", "If-Range": self.validator}

    def is_kept_by(self, headers: httpx.Headers, have: int) -> bool:
        """Tell whether a 206 answer goes on after the first `have` bytes of this very version."""
        found = CONTENT_RANGE.fullmatch(headers.get("content-range", ""))
        return (
            found is not None
            and int(found[1]) == have
            and (self.size is None or found[2] in {"*", str(self.size)})
            and headers.get("etag", self.etag) == self.etag
        )


def promise_in(headers: httpx.Headers) -> Promise:
    """Return what the headers of a 200 answer promise."""
    length = headers.get("content-length", "")
    etag = headers.get("etag", "")
    strong = etag if STRONG.fullmatch(etag) else ""
    return Promise(
        size=int(length) if re.fullmatch(r"[0-9]{1,18}", length) else None,
        sha256=_sha256_in(headers),
        validator=strong or ("" if etag else sure_date(headers)),
        etag=etag,
        version=version_in(headers),
    )


def _sha256_in(headers: httpx.Headers) -> str | None:
    """Return the digest that a server sends along (RFC 9530, or S3's checksum of a whole object)."""
    for name in ("repr-digest", "content-digest"):
        if found := SHA256.search(headers.get(name, "")):
            return _hexadecimal(found[1])
    return _hexadecimal(headers.get("x-amz-checksum-sha256", ""))


def _hexadecimal(encoded: str) -> str | None:
    """Return a digest as hexadecimal; None for what is none, such as S3's digest of digests."""
    try:
        digest = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest.hex() if len(digest) == SHA256_BYTES else None
