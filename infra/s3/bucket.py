"""A bucket, seen from one prefix of it: calls that are tried again, and what lies under a key."""

import hashlib
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from infra.s3.errors import ConditionFailed, GarbledTransfer, failure_of, is_condition
from infra.s3.head import Head, checksum_in, in_seconds, sha256_in
from media.errors import BadInput, Retry
from media.store import Missing
from media.store.keys import checked

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

logger = logging.getLogger(__name__)

T = TypeVar("T")
PATIENCE = Retry(times=4, wait_s=0.25, jitter=1.0)
"""For hiccups; whoever called us waits longer for what is really down."""
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""As `blocks.bucket.BucketName` has it; what is not of these signs may be a secret in the wrong place."""
PREFIX = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
BOTO_ERRORS = (BotoCoreError, ClientError, GarbledTransfer, HTTPError, ResponseParserError)
LONGEST_PREFIX = 800
"""S3's keys have at most 1024 bytes; ours need less than 200 of them."""
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Bucket:
    """Where a store's objects lie, and how patiently it is asked."""

    name: str
    prefix: str
    client: "S3Client" = field(repr=False)
    retry: Retry = PATIENCE

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise BadInput(
                "S3 bucket: expected a name of 3 to 63 small letters, digits, '.' and '-', found another; "
                "correct it"
            )
        if self.prefix and (len(self.prefix) > LONGEST_PREFIX or not PREFIX.fullmatch(self.prefix)):
            raise BadInput(
                f"prefix in bucket {self.name}: expected words of letters, digits, '.', '_' and '-' with "
                f"slashes between, at most {LONGEST_PREFIX} characters, found {self.prefix[:80]!r}"
            )

    @property
    def root(self) -> str:
        """What all keys of the store begin with in S3."""
        return f"{self.prefix}/" if self.prefix else ""

    def path(self, key: str) -> str:
        """Return the key under which S3 knows the object."""
        return self.root + checked(key)

    def place(self, key: str) -> dict[str, Any]:
        """Return what every call about an object begins with."""
        return {"Bucket": self.name, "Key": self.path(key)}

    def uri(self, key: str) -> str:
        """Return the object's address."""
        return f"s3://{self.name}/{self.path(key)}"

    def call(self, what: str, function: Callable[[], T], *, if_match: bool = False) -> T:
        """Return what `function` does, tried again while S3 is busy, silent, or garbles bytes.

        With `if_match`, an object that is not there fails the condition too.

        Raises:
            ConditionFailed: The object is not as the call's condition asks.
            MediaError: S3's refusal, about `what`.
        """
        failed = 0
        while True:
            try:
                return function()
            except BOTO_ERRORS as error:
                if isinstance(error, ClientError) and is_condition(error, absent=if_match):
                    raise ConditionFailed(first=failed == 0) from None
                failure = failure_of(error, what)
            # Out of the handler, so that no error of ours drags botocore's along.
            failed += 1
            wait = self.retry.wait_before(failed) if failure.again else None
            if wait is None:
                raise failure.error
            logger.info("%s; trying again in %.1f s", failure.error, wait)
            time.sleep(wait)

    @contextmanager
    def taking(self, key: str) -> Iterator[None]:
        """Say of a put what a 404 means there, where no object is missing."""
        try:
            yield
        except Missing:
            raise BadInput(
                f"{self.uri(key)}: expected an S3 that takes objects there, it answered 404; "
                "correct endpoint and bucket in the store's block"
            ) from None

    def head(self, key: str) -> Head:
        """Return what S3 says of an object. Raises `Missing`."""
        found = self.call(
            self.uri(key),
            lambda: self.client.head_object(**self.place(key), ChecksumMode="ENABLED"),
        )
        return Head(
            size=found["ContentLength"],
            etag=found["ETag"],
            sha256=sha256_in(found["Metadata"]),
            checksum=checksum_in(found),
            modified=in_seconds(found["LastModified"]),
        )

    def delete(self, key: str, **condition: Any) -> None:  # noqa: ANN401 - S3's IfMatch, whose stubs overload
        """Remove an object; fine if there is none. Raises `ConditionFailed` only if given one."""
        self.call(
            self.uri(key),
            lambda: self.client.delete_object(**self.place(key), **condition),
            if_match=bool(condition),
        )

    def digest_of(self, key: str) -> str:
        """Return the SHA-256 of the bytes that S3 gives for an object, in hexadecimal."""

        def read() -> str:
            digest = hashlib.sha256()
            body = self.client.get_object(**self.place(key))["Body"]
            while chunk := body.read(CHUNK):
                digest.update(chunk)
            return digest.hexdigest()

        return self.call(self.uri(key), read)

    def holds(self, key: str, sha256: str) -> Head | None:
        """Return what S3 says of an object if there is one whose bytes have this digest."""
        try:
            head = self.head(key)
        except Missing:
            return None
        found = head.sha256 or self.digest_of(key)
        return head if found == sha256 else None
