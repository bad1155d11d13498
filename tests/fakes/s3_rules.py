"""What the strict layer refuses: what Amazon's S3 refuses too, and moto believes."""

import base64
import hashlib
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

LONGEST_KEY = 1024
CHECKSUMS: dict[str, Callable[[bytes], bytes]] = {
    "content-md5": lambda body: hashlib.md5(body, usedforsecurity=False).digest(),
    "x-amz-checksum-crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "x-amz-checksum-sha1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "x-amz-checksum-sha256": lambda body: hashlib.sha256(body).digest(),
}
ABOUT_CHECKSUMS = {"x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type"}
OPERATIONS = {
    ("GET", True): {"": "GetObject", "uploadId": "ListParts"},
    ("GET", False): {"": "ListObjects", "list-type": "ListObjectsV2", "uploads": "ListMultipartUploads"},
    ("HEAD", True): {"": "HeadObject"},
    ("HEAD", False): {"": "HeadBucket"},
    ("PUT", True): {"": "PutObject", "uploadId": "UploadPart"},
    ("PUT", False): {"": "CreateBucket"},
    ("POST", True): {"uploads": "CreateMultipartUpload", "uploadId": "CompleteMultipartUpload"},
    ("DELETE", True): {"": "DeleteObject", "uploadId": "AbortMultipartUpload"},
    ("DELETE", False): {"": "DeleteBucket"},
}


@dataclass(frozen=True)
class Asked:
    """A request, as S3 reads it; `headers` by their names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def by_host(self) -> bool:
        """Whether the bucket stands in the host name."""
        host = self.headers.get("host", "").partition(":")[0]
        return host.endswith(".localhost")

    @property
    def bucket(self) -> str:
        """The bucket asked for."""
        if self.by_host:
            return self.headers["host"].partition(".localhost")[0]
        return unquote(urlsplit(self.target).path).removeprefix("/").partition("/")[0]

    @property
    def key(self) -> str:
        """The key asked for, or nothing."""
        path = unquote(urlsplit(self.target).path).removeprefix("/")
        return path if self.by_host else path.partition("/")[2]

    @property
    def query(self) -> dict[str, list[str]]:
        """What follows the question mark."""
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def operation(self) -> str:
        """S3's name for what is asked, such as PutObject."""
        if self.method == "PUT" and "x-amz-copy-source" in self.headers:
            return "CopyObject"
        kinds = OPERATIONS.get((self.method, bool(self.key)), {})
        named = [name for word, name in kinds.items() if word and word in self.query]
        return next(iter(named), kinds.get("", "Unknown"))

    @property
    def access_key_id(self) -> str | None:
        """Who signed."""
        signed = (
            self.headers.get("authorization", "")
            or f"Credential={self.query.get('X-Amz-Credential', [''])[0]}"
        )
        found = re.search(r"Credential=([^/,]+)/", signed)
        return found[1] if found else None


def refusal(asked: Asked, known: str) -> tuple[int, str] | None:
    """Return the status and code of S3's refusal, or None if the request may pass."""
    if asked.access_key_id is None:
        return 403, "AccessDenied"
    if asked.access_key_id != known:
        return 403, "InvalidAccessKeyId"
    if asked.operation == "Unknown":
        return 501, "NotImplemented"
    if len(asked.key.encode()) > LONGEST_KEY:
        return 400, "KeyTooLongError"
    return _wrong_digest(asked) if asked.method == "PUT" else None


def _wrong_digest(asked: Asked) -> tuple[int, str] | None:
    given = {
        name: value
        for name, value in asked.headers.items()
        if name == "content-md5" or name.startswith("x-amz-checksum-")
    }
    for name, value in given.items():
        if name in ABOUT_CHECKSUMS:
            continue
        if name not in CHECKSUMS:
            return 501, "NotImplemented"  # it cannot be checked here, so it must not be believed
        if base64.b64encode(CHECKSUMS[name](asked.body)).decode() != value:
            return 400, "BadDigest"
    signed = asked.headers.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
    if signed.startswith("STREAMING-"):
        return 501, "NotImplemented"
    if signed != "UNSIGNED-PAYLOAD" and hashlib.sha256(asked.body).hexdigest() != signed:
        return 400, "XAmzContentSHA256Mismatch"
    return None
