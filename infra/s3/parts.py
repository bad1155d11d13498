"""The parts of a large file, a few on their way at once, each with its SHA-256."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from infra.s3.bucket import Bucket
from infra.s3.errors import GarbledTransfer
from infra.s3.window import in_order
from media.errors import Unavailable
from media.store import Missing
from media.store.protocol import StoredWrong

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART = 8 * 1024 * 1024
"""S3 takes no part below 5 MiB but the last."""
MOST_PARTS = 10_000
WORKERS = 4


@dataclass(frozen=True)
class SentParts:
    """What S3 has of a file by now."""

    parts: "list[CompletedPartTypeDef]"
    size: int

    @property
    def checksum(self) -> str:
        """What S3 gives to an object of these parts, without their number: the digest of their digests."""
        digests = b"".join(base64.b64decode(part["ChecksumSHA256"]) for part in self.parts)
        return base64.b64encode(hashlib.sha256(digests).digest()).decode()


@dataclass(frozen=True)
class Parts:
    """One upload under one key, to which parts are sent."""

    bucket: Bucket
    key: str
    upload_id: str

    def sent(self, path: Path, sha256: str) -> SentParts:
        """Send a file, of which a few parts are in memory at a time.

        Raises:
            StoredWrong: The file's bytes are not of the digest `sha256`.
        """
        whole = hashlib.sha256()
        sizes: list[int] = []

        def read() -> Iterator[tuple[int, bytes]]:
            size = max(PART, -(-path.stat().st_size // MOST_PARTS))
            with path.open("rb") as file:
                for number in count(1):
                    if not (data := file.read(size)):
                        return
                    whole.update(data)
                    sizes.append(len(data))
                    yield number, data

        parts = list(in_order(lambda part: self._sent(*part), read(), WORKERS))
        if whole.hexdigest() != sha256:
            raise StoredWrong(
                f"{self.key}: expected to store bytes of sha256 {sha256}, found {whole.hexdigest()}; "
                "did they change?"
            )
        return SentParts(parts, sum(sizes))

    def _sent(self, number: int, data: bytes) -> "CompletedPartTypeDef":
        checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()

        def send() -> str:
            reply = self.bucket.client.upload_part(
                **self.bucket.place(self.key),
                UploadId=self.upload_id,
                PartNumber=number,
                Body=data,
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=checksum,
            )
            if reply.get("ChecksumSHA256", checksum) != checksum:
                raise GarbledTransfer
            return reply["ETag"]

        try:
            etag = self.bucket.call(self.bucket.uri(self.key), send)
        except Missing:
            raise ended_by_others(self.bucket.uri(self.key)) from None
        return {"PartNumber": number, "ETag": etag, "ChecksumSHA256": checksum}


def ended_by_others(uri: str) -> Unavailable:
    """Return what is said of an upload that is gone, and not by us."""
    return Unavailable(f"{uri}: the upload was ended by somebody else; it has to begin anew")
