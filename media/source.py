"""Bring a source into the store under its digest; what it is, its content decides."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from media.access import Access
from media.asset import Asset, Sha256
from media.intake import (
    Arrived,
    NotStored,
    expect_a_size_that_is_taken,
    is_local,
    name_at,
    stored_address,
    stored_source,
    taken_in,
)
from media.kind import LARGEST_SOURCE, Kind, kind_of_file
from media.siblings import gathered
from media.store import ObjectStore
from media.workspace import workspace

__all__ = [
    "LARGEST_SOURCE",
    "NotStored",
    "Source",
    "download_model",
    "is_local",
    "name_at",
    "staged_address",
    "stored",
]

MEDIA_TYPES = {
    Kind.STEP: "model/step",
    Kind.STEP_GZ: "application/gzip",
    Kind.IGES: "model/iges",
    Kind.STL: "model/stl",
    Kind.OBJ: "model/obj",
    Kind.PLY: "application/x-ply",
    Kind.GLB: "model/gltf-binary",
    Kind.GLTF: "model/gltf+json",
    Kind.USDA: "model/vnd.usda",
    Kind.USDC: "application/octet-stream",
    Kind.USDZ: "model/vnd.usdz+zip",
    Kind.ZIP: "application/zip",
    Kind.BLEND: "application/x-blender",
}


class Built(BaseModel):
    """How a source came to be that was built here.

    Attributes:
        digest: Of what it was built from: a manifest that has it keeps the scene from being built anew.
        asked: The job that asked for it, as it was asked.
    """

    model_config = ConfigDict(frozen=True)

    digest: Sha256
    asked: dict[str, object]


class Source(BaseModel):
    """A stored source file."""

    model_config = ConfigDict(frozen=True)

    asset: Asset
    name: str = Field(description="The file's own name, for messages and for naming outputs.")
    kind: Kind = Field(description="What its content is.")
    found: bool = Field(default=False, description="Whether the store had its bytes already.")
    built: Built | None = Field(default=None, description="How it came to be, if it was built here.")


def download_model(address: str, store: ObjectStore, access: Access | None = None) -> Source:
    """Store the file at a path or `https://` address under its sha256.

    An address of the form `store:<sha256>/<name>`, see `staged_address`, names a file that is stored already.

    Args:
        address: Where the file is.
        store: Where it goes.
        access: What the caller may name; if None, any file of this machine and the public web.

    Raises:
        BadInput: There is no such file, its address is of another kind, it is too large or of no known kind.
        Unavailable: The server did not answer, or answered that it cannot now; or a disk did.
        StoredWrong: The file changed while it was read.
    """
    return taken_in(address, store, access, lambda arrived: keep_model(arrived, store))


def keep_model(arrived: Arrived, store: ObjectStore) -> Source:
    """Store a file that is on this machine as a source, with those beside it that it refers to.

    Raises:
        BadInput: It is too large or of no known kind.
        NotStored: The store, not the source, is out of reach.
    """
    if not arrived.local:
        return stored(arrived.path, arrived.name, store)
    with workspace() as folder:
        return stored(gathered(arrived.path, folder, arrived.name), arrived.name, store)


def staged_address(source: Source) -> str:
    """Return an address under which `download_model` finds a stored source again."""
    return stored_address(source.asset, source.name)


def stored(path: Path, name: str, store: ObjectStore) -> Source:
    """Store a file of this machine under its sha256, as a source of this name, unless it is stored.

    Raises:
        BadInput: It is too large or of no known kind.
        NotStored: The store, not the source, is out of reach.
    """
    expect_a_size_that_is_taken(path, name)
    kind = kind_of_file(path, name)
    asset, found = stored_source(path, name, MEDIA_TYPES[kind], store)
    return Source(asset=asset, name=name, kind=kind, found=found)
