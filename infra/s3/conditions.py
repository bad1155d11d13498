"""Which conditions a store keeps: by asking for what it must refuse, for many ignore them in silence."""

import hashlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from infra.s3.bucket import Bucket
from infra.s3.errors import ConditionFailed
from media.errors import BadInput, MediaError
from media.store import Missing
from media.store.keys import checked

logger = logging.getLogger(__name__)

NOBODYS = '"00000000000000000000000000000000"'
"""An etag that no object has."""


@dataclass(frozen=True)
class Conditions:
    """What a store was seen to refuse.

    Attributes:
        put: A put with If-None-Match on a taken key, and one with If-Match on another etag.
        complete: The end of an upload by parts with If-None-Match on a taken key.
        delete: A delete with If-Match on another etag.
    """

    put: bool
    complete: bool
    delete: bool


class ProbedBucket:
    """A bucket that is asked once, and not before it matters, which conditions it keeps."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self._kept: Conditions | None = None
        self._probing = threading.Lock()

    def kept(self) -> Conditions:
        """Return which conditions the bucket keeps. Raises `BadInput` if it may not be written."""
        with self._probing:
            if self._kept is None:
                self._kept = probe(self.bucket)
            return self._kept

    def must_keep(self, *, by_parts: bool) -> None:
        """Raise `BadInput` unless the bucket keeps the conditions of puts, or of uploads by parts."""
        kept = self.kept()
        if not (kept.complete if by_parts else kept.put):
            raise BadInput(
                f"bucket {self.bucket.name}: expected an S3 that keeps If-None-Match and If-Match, found "
                "that it ignores them, so it may hold sources but no results; "
                "use one that has conditional writes"
            )

    def delete_if(self, key: str, etag: str) -> bool:
        """Remove an object only while its etag is `etag`; returns whether it was.

        Where S3 cannot delete by condition, who replaces the object between our look and our delete loses it.
        """
        if not self.kept().delete:
            if self._etag(key) != etag:
                return False
            self.bucket.delete(key)
            return True
        try:
            self.bucket.delete(key, IfMatch=etag)
        except ConditionFailed as refusal:
            return not refusal.first and self._etag(key) is None  # our own lost reply, if it is gone
        return True

    def _etag(self, key: str) -> str | None:
        try:
            return self.bucket.head(key).etag
        except Missing:
            return None


def probe(bucket: Bucket) -> Conditions:
    """Return which conditions the store behind `bucket` keeps, tried on an object made for it.

    Raises:
        BadInput: The bucket may not be written.
    """
    digest = hashlib.sha256(uuid4().bytes).hexdigest()
    key = checked(f"probes/{digest[:2]}/{digest}/probe")
    place = bucket.place(key)
    put = bucket.client.put_object
    with bucket.taking(key):
        bucket.call(bucket.uri(key), lambda: put(**place, Body=b"probe"))
    try:
        return Conditions(
            put=_refuses(bucket, key, lambda: put(**place, Body=b"again", IfNoneMatch="*"))
            and _refuses(bucket, key, lambda: put(**place, Body=b"again", IfMatch=NOBODYS)),
            complete=_refuses_to_complete(bucket, key),
            delete=_refuses(bucket, key, lambda: bucket.client.delete_object(**place, IfMatch=NOBODYS)),
        )
    finally:
        try:
            bucket.call(bucket.uri(key), lambda: bucket.client.delete_object(**place))
        except MediaError as error:
            logger.warning("%s: an object of 5 bytes stays behind: %s", bucket.uri(key), error)


def _refuses(bucket: Bucket, key: str, call: Callable[[], object]) -> bool:
    """Return whether the condition of `call` was found to be false."""
    try:
        bucket.call(bucket.uri(key), call)
    except ConditionFailed:
        return True
    except BadInput:  # the store does not know the condition, and says so
        return False
    return False


def _refuses_to_complete(bucket: Bucket, key: str) -> bool:
    place = bucket.place(key)
    client = bucket.client
    upload = bucket.call(bucket.uri(key), lambda: client.create_multipart_upload(**place))
    same = {**place, "UploadId": upload["UploadId"]}
    try:
        part = bucket.call(bucket.uri(key), lambda: client.upload_part(**same, PartNumber=1, Body=b"part"))
        parts: Any = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        return _refuses(
            bucket,
            key,
            lambda: client.complete_multipart_upload(**same, MultipartUpload=parts, IfNoneMatch="*"),
        )
    finally:
        try:
            bucket.call(bucket.uri(key), lambda: client.abort_multipart_upload(**same))
        except MediaError as error:
            logger.debug("%s: nothing to abort: %s", bucket.uri(key), error)
