"""A bucket on S3: what may be said of it, and the store that it opens."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, SecretStr, StringConstraints

from media.store import ObjectStore

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BucketName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
Prefix = Annotated[
    str,
    StringConstraints(
        pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*)?$",
        max_length=512,  # of the 1,024 bytes of a key; ours take up to 141
    ),
]
Endpoint = Annotated[str, StringConstraints(pattern=r"^(https?://[^/?#@\s]+(/[^?#\s]*)?)?$", max_length=512)]
Region = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]*$", max_length=64)]


class Bucket(BaseModel):
    """A bucket and the account to reach it with; what is empty, boto3 looks up where it always does."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    bucket: BucketName
    prefix: Prefix = ""
    endpoint_url: Endpoint = ""
    region: Region = ""
    access_key_id: str = ""
    secret_access_key: SecretStr | None = None
    path_style: bool | None = None

    def open(self) -> ObjectStore:
        """Return the store; the same one, with its connections, each time that a process asks."""
        return _opened(self)

    def fetch(self, address: str, path: Path) -> None:
        """Copy an object at `s3://bucket/key`, of any bucket that this account may read, to a path."""
        from infra.s3.sources import fetch_object  # noqa: PLC0415 - see _client

        fetch_object(_client(self), address, path)

    def version(self, address: str) -> str:
        """Return what changes when the object at `s3://bucket/key` does."""
        from infra.s3.sources import version_of_object  # noqa: PLC0415 - see _client

        return version_of_object(_client(self), address)


@cache
def _opened(bucket: Bucket) -> ObjectStore:
    from infra.s3.store import S3Store  # noqa: PLC0415 - see _client

    store: ObjectStore = S3Store(bucket.bucket, bucket.prefix, _client(bucket))
    return store


@cache
def _client(bucket: Bucket) -> "S3Client":
    from infra.s3.account import S3Account, make_client  # noqa: PLC0415 - boto3 takes long to import, and a
    # folder needs none of it

    secret = bucket.secret_access_key
    account = S3Account(
        endpoint_url=bucket.endpoint_url or None,
        region=bucket.region or None,
        access_key_id=bucket.access_key_id or None,
        secret_access_key=secret.get_secret_value() if secret else None,
        path_style=bucket.path_style,
    )
    return make_client(account)
