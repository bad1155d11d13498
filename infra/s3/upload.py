"""A large file on its way into a bucket: begun, sent by parts, made one object, or taken back."""

import logging
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from infra.s3.bucket import Bucket
from infra.s3.errors import ConditionFailed, status_of
from infra.s3.head import checksum_in
from infra.s3.parts import Parts, SentParts, ended_by_others
from media.errors import MediaError, Unavailable
from media.faults import fault_point
from media.store import AlreadyExists, Missing, Stat

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompleteMultipartUploadOutputTypeDef

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Uploaded:
    """What S3 says it made of the parts, and the checksum expected; `checksum` is None where it says none."""

    stat: Stat
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
        conflicts = 0
        while True:
            try:
                return self._sent_once(may_be_done=conflicts > 0)
            except _Conflict:
                conflicts += 1
            wait = self.bucket.retry.wait_before(conflicts)
            if wait is None:
                raise Unavailable(
                    f"{self.bucket.uri(self.key)}: others kept writing it while it was uploaded"
                )
            time.sleep(wait)

    def _sent_once(self, *, may_be_done: bool) -> Uploaded:
        with self.bucket.taking(self.key):
            created = self.bucket.call(
                self.bucket.uri(self.key),
                lambda: self.bucket.client.create_multipart_upload(
                    **self.bucket.place(self.key),
                    ChecksumAlgorithm="SHA256",
                    Metadata={"sha256": self.sha256},
                ),
            )
        try:
            sent = Parts(self.bucket, self.key, created["UploadId"]).sent(self.path, self.sha256)
            fault_point("upload.before_complete")
            return self._completed(created["UploadId"], sent, may_be_done=may_be_done)
        except BaseException:
            self._abort(created["UploadId"])
            raise

    def _completed(self, upload_id: str, sent: SentParts, *, may_be_done: bool) -> Uploaded:
        """Make the parts one object; a reply that was lost is told from a refusal by what is stored then.

        With `may_be_done`, an earlier upload of ours met a conflict, which may have been with its own end.
        """
        uri = self.bucket.uri(self.key)

        def complete() -> "CompleteMultipartUploadOutputTypeDef":
            condition: dict[str, Any] = {"IfNoneMatch": "*"} if self.write_once else {}
            try:
                return self.bucket.client.complete_multipart_upload(
                    **self.bucket.place(self.key),
                    UploadId=upload_id,
                    MultipartUpload={"Parts": sent.parts},
                    **condition,
                )
            except ClientError as error:
                if status_of(error) == HTTPStatus.CONFLICT:
                    raise _Conflict from None
                raise

        try:
            reply = self.bucket.call(uri, complete)
        except ConditionFailed as refusal:
            head = None if refusal.first and not may_be_done else self.bucket.holds(self.key, self.sha256)
            if head is None:
                raise AlreadyExists(f"{self.key} is already stored, and is written only once") from None
            self._abort(upload_id)  # which is open still if not we but an equal wrote it
        except Missing:  # the upload is gone: completed by an attempt whose reply was lost, or aborted
            head = self.bucket.holds(self.key, self.sha256)
            if head is None:
                raise ended_by_others(uri) from None
        else:
            said = checksum_in(reply)
            return Uploaded(Stat(self.key, sent.size, reply["ETag"]), said, sent.checksum)
        return Uploaded(head.stat(self.key), head.checksum, sent.checksum)

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
