"""Bytes on their way into a bucket by one request, and the look that says whether they arrived."""

from contextlib import suppress
from typing import Any

from infra.s3.bucket import Bucket, in_base64
from infra.s3.errors import ConditionFailed
from media.store import Stat
from media.store.protocol import StoredWrong


def put_bytes(bucket: Bucket, key: str, data: bytes, digest: str, **condition: Any) -> Stat:  # noqa: ANN401 - IfMatch or IfNoneMatch
    """Store `data` of SHA-256 `digest`, under S3's conditions IfMatch or IfNoneMatch.

    Raises:
        ConditionFailed: The object is not as the condition asks, and that is not the work of an attempt of
            ours whose reply was lost.
        StoredWrong: S3 made something else of the bytes; it is removed again.
    """
    checksum = in_base64(digest)
    try:
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
            conditional=bool(condition),
        )
    except ConditionFailed as refusal:
        head = None if refusal.first else bucket.holds(key, digest)
        if head is None:
            raise
        return verified(bucket, head.stat(key), head.checksum, checksum, digest)
    said = reply.get("ChecksumSHA256") or bucket.head(key).checksum
    return verified(bucket, Stat(key, len(data), reply["ETag"]), said, checksum, digest)


def verified(bucket: Bucket, stat: Stat, said: str | None, expected: str, digest: str) -> Stat:
    """Return `stat` if S3 computed the checksum expected, or else gives back the bytes of that digest."""
    if said in {expected, in_base64(digest)} or bucket.digest_of(stat.key) == digest:
        return stat
    with suppress(ConditionFailed):
        bucket.delete(stat.key, IfMatch=stat.etag)
    raise StoredWrong(f"{bucket.uri(stat.key)}: expected stored bytes of sha256 {digest}, found others")
