"""An object on its way out of a bucket: checked; a file by ranges, under another name until all is there."""

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

from botocore.exceptions import ClientError

from infra.s3.bucket import Bucket
from infra.s3.errors import ConditionFailed, GarbledTransfer, code_of
from infra.s3.head import Head, sha256_in
from infra.s3.window import in_order
from media.store.disk import on_disk
from media.store.protocol import StoredWrong

RANGE = 8 * 1024 * 1024
WORKERS = 4
TRIES = 3


def download(bucket: Bucket, key: str, path: Path) -> None:
    """Copy an object into the file `path`, which is there whole or not at all.

    Raises:
        Missing: There is no such object.
        StoredWrong: Its bytes are not of the digest that its writer gave, or keep changing.
    """
    wrong = f"found that it kept changing while it was read {TRIES} times; try again when nobody writes it"
    for _ in range(TRIES):
        head = bucket.head(key)
        with _renamed(path) as incoming:
            try:
                digest = _written(bucket, key, head, incoming)
            except ConditionFailed:  # another was put in its place meanwhile
                continue
            if head.sha256 in {None, digest}:
                incoming.replace(path)
                return
            wrong = f"found others than of its sha256 {head.sha256} {TRIES} times; store it again"
    raise StoredWrong(f"{bucket.uri(key)}: expected the bytes that were stored, {wrong}")


def whole(bucket: Bucket, key: str) -> bytes:
    """Return an object's bytes. Raises `GarbledTransfer` if they are not of its writer's digest."""
    reply = bucket.client.get_object(**bucket.place(key))
    data = reply["Body"].read()
    said = sha256_in(reply["Metadata"])
    if said and hashlib.sha256(data).hexdigest() != said:
        raise GarbledTransfer
    return data


def part(bucket: Bucket, key: str, wanted: str) -> bytes:
    """Return a range of an object, such as `bytes=3-6`; nothing if it begins past the end."""
    try:
        return bucket.client.get_object(**bucket.place(key), Range=wanted)["Body"].read()
    except ClientError as error:
        if code_of(error) == "InvalidRange":
            return b""
        raise


@contextmanager
def _renamed(path: Path) -> Iterator[Path]:
    """Provide a name beside `path`; what still has it at the end is removed."""
    incoming = path.with_name(f".{path.name}.{uuid4().hex}")
    with on_disk(path.name):
        try:
            yield incoming
        finally:
            incoming.unlink(missing_ok=True)


def _written(bucket: Bucket, key: str, head: Head, path: Path) -> str:
    """Write the object that `head` is of; returns the SHA-256 of what was written."""
    digest = hashlib.sha256()
    starts = range(0, head.size, RANGE)

    def read(start: int) -> bytes:
        return _range(bucket, key, head, start)

    alone = len(starts) < 2  # noqa: PLR2004 - no threads for one range
    pieces = (read(start) for start in starts) if alone else in_order(read, starts, WORKERS)
    with closing(pieces), path.open("wb") as file:
        for piece in pieces:
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()


def _range(bucket: Bucket, key: str, head: Head, start: int) -> bytes:
    """Return one range of the very object that `head` is of. Raises `ConditionFailed` if it was replaced."""
    end = min(start + RANGE, head.size)

    def read() -> bytes:
        reply = bucket.client.get_object(
            **bucket.place(key), Range=f"bytes={start}-{end - 1}", IfMatch=head.etag
        )
        data = reply["Body"].read()
        if len(data) != end - start:
            raise GarbledTransfer
        return data

    return bucket.call(bucket.uri(key), read)
