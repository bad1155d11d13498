"""Bytes and files on their way into a bucket, and the look that says whether they arrived."""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from infra.s3.conditions import ProbedBucket
from infra.s3.errors import ConditionFailed
from infra.s3.head import checksum_in, in_base64
from infra.s3.upload import Upload, Uploaded
from media.digest import sha256_of_file
from media.errors import MediaError
from media.store import AlreadyExists, Missing, Stat
from media.store.disk import disk_failure
from media.store.protocol import StoredWrong

logger = logging.getLogger(__name__)

BY_PARTS_ABOVE = 16 * 1024 * 1024
"""Files up to here are read into memory and sent by one request."""


def put(
    probed: ProbedBucket, key: str, source: bytes | Path, *, write_once: bool, sha256: str | None
) -> Stat:
    """Store bytes or a file, as the store's protocol has it.

    Raises:
        AlreadyExists: With `write_once`, the key is taken.
        Missing: There is no such file.
        StoredWrong: Other bytes were read, or are stored, than promised.
    """
    probed.bucket.path(key)
    if write_once:
        probed.must_keep(by_parts=False)
    with _reading(key):
        if isinstance(source, Path) and source.stat().st_size > BY_PARTS_ABOVE:
            return _put_by_parts(probed, key, source, sha256 or sha256_of_file(source), write_once=write_once)
        data = source if isinstance(source, bytes) else source.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if sha256 not in {None, digest}:
        raise StoredWrong(
            f"{key}: expected to store bytes of sha256 {sha256}, found {digest}; did they change?"
        )
    try:
        return put_bytes(probed, key, data, digest, **({"IfNoneMatch": "*"} if write_once else {}))
    except ConditionFailed:
        raise AlreadyExists(f"{key} is already stored, and is written only once") from None


def put_bytes(probed: ProbedBucket, key: str, data: bytes, digest: str, **condition: Any) -> Stat:  # noqa: ANN401 - IfMatch or IfNoneMatch
    """Store `data` of SHA-256 `digest`, under S3's conditions IfMatch or IfNoneMatch.

    Raises:
        ConditionFailed: The object is not as the condition asks, and that is not the work of an attempt of
            ours whose reply was lost.
        StoredWrong: S3 made something else of the bytes; it is removed again.
    """
    bucket, checksum = probed.bucket, in_base64(digest)
    try:
        with bucket.taking(key):
            reply = bucket.call(
                bucket.uri(key),
                lambda: bucket.client.put_object(
                    **bucket.place(key),
                    Body=data,
                    ChecksumAlgorithm="SHA256",
                    ChecksumSHA256=checksum,
                    Metadata={"sha256": digest},
                    **condition,
                ),
                if_match="IfMatch" in condition,
            )
    except ConditionFailed as refusal:
        head = None if refusal.first else bucket.holds(key, digest)
        if head is None:
            raise
        return _verified(probed, Uploaded(head.stat(key), head.checksum, checksum), digest)
    done = Uploaded(Stat(key, len(data), reply["ETag"]), checksum_in(reply), checksum)
    return _verified(probed, done, digest)


def _put_by_parts(probed: ProbedBucket, key: str, path: Path, digest: str, *, write_once: bool) -> Stat:
    if write_once:
        probed.must_keep(by_parts=True)
        with suppress(Missing):
            probed.bucket.head(key)  # S3 would say so too, but only after all of it was sent
            raise AlreadyExists(f"{key} is already stored, and is written only once")
    return _verified(probed, Upload(probed.bucket, key, path, digest, write_once).sent(), digest)


def _verified(probed: ProbedBucket, done: Uploaded, digest: str) -> Stat:
    """Return what is stored if S3 computed the checksum expected, or else gives back bytes of that digest."""
    bucket, stat, said = probed.bucket, done.stat, done.checksum
    if said is None:
        head = bucket.head(stat.key)
        if head.etag.strip('"') != stat.etag.strip(
            '"'
        ):  # replaced since, so what S3 says now is of another's bytes
            return stat
        said = head.checksum
    if said in {done.expected, in_base64(digest)} or bucket.digest_of(stat.key) == digest:
        return stat
    try:
        probed.delete_if(stat.key, stat.etag)
    except MediaError as error:
        logger.warning("%s: wrong bytes stay behind: %s", bucket.uri(stat.key), error)
    raise StoredWrong(f"{bucket.uri(stat.key)}: expected stored bytes of sha256 {digest}, found others")


@contextmanager
def _reading(key: str) -> Iterator[None]:
    """Say the local disk's refusals in our own errors."""
    try:
        yield
    except FileNotFoundError as error:
        raise Missing(f"{key}: expected a file to store, found none") from error
    except OSError as error:
        raise disk_failure(error, f"{key}: the file to store") from error
