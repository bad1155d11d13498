"""A large file on its way into a bucket: begun, sent by parts, made one object, or taken back."""

import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from infra.s3.bucket import Bucket
from infra.s3.errors import ConditionFailed, status_of
from infra.s3.parts import Parts, digest_of_digests
from media.errors import MediaError, Unavailable
from media.faults import fault_point
from media.store import AlreadyExists, Missing

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

logger = logging.getLogger(__name__)

CONFLICT = 409


@dataclass(frozen=True)
class Uploaded:
    """What S3 says it made of the parts; `checksum` is None where it does not say."""

    size: int
    etag: str
    checksum: str | None
    expected: str


class _Conflict(Exception):
    """Somebody else was at the key while the parts were put together; S3 wants all of them anew."""


@dataclass(frozen=True)
class Upload:
    """One file to be stored under one key."""

    bucket: Bucket
    key: str
    path: Path
    sha256: str
    write_once: bool

    def sent(self) -> Uploaded:
        """Send the file; whatever happens to us short of a kill, no part of a failed upload stays behind.

        Raises:
            AlreadyExists: The key was taken, and other bytes are under it.
            StoredWrong: The file's bytes are not of the digest promised.
        """
        failed = 0
        while True:
            try:
                return self._sent_once()
            except _Conflict:
                failed += 1
            wait = self.bucket.retry.wait_before(failed)
            if wait is None:
                raise Unavailable(
                    f"{self.bucket.uri(self.key)}: others kept writing it while it was uploaded"
                )
            time.sleep(wait)

    def _sent_once(self) -> Uploaded:
        created = self.bucket.call(
            self.bucket.uri(self.key),
            lambda: self.bucket.client.create_multipart_upload(
                **self.bucket.place(self.key),
                ChecksumAlgorithm="SHA256",
                Metadata={"sha256": self.sha256},
            ),
        )
        try:
            parts = Parts(self.bucket, self.key, created["UploadId"]).sent(self.path, self.sha256)
            fault_point("upload.before_complete")
            return self._completed(created["UploadId"], parts)
        except BaseException:
            self._abort(created["UploadId"])
            raise

    def _completed(self, upload_id: str, parts: "list[CompletedPartTypeDef]") -> Uploaded:
        """Make the parts one object; a reply that was lost is told from a refusal by what is stored then."""
        expected = digest_of_digests(parts)

        def complete() -> str:
            condition: dict[str, Any] = {"IfNoneMatch": "*"} if self.write_once else {}
            try:
                reply = self.bucket.client.complete_multipart_upload(
                    **self.bucket.place(self.key),
                    UploadId=upload_id,
                    MultipartUpload={"Parts": parts},
                    **condition,
                )
            except ClientError as error:
                if status_of(error) == CONFLICT:
                    raise _Conflict from None
                raise
            return reply["ETag"]

        etag = None
        try:
            etag = self.bucket.call(self.bucket.uri(self.key), complete)
        except ConditionFailed as refusal:
            if refusal.first or not self.bucket.holds(self.key, self.sha256):
                raise AlreadyExists(f"{self.key} is already stored, and is written only once") from None
            self._abort(upload_id)  # which is open still if not we but an equal wrote it
        except Missing:  # the upload is gone: completed by an attempt whose reply was lost, or aborted
            if not self.bucket.holds(self.key, self.sha256):
                raise Unavailable(
                    f"{self.bucket.uri(self.key)}: the upload was ended by somebody else"
                ) from None
        head = self.bucket.head(self.key)
        return Uploaded(head.size, etag or head.etag, head.checksum, expected)

    def _abort(self, upload_id: str) -> None:
        """Remove the parts; what prevents that is logged, for the failure before it matters more."""
        uri = self.bucket.uri(self.key)
        try:
            self.bucket.call(
                uri,
                lambda: self.bucket.client.abort_multipart_upload(
                    **self.bucket.place(self.key), UploadId=upload_id
                ),
            )
        except Missing:
            return
        except (MediaError, ConditionFailed) as error:
            logger.warning("%s: an unfinished upload stays behind and is billed: %s", uri, error)
