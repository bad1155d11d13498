"""What S3 says of an object, and digests as its headers have them."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from media.store import Stat

SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Head:
    """What S3 says of an object.

    Attributes:
        size: Length in bytes.
        etag: As S3 gives it, quotes included.
        sha256: What its writer said it is, in 64 hexadecimal digits; None of objects that others put.
        checksum: What S3 itself computed, in base64; of several parts, of their digests.
        modified: When it was last written, as `in_seconds` has it.
    """

    size: int
    etag: str
    sha256: str | None
    checksum: str | None
    modified: datetime

    def stat(self, key: str) -> Stat:
        """Return it as the store's protocol has it."""
        return Stat(key, self.size, self.etag, self.modified)


def sha256_in(metadata: Mapping[str, str]) -> str | None:
    """Return the digest that an object's writer gave; what others call so in another form says nothing."""
    said = metadata.get("sha256", "")
    return said if SHA256.fullmatch(said) else None


def checksum_in(reply: Mapping[str, Any]) -> str | None:
    """Return the SHA-256 that S3 says it computed, if it says one."""
    # Of parts it ends in their number at Amazon; not every S3 says that.
    return str(reply.get("ChecksumSHA256", "")).partition("-")[0] or None


def in_seconds(modified: datetime) -> datetime:
    """Return a time of S3's to the second: some lists are finer than what a look at one object says."""
    return modified.astimezone(UTC).replace(microsecond=0)


def in_base64(sha256: str) -> str:
    """Return a digest in hexadecimal as S3's headers have it."""
    return base64.b64encode(bytes.fromhex(sha256)).decode()
