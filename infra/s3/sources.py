"""Objects that others put into buckets, as sources: `s3://bucket/key`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from infra.s3.bucket import NAME, Bucket
from infra.s3.download import download
from media.errors import BadInput
from media.redact import shown
from media.source import LARGEST_SOURCE
from media.store import Missing

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


class _AnyKeys(Bucket):
    """A bucket whose keys are not of our making."""

    def path(self, key: str) -> str:
        """Return the key as it is."""
        return key

    def uri(self, key: str) -> str:
        """Return the object's address as it may be shown: people put secrets into keys that they type."""
        return shown(super().uri(key))


def fetch_object(client: "S3Client", address: str, path: Path) -> None:
    """Copy the object at `s3://bucket/key` into the file `path`, there whole or not at all.

    Raises:
        BadInput: It is not there, may not be read, or is larger than a source may be.
        Unavailable: S3 did not answer.
    """
    bucket, key = _object_at(client, address)
    with _expected(address):
        size = bucket.head(key).size
        if size > LARGEST_SOURCE:
            raise BadInput(f"{shown(address)}: expected at most {LARGEST_SOURCE} bytes, found {size}")
        download(bucket, key, path)


def version_of_object(client: "S3Client", address: str) -> str:
    """Return what changes when the bytes at `s3://bucket/key` do, for one request.

    Raises:
        BadInput: It is not there, or may not be read.
        Unavailable: S3 did not answer.
    """
    bucket, key = _object_at(client, address)
    with _expected(address):
        head = bucket.head(key)
    return f"{head.etag} {head.size}"


def _object_at(client: "S3Client", address: str) -> tuple[Bucket, str]:
    name, _, key = address.partition("://")[2].partition("/")
    if not NAME.fullmatch(name) or not key:
        lacking = "key" if NAME.fullmatch(name) else "bucket's name of small letters, digits, '.' and '-'"
        raise BadInput(f"{shown(address)}: expected s3://bucket/key, found no {lacking} in it; correct it")
    return _AnyKeys(name, "", client), key


@contextmanager
def _expected(address: str) -> Iterator[None]:
    try:
        yield
    except Missing:
        raise BadInput(f"{shown(address)}: expected an object, found none; check its address") from None
