"""What jobs may name as their source on this machine: files, the public web, and objects on S3."""

import os
from pathlib import Path

from blocks.bucket import Bucket
from blocks.settings import Settings, absolute, bucket_of, reached_by, read_settings
from blocks.stores import block
from media.access import Access
from media.errors import BadInput
from media.redact import shown


def open_access() -> Access:
    """Return what jobs may name as their source here."""
    sources = read_settings().sources
    named = tuple(absolute(Path(folder)) for folder in sources.split(os.pathsep) if folder)
    # A variable that is set and names nothing opens nothing.
    return Access(
        local=named if sources else None, fetchers={"s3": _fetch_from_s3}, versions={"s3": _version_on_s3}
    )


def _fetch_from_s3(address: str, path: Path) -> None:
    """Copy an object, by the account of the store if that is on S3, else by boto3's own."""
    settings = read_settings()
    _require_open(address, settings.buckets)
    _account(settings).fetch(address, path)


def _version_on_s3(address: str) -> str:
    """Return what changes when an object does, for the same callers."""
    settings = read_settings()
    _require_open(address, settings.buckets)
    return _account(settings).version(address)


def _require_open(address: str, buckets: str) -> None:
    """Refuse an object that lies elsewhere than in one of the buckets, unless none are named."""
    places = [f"{place.strip().strip('/')}/" for place in buckets.split(",") if place.strip()]
    bucket_and_key = address.partition("://")[2]
    # To S3 dots are part of a name, but a proxy before it may take them for a way up.
    climbs = {".", ".."} & set(bucket_and_key.split("/"))
    if buckets and (climbs or not bucket_and_key.startswith(tuple(places))):
        raise BadInput(
            f"{shown(address)}: expected an object in a bucket that is open to you, found one elsewhere; "
            "upload the file"
        )


def _account(settings: Settings) -> Bucket:
    if settings.store_is_an_address:
        return bucket_of(settings)
    of_block = block(name).as_bucket() if (name := settings.store_block) else None
    return of_block or reached_by(settings, bucket="any")
