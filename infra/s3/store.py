"""An object store in an S3 bucket: SHA-256 on every put, write-once by condition, links for anybody."""

import hashlib
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from infra.s3.bucket import PATIENCE, Bucket
from infra.s3.conditions import ProbedBucket
from infra.s3.disposition import attachment
from infra.s3.download import download, part, whole
from infra.s3.errors import ConditionFailed
from infra.s3.listing import pages, unfinished
from infra.s3.put import put, put_bytes
from infra.s3.touch import touch
from media.errors import BadInput, MediaError, Retry
from media.store.keys import KEY
from media.store.protocol import Capabilities, Leftover, Missing, Stat

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

logger = logging.getLogger(__name__)

LONGEST_LINK_S = 7 * 24 * 3600
"""What Signature Version 4 allows."""


class S3Store:
    """The store protocol on one prefix of one bucket; any number of processes and threads may share it.

    Of several parts at most five of 8 MiB are in memory. Uploads that a killed process leaves unfinished are
    invisible but billed: give the bucket a lifecycle rule that aborts them after a day.
    """

    def __init__(self, bucket: str, prefix: str, client: "S3Client", *, retry: Retry = PATIENCE) -> None:
        self._bucket = Bucket(bucket, prefix.strip("/"), client, retry)
        self._client = client
        self._probed = ProbedBucket(self._bucket)
        self._touches = True

    def __repr__(self) -> str:
        return f"S3Store({self._bucket.name!r}, {self._bucket.prefix!r})"

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Return the bytes from `start`, at most `length` of them. Raises `Missing`.

        All of an object is compared to its digest; of a range, S3 gives none.
        """
        if length == 0:
            self._bucket.head(key)
            return b""
        if start == 0 and length is None:
            return self._bucket.call(self.uri(key), lambda: whole(self._bucket, key))
        end = "" if length is None else start + length - 1
        return self._bucket.call(self.uri(key), lambda: part(self._bucket, key, f"bytes={start}-{end}"))

    def fetch(self, key: str, path: Path) -> None:
        """Copy an object into the file `path`, there whole or not at all. Raises `Missing`."""
        download(self._bucket, key, path)

    def put(
        self, key: str, source: bytes | Path, *, write_once: bool = False, sha256: str | None = None
    ) -> Stat:
        """Store bytes or a file, durably. With `write_once`, raises `AlreadyExists` if the key is taken.

        With `sha256`, raises `StoredWrong` if those are not the bytes that were read.
        """
        return put(self._probed, key, source, write_once=write_once, sha256=sha256)

    def stat(self, key: str) -> Stat | None:
        """Return what is known of an object, or None if there is none."""
        try:
            return self._bucket.head(key).stat(key)
        except Missing:
            return None

    def list(self, prefix: str) -> Iterator[Stat]:
        """Yield the objects whose keys begin with `prefix`, in the order of their keys."""
        every = (stat for page in pages(self._bucket, prefix) for stat in page)
        found = {stat.key: stat for stat in every if KEY.fullmatch(stat.key)}
        yield from (found[key] for key in sorted(found))  # not every S3 lists in order

    def scan(self) -> Iterator[Stat]:
        """Yield all that lies under the store's prefix, a page of a thousand in memory at a time."""
        for page in pages(self._bucket, ""):
            yield from page

    def touch(self, key: str) -> bool:
        """Copy an object onto itself; returns whether it is there, as far as S3 lets us see."""
        try:
            return touch(self._bucket, key)
        except MediaError as error:
            if self._touches:
                logger.warning("what jobs reuse cannot be touched, so prune-store may take it: %s", error)
            self._touches = False
            return True

    def leftovers(self, before: datetime, *, remove: bool) -> Iterator[Leftover]:
        """Yield the uploads by parts that began before then and never ended, and abort them if asked."""
        try:
            yield from unfinished(self._bucket, before, remove=remove)
        except BadInput as error:
            logger.warning("uploads that nobody finished cannot be looked for: %s", error)

    def delete(self, key: str) -> None:
        """Remove an object; fine if there is none."""
        self._bucket.delete(key)

    def replace_if(self, key: str, data: bytes, etag: str) -> Stat | None:
        """Replace an object only while its etag is `etag`; returns None if it is not."""
        self._probed.must_keep(by_parts=False)
        try:
            return put_bytes(self._probed, key, data, hashlib.sha256(data).hexdigest(), IfMatch=etag)
        except ConditionFailed:
            return None

    def delete_if(self, key: str, etag: str) -> bool:
        """Remove an object only while its etag is `etag`; returns whether it was.

        Where S3 cannot delete by condition, who replaces the object between our look and our delete loses it.
        """
        return self._probed.delete_if(key, etag)

    def presign(self, key: str, expires_s: int, download_name: str) -> str:
        """Return a link that anyone may read for `expires_s` seconds, saved as `download_name`.

        A link signed with credentials that expire ends with them.
        """
        if not 1 <= expires_s <= LONGEST_LINK_S:
            raise BadInput(f"{key}: expected a link for 1 to {LONGEST_LINK_S} s, found {expires_s}")
        terms = {
            **self._bucket.place(key),
            "ResponseContentDisposition": attachment(download_name),
        }
        return self._bucket.call(
            self.uri(key),
            lambda: self._client.generate_presigned_url("get_object", Params=terms, ExpiresIn=expires_s),
        )

    def capabilities(self) -> Capabilities:
        """Return what this store can do, probed once by an object of 5 bytes that is removed again."""
        return Capabilities(conditional_put=self._probed.kept().put, presign=True)

    def uri(self, key: str) -> str:
        """Return the object's address as an `s3://` URI."""
        return self._bucket.uri(key)
