"""Stored files with an identity: what stages hand to each other instead of bytes."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from media.digest import sha256_of_file
from media.store import ObjectStore
from media.store.protocol import Damaged, StoredWrong

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Asset(BaseModel):
    """A stored file: where it lies and what its bytes are."""

    model_config = ConfigDict(frozen=True)

    uri: str = Field(description="Where the bytes lie, as the store names it.")
    sha256: Sha256 = Field(description="Digest of the bytes.")
    size: int = Field(ge=0, description="Length in bytes.")
    media_type: str = Field(description="Kind of content, such as image/png.")
    key: str = Field(description="The object's key in its store.")


def fetch_asset(asset: Asset, store: ObjectStore, path: Path) -> None:
    """Copy a stored file to `path` and see that it is that file, as `fetch_exactly` does."""
    fetch_exactly(asset.key, asset.sha256, store, path)


def fetch_exactly(key: str, sha256: str, store: ObjectStore, path: Path) -> None:
    """Copy an object to `path` and compare what lies there with the digest in its name.

    What was damaged on its way comes whole the second time. An object that is wrong twice is withdrawn: its
    key is made of its digest, so it can never be right again, and whoever needs it makes or brings it anew.

    Raises:
        Missing: The store has no such object.
        Damaged: The object's bytes are not those of this sha256; nothing lies at `path`.
    """
    if _fetched(key, store, path) == sha256:
        return
    wrong = store.stat(key)
    if (found := _fetched(key, store, path)) == sha256:
        return
    path.unlink(missing_ok=True)
    if wrong:
        store.delete_if(key, wrong.etag)
    raise Damaged(
        f"{key}: expected bytes of sha256 {sha256}, found {found}; "
        "the object was withdrawn, so run the job again"
    )


def _fetched(key: str, store: ObjectStore, path: Path) -> str:
    """Copy an object to `path`; returns its digest, or words if the store finds it wrong."""
    try:
        store.fetch(key, path)
    except StoredWrong:
        return "others than the store was given"
    return sha256_of_file(path)
