"""What lies in a bucket, page by page: objects, and uploads that nobody finished."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from infra.s3.bucket import Bucket
from infra.s3.head import in_seconds
from media.errors import Unavailable
from media.store import Leftover, Stat


def pages(bucket: Bucket, prefix: str) -> Iterator[list[Stat]]:
    """Yield the objects whose keys begin with `prefix`, a thousand by one request, ours and others'."""
    where = f"s3://{bucket.name}/{bucket.root}"
    more: dict[str, Any] = {"Prefix": bucket.root + prefix}
    while more:
        page = bucket.call(
            where,
            lambda: bucket.client.list_objects_v2(Bucket=bucket.name, **more),  # noqa: B023 - called here
        )
        yield [
            Stat(
                entry["Key"].removeprefix(bucket.root),
                entry["Size"],
                entry["ETag"],
                in_seconds(entry["LastModified"]),
            )
            for entry in page.get("Contents", ())
        ]
        token = page.get("NextContinuationToken")
        if page["IsTruncated"] and not token:  # what is missing would count as not there
            raise Unavailable(f"{where}: expected a list with a way to its rest, found it cut short")
        more = {**more, "ContinuationToken": token} if token else {}


def unfinished(bucket: Bucket, before: datetime, *, remove: bool) -> Iterator[Leftover]:
    """Yield the uploads by parts that began before then and never ended, and abort them if asked."""
    where = f"s3://{bucket.name}/{bucket.root}"
    more: dict[str, Any] = {"Prefix": bucket.root}
    while more:
        page = bucket.call(
            where,
            lambda: bucket.client.list_multipart_uploads(Bucket=bucket.name, **more),  # noqa: B023 - called here
        )
        for entry in page.get("Uploads", ()):
            if entry["Initiated"] >= before:
                continue
            place: dict[str, Any] = {
                "Bucket": bucket.name,
                "Key": entry["Key"],
                "UploadId": entry["UploadId"],
            }
            if remove:
                bucket.call(where, lambda: bucket.client.abort_multipart_upload(**place))  # noqa: B023 - the same
            yield Leftover(0, entry["Initiated"].astimezone(UTC))
        more = (
            {
                **more,
                "KeyMarker": page["NextKeyMarker"],
                "UploadIdMarker": page["NextUploadIdMarker"],
            }
            if page.get("IsTruncated")
            else {}
        )
