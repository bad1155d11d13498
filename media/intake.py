"""Take in the file at a path or address: where it may lie, and what it is stored as."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

from media.access import Access, Fetch
from media.asset import Asset, fetch_exactly
from media.digest import sha256_of_file
from media.download import download
from media.errors import BadInput, Unavailable
from media.faults import fault_point
from media.kind import LARGEST_SOURCE
from media.redact import redacted, shown
from media.reference import printable
from media.store import ObjectStore
from media.store.disk import disk_failure
from media.store.keys import key_for
from media.store.touch import kept
from media.workspace import workspace

logger = logging.getLogger(__name__)

LONGEST_NAME_BYTES = 150  # with what is put before and after it, file systems take 255

Kept = TypeVar("Kept")


class NotStored(Unavailable):
    """The store is out of reach, which is no fault of the source's."""


@dataclass(frozen=True)
class Arrived:
    """A file that is on this machine.

    Attributes:
        path: Where it lies.
        name: Its own, for messages and for naming outputs.
        local: Whether it lay here before, perhaps among files that it refers to.
    """

    path: Path
    name: str
    local: bool = False


def taken_in(
    address: str, store: ObjectStore, access: Access | None, keep: Callable[[Arrived], Kept]
) -> Kept:
    """Return what `keep` makes of the file at a path or address.

    An address of the form `store:<sha256>/<name>`, see `stored_address`, names a file that is stored already.

    Args:
        address: Where the file is.
        store: Where stored files lie.
        access: What the caller may name; if None, any file of this machine and the public web.
        keep: Stores it as what it is; the file is gone afterwards unless it was here before.

    Raises:
        BadInput: There is no such file, its address is of another kind, or it is too large.
        Unavailable: The server did not answer, or answered that it cannot now; or a disk did.
    """
    access = access or Access()
    address = address.strip()
    scheme = _scheme_of(address)
    if scheme == "store":
        return _staged(address, store, keep)
    if scheme == "https":
        return _fetched(address, lambda address, path: download(address, path, access.web), keep)
    if scheme in {"", "file"}:
        return _read(Path(unquote(urlsplit(address).path) if scheme else address), access, keep)
    if fetch := access.fetchers.get(scheme):
        return _fetched(address, fetch, keep)
    expected = ", ".join(["a path", *(f"{known}://" for known in access.fetchers), "or an https:// address"])
    raise BadInput(f"{shown(address)}: expected {expected}, found {scheme}://; send it by one of these")


def stored_address(asset: Asset, name: str) -> str:
    """Return an address under which `taken_in` finds a stored source again, by its name."""
    return f"store:{asset.sha256}/{name}"


def stored_source(path: Path, name: str, media_type: str, store: ObjectStore) -> tuple[Asset, bool]:
    """Store a file of this machine under its sha256 as a source, unless it is stored.

    Returns:
        The stored file, and whether the store had it already.

    Raises:
        BadInput: It is too large.
        NotStored: The store, not the source, is out of reach.
    """
    expect_a_size_that_is_taken(path, name)
    size = path.stat().st_size
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
    return Asset(uri=store.uri(key), sha256=digest, size=size, media_type=media_type, key=key), found


def expect_a_size_that_is_taken(path: Path, name: str) -> None:
    """Refuse a file that is larger than any source may be.

    Raises:
        BadInput: It is.
    """
    size = path.stat().st_size
    if size > LARGEST_SOURCE:
        raise BadInput(f"{name}: expected at most {LARGEST_SOURCE} bytes, found {size}; send a smaller file")


def is_local(address: str) -> bool:
    """Tell whether an address names a file of the machine that reads it."""
    return _scheme_of(address.strip()) in {"", "file"}


def name_at(address: str) -> str:
    """Return the name of the file at a URL, for one line of a message and for a file.

    Raises:
        BadInput: It is malformed.
    """
    return _clean_name(unquote(_parts(address).path))


def _scheme_of(address: str) -> str:
    """Return how an address begins; a path may hold a colon too."""
    scheme = _parts(address).scheme
    return scheme if scheme == "store" or address.lower().startswith(f"{scheme}://") else ""


def _parts(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        raise BadInput(f"{shown(address)}: expected an address, found it malformed; check it") from None


def _staged(address: str, store: ObjectStore, keep: Callable[[Arrived], Kept]) -> Kept:
    digest, _, name = address.removeprefix("store:").partition("/")
    if not re.fullmatch(r"[0-9a-f]{64}", digest) or store.stat(key_for("sources", digest, "source")) is None:
        raise BadInput(
            f"{printable(redacted(address))}: expected a source that is in the store, found none; give its "
            "path or address"
        )
    with workspace() as folder:
        fetch_exactly(key_for("sources", digest, "source"), digest, store, folder / "source")
        return keep(Arrived(folder / "source", _clean_name(name)))


def _read(path: Path, access: Access, keep: Callable[[Arrived], Kept]) -> Kept:
    real = access.local_file(path)
    try:
        return keep(Arrived(real, _clean_name(path.name), local=True))
    except PermissionError as error:
        raise BadInput(
            f"{printable(redacted(str(path)))}: expected a file that may be read, found that it may not; "
            "check its rights"
        ) from error
    except OSError as error:
        raise disk_failure(error, printable(redacted(str(path)))) from error


def _fetched(address: str, fetch: Fetch, keep: Callable[[Arrived], Kept]) -> Kept:
    with workspace() as folder:
        fetch(address, folder / "download")
        return keep(Arrived(folder / "download", name_at(address)))


def _clean_name(path: str) -> str:
    """Return the last step of a stranger's path as a name for one line of a message and for a file."""
    name = "".join(letter for letter in PurePosixPath(path).name if letter.isprintable())
    name = name.encode()[:LONGEST_NAME_BYTES].decode(errors="ignore").strip()
    return name if name not in {"", ".", ".."} else "unnamed"
