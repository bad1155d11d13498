"""Bring a source into the store under its digest; what it is, its content decides."""

import logging
import re
from pathlib import Path, PurePosixPath
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from media.access import Access, Fetch
from media.asset import Asset, Sha256, fetch_exactly
from media.digest import sha256_of_file
from media.download import download
from media.errors import BadInput, Unavailable
from media.faults import fault_point
from media.kind import LARGEST_SOURCE, Kind, kind_of_file
from media.redact import redacted, shown
from media.reference import printable
from media.siblings import gathered
from media.store import ObjectStore
from media.store.disk import disk_failure
from media.store.keys import key_for
from media.store.touch import kept
from media.workspace import workspace

__all__ = ["LARGEST_SOURCE", "Source", "download_model", "is_local", "name_at", "staged_address", "stored"]

logger = logging.getLogger(__name__)

LONGEST_NAME_BYTES = 150  # with what is put before and after it, file systems take 255
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


class NotStored(Unavailable):
    """The store is out of reach, which is no fault of the source's."""


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
    access = access or Access()
    address = address.strip()
    scheme = _scheme_of(address)
    if scheme == "store":
        return _staged(address, store)
    if scheme == "https":
        return _fetched(address, store, lambda address, path: download(address, path, access.web))
    if scheme in {"", "file"}:
        return _read(Path(unquote(urlsplit(address).path) if scheme else address), store, access)
    if fetch := access.fetchers.get(scheme):
        return _fetched(address, store, fetch)
    expected = ", ".join(["a path", *(f"{known}://" for known in access.fetchers), "or an https:// address"])
    raise BadInput(f"{shown(address)}: expected {expected}, found {scheme}://; send it by one of these")


def staged_address(source: Source) -> str:
    """Return an address under which `download_model` finds a stored source again."""
    return f"store:{source.asset.sha256}/{source.name}"


def is_local(address: str) -> bool:
    """Tell whether an address names a file of the machine that reads it."""
    return _scheme_of(address.strip()) in {"", "file"}


def _scheme_of(address: str) -> str:
    """Return how an address begins; a path may hold a colon too."""
    scheme = _parts(address).scheme
    return scheme if scheme == "store" or address.lower().startswith(f"{scheme}://") else ""


def _parts(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        raise BadInput(f"{shown(address)}: expected an address, found it malformed; check it") from None


def _staged(address: str, store: ObjectStore) -> Source:
    digest, _, name = address.removeprefix("store:").partition("/")
    if not re.fullmatch(r"[0-9a-f]{64}", digest) or store.stat(key_for("sources", digest, "source")) is None:
        raise BadInput(
            f"{printable(redacted(address))}: expected a source that is in the store, found none; give its "
            "path or address"
        )
    with workspace() as folder:
        fetch_exactly(key_for("sources", digest, "source"), digest, store, folder / "source")
        return stored(folder / "source", _clean_name(name), store)


def _read(path: Path, store: ObjectStore, access: Access) -> Source:
    real = access.local_file(path)
    try:
        with workspace() as folder:
            name = _clean_name(path.name)
            return stored(gathered(real, folder, name), name, store)
    except PermissionError as error:
        raise BadInput(
            f"{printable(redacted(str(path)))}: expected a file that may be read, found that it may not; "
            "check its rights"
        ) from error
    except OSError as error:
        raise disk_failure(error, printable(redacted(str(path)))) from error


def stored(path: Path, name: str, store: ObjectStore) -> Source:
    """Store a file of this machine under its sha256, as a source of this name, unless it is stored.

    Raises:
        BadInput: It is too large or of no known kind.
        NotStored: The store, not the source, is out of reach.
    """
    size = path.stat().st_size
    if size > LARGEST_SOURCE:
        raise BadInput(f"{name}: expected at most {LARGEST_SOURCE} bytes, found {size}; send a smaller file")
    kind = kind_of_file(path, name)
    digest = sha256_of_file(path)
    key = key_for("sources", digest, "source")
    try:
        stat = store.stat(key)
        found = stat is not None and stat.size == size and kept(stat, store)
        if not found:
            fault_point("source.before_put")
            store.put(key, path, sha256=digest)
            logger.info("stored %s as %s", name, key)
    except Unavailable as error:
        raise NotStored(str(error)) from error
    asset = Asset(uri=store.uri(key), sha256=digest, size=size, media_type=MEDIA_TYPES[kind], key=key)
    return Source(asset=asset, name=name, kind=kind, found=found)


def _fetched(address: str, store: ObjectStore, fetch: Fetch) -> Source:
    with workspace() as folder:
        fetch(address, folder / "download")
        return stored(folder / "download", name_at(address), store)


def name_at(address: str) -> str:
    """Return the name of the file at a URL, for one line of a message and for a file.

    Raises:
        BadInput: It is malformed.
    """
    return _clean_name(unquote(_parts(address).path))


def _clean_name(path: str) -> str:
    """Return the last step of a stranger's path as a name for one line of a message and for a file."""
    name = "".join(letter for letter in PurePosixPath(path).name if letter.isprintable())
    name = name.encode()[:LONGEST_NAME_BYTES].decode(errors="ignore").strip()
    return name if name not in {"", ".", ".."} else "unnamed"
