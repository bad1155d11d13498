"""An object store in an S3 bucket: SHA-256 on every put, write-once by condition, links for anybody."""

import hashlib
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from infra.s3.bucket import PATIENCE, Bucket, Head, in_base64
from infra.s3.conditions import Conditions, probe
from infra.s3.disposition import attachment
from infra.s3.download import download
from infra.s3.errors import ConditionFailed, Damaged, code_of
from infra.s3.upload import Upload
from media.digest import sha256_of_file
from media.errors import BadInput, Retry, Unavailable
from media.store.keys import KEY
from media.store.protocol import AlreadyExists, Capabilities, Missing, Stat, StoredWrong

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

logger = logging.getLogger(__name__)

BY_PARTS_ABOVE = 16 * 1024 * 1024
"""Files up to here are read into memory and sent by one request."""
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
        self._conditions: Conditions | None = None
        self._probing = threading.Lock()

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
            return self._bucket.call(self.uri(key), lambda: self._whole(key))
        end = "" if length is None else start + length - 1
        return self._bucket.call(self.uri(key), lambda: self._part(key, f"bytes={start}-{end}"))

    def fetch(self, key: str, path: Path) -> None:
        """Copy an object into the file `path`, there whole or not at all. Raises `Missing`."""
        download(self._bucket, key, path)

    def put(
        self, key: str, source: bytes | Path, *, write_once: bool = False, sha256: str | None = None
    ) -> Stat:
        """Store bytes or a file, durably. With `write_once`, raises `AlreadyExists` if the key is taken.

        With `sha256`, raises `StoredWrong` if those are not the bytes that were read.
        """
        self._bucket.path(key)
        if write_once:
            self._must_keep_conditions(by_parts=False)
        with _reading(key):
            if isinstance(source, Path) and source.stat().st_size > BY_PARTS_ABOVE:
                return self._put_by_parts(
                    key, source, sha256 or sha256_of_file(source), write_once=write_once
                )
            data = source if isinstance(source, bytes) else source.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if sha256 not in {None, digest}:
            raise StoredWrong(
                f"{key}: expected to store bytes of sha256 {sha256}, found {digest}; did they change?"
            )
        try:
            return self._put(key, data, digest, **({"IfNoneMatch": "*"} if write_once else {}))
        except ConditionFailed:
            raise AlreadyExists(f"{key} is already stored, and is written only once") from None

    def stat(self, key: str) -> Stat | None:
        """Return what is known of an object, or None if there is none."""
        try:
            return _stat(key, self._bucket.head(key))
        except Missing:
            return None

    def list(self, prefix: str) -> Iterator[Stat]:
        """Yield the objects whose keys begin with `prefix`, in the order of their keys."""
        found: dict[str, Stat] = {}
        more: dict[str, Any] = {"Prefix": self._bucket.root + prefix}
        while more:
            page = self._bucket.call(
                f"s3://{self._bucket.name}/{self._bucket.root}",
                lambda: self._client.list_objects_v2(Bucket=self._bucket.name, **more),  # noqa: B023 - called here
            )
            for entry in page.get("Contents", ()):
                key = entry["Key"].removeprefix(self._bucket.root)
                if KEY.fullmatch(key):
                    found[key] = Stat(key, entry["Size"], entry["ETag"])
            token = page.get("NextContinuationToken")
            more = {**more, "ContinuationToken": token} if page["IsTruncated"] and token else {}
        yield from (found[key] for key in sorted(found))  # not every S3 lists in order

    def delete(self, key: str) -> None:
        """Remove an object; fine if there is none."""
        self._delete(key)

    def replace_if(self, key: str, data: bytes, etag: str) -> Stat | None:
        """Replace an object only while its etag is `etag`; returns None if it is not."""
        self._must_keep_conditions(by_parts=False)
        try:
            return self._put(key, data, hashlib.sha256(data).hexdigest(), IfMatch=etag)
        except ConditionFailed:
            return None

    def delete_if(self, key: str, etag: str) -> bool:
        """Remove an object only while its etag is `etag`; returns whether it was.

        Where S3 cannot delete by condition, who replaces the object between our look and our delete loses it.
        """
        if not self._kept_conditions().delete:
            stat = self.stat(key)
            if stat is None or stat.etag != etag:
                return False
            self._delete(key)
            return True
        try:
            self._delete(key, IfMatch=etag)
        except ConditionFailed as refusal:
            return not refusal.first and self.stat(key) is None  # our own lost reply, if it is gone
        return True

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
        return Capabilities(conditional_put=self._kept_conditions().put, presign=True)

    def uri(self, key: str) -> str:
        """Return the object's address as an `s3://` URI."""
        return self._bucket.uri(key)

    def _put_by_parts(self, key: str, path: Path, digest: str, *, write_once: bool) -> Stat:
        if write_once:
            self._must_keep_conditions(by_parts=True)
            if self.stat(key):  # S3 would say so too, but only after all of it was sent
                raise AlreadyExists(f"{key} is already stored, and is written only once")
        done = Upload(self._bucket, key, path, digest, write_once).sent()
        return self._verified(Stat(key, done.size, done.etag), done.checksum, done.expected, digest)

    def _put(self, key: str, data: bytes, digest: str, **condition: str) -> Stat:
        """Send bytes in one request. Raises `ConditionFailed`, unless our own lost attempt met it."""
        checksum = in_base64(digest)
        terms: dict[str, Any] = {
            **self._bucket.place(key),
            "Body": data,
            "ChecksumAlgorithm": "SHA256",
            "ChecksumSHA256": checksum,
            "Metadata": {"sha256": digest},
            **condition,
        }
        try:
            reply = self._bucket.call(
                self.uri(key), lambda: self._client.put_object(**terms), conditional=bool(condition)
            )
        except ConditionFailed as refusal:
            head = None if refusal.first else self._bucket.holds(key, digest)
            if head is None:
                raise
            return self._verified(_stat(key, head), head.checksum, checksum, digest)
        said = reply.get("ChecksumSHA256") or self._bucket.head(key).checksum
        return self._verified(Stat(key, len(data), reply["ETag"]), said, checksum, digest)

    def _verified(self, stat: Stat, said: str | None, expected: str, digest: str) -> Stat:
        """Return `stat` if S3 computed the checksum expected, or else gives back the bytes of that digest."""
        if said in {expected, in_base64(digest)} or self._bucket.digest_of(stat.key) == digest:
            return stat
        self.delete_if(stat.key, stat.etag)
        raise StoredWrong(f"{self.uri(stat.key)}: expected stored bytes of sha256 {digest}, found others")

    def _whole(self, key: str) -> bytes:
        reply = self._client.get_object(**self._bucket.place(key))
        data = reply["Body"].read()
        said = reply["Metadata"].get("sha256")
        if said and hashlib.sha256(data).hexdigest() != said:
            raise Damaged
        return data

    def _part(self, key: str, wanted: str) -> bytes:
        try:
            reply = self._client.get_object(**self._bucket.place(key), Range=wanted)
        except ClientError as error:
            if code_of(error) == "InvalidRange":  # it begins past the end
                return b""
            raise
        return reply["Body"].read()

    def _delete(self, key: str, **condition: str) -> None:
        terms: dict[str, Any] = {**self._bucket.place(key), **condition}
        self._bucket.call(
            self.uri(key), lambda: self._client.delete_object(**terms), conditional=bool(condition)
        )

    def _kept_conditions(self) -> Conditions:
        with self._probing:
            if self._conditions is None:
                self._conditions = probe(self._bucket)
            return self._conditions

    def _must_keep_conditions(self, *, by_parts: bool) -> None:
        kept = self._kept_conditions()
        if not (kept.complete if by_parts else kept.put):
            raise BadInput(
                f"bucket {self._bucket.name}: expected an S3 that keeps If-None-Match and If-Match, found "
                "that it ignores them, so it may hold sources but no results; "
                "use one that has conditional writes"
            )


def _stat(key: str, head: Head) -> Stat:
    return Stat(key, head.size, head.etag)


@contextmanager
def _reading(key: str) -> Iterator[None]:
    """Say the local disk's refusals in our own errors."""
    try:
        yield
    except FileNotFoundError as error:
        raise Missing(f"{key}: expected a file to store, found none") from error
    except OSError as error:
        raise Unavailable(f"{key}: the file to store could not be read: {error.strerror}") from error
