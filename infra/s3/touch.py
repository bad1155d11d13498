"""An object copied onto itself, which is how S3 lets one say that it is still in use."""

from typing import Any

from infra.s3.bucket import Bucket
from infra.s3.errors import ConditionFailed
from media.store import Missing


def touch(bucket: Bucket, key: str) -> bool:
    """Have S3 date an object from now; returns whether it is there.

    S3 copies an object onto itself only if it is told to replace what is said of it, so that is said again:
    type, our digest, class of storage. Its etag stays, unless it came by parts.

    Raises:
        MediaError: S3's refusal.
    """
    place = bucket.place(key)
    what = bucket.uri(key)
    try:
        found = bucket.call(what, lambda: bucket.client.head_object(**place))
        said: dict[str, Any] = {"StorageClass": found["StorageClass"]} if "StorageClass" in found else {}
        bucket.call(
            what,
            lambda: bucket.client.copy_object(
                **place,
                CopySource={"Bucket": bucket.name, "Key": bucket.path(key)},
                CopySourceIfMatch=found["ETag"],
                MetadataDirective="REPLACE",
                Metadata=found["Metadata"],
                ContentType=found.get("ContentType", "binary/octet-stream"),
                ChecksumAlgorithm="SHA256",
                **said,
            ),
        )
    except Missing:
        return False
    except ConditionFailed:  # somebody has just written it, which dates it too
        return True
    return True
