"""Bring the files of many products into the store: each address once, several at a time."""

import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from pydantic import BaseModel, ConfigDict

from media.access import Access
from media.address import is_public
from media.digest import sha256_of_file
from media.download import Web, download
from media.errors import MediaError, Preempted
from media.kind import Kind
from media.patience import retried
from media.source import NotStored, Source, download_model, is_local, name_at, stored
from media.store import ObjectStore
from media.workspace import workspace

AT_A_TIME = 8
WHOLE_IN_ONE_FILE = {Kind.STEP, Kind.STEP_GZ, Kind.IGES, Kind.STL, Kind.PLY, Kind.GLB, Kind.USDZ, Kind.ZIP}
"""Beside a file of another kind may lie what it refers to, so its own bytes do not say what was stored."""
STAGED = re.compile(r"store:([0-9a-f]{64})/(.*)", re.DOTALL)


class Version(BaseModel):
    """What was at an address: as whoever keeps it there tells versions apart, and its sha256."""

    model_config = ConfigDict(frozen=True)

    version: str
    sha256: str


@dataclass(frozen=True)
class Known:
    """Sources that were stored before.

    Attributes:
        sources: They, by the sha256 of their bytes.
        is_stored: Tells whether a key is still there.
        versions: The version and the sha256 of what was at an address, where versions can be had.
    """

    sources: Mapping[str, Source]
    is_stored: Callable[[str], bool]
    versions: Mapping[str, Version] = field(default_factory=dict)

    def found(self, sha256: str, name: str) -> Source | None:
        """Return the source of these bytes under a name, if it is known and still stored."""
        known = self.sources.get(sha256)
        if known is None or not self.is_stored(known.asset.key):
            return None
        return known.model_copy(update={"name": name, "found": True})


NOTHING_KNOWN = Known({}, lambda _: False)


def beside(orders: str, source: str) -> str:
    """Return a source's address, a relative path taken from the folder, or the address, of its order list.

    What cannot be understood stays as it is: whoever brings it in says what is wrong with it.
    """
    if source.startswith(("/", "~")) or source.lower().startswith("file://") or not _is_path(source):
        return source
    scheme, has_scheme, rest = orders.strip().partition("://")
    if not has_scheme:
        return str(Path(scheme).parent / source)
    if scheme.lower() == "file":
        return str(Path(unquote(urlsplit(orders.strip()).path)).parent / source)
    return f"{scheme}://{_below(rest, quote(source, safe='/%') if scheme.lower() == 'https' else source)}"


def _is_path(source: str) -> bool:
    try:
        return is_local(source)
    except MediaError:
        return False


def _below(orders: str, source: str) -> str:
    """Return where a source is on a list's server or in its bucket, which no `..` leaves."""
    host, *folders = orders.split("/")[:-1] or [orders]
    for step in source.split("/"):
        if step == "..":
            folders = folders[:-1]
        elif step != ".":
            folders.append(step)
    return "/".join([host, *folders])


@dataclass(frozen=True)
class Brought:
    """What became of the addresses: their sources or why there is none, and the versions that were seen."""

    sources: Mapping[str, Source | MediaError]
    versions: Mapping[str, Version]


def bring_in(
    addresses: Iterable[str], store: ObjectStore, access: Access, known: Known = NOTHING_KNOWN
) -> Brought:
    """Bring each address into the store, unless what is there is known and unchanged.

    What fails is retried as its class says; a file that cannot be used says so for itself alone.

    Raises:
        NotStored: The store is out of reach.
        Preempted: The machine is being taken away.
    """
    distinct = list(dict.fromkeys(addresses))
    versions: dict[str, Version] = {}

    def brought(address: str) -> Source | MediaError:
        try:
            source, version = _brought(address, store, access, known)
        except (NotStored, Preempted):
            raise  # nothing that the others would not meet as well
        except MediaError as error:
            return error
        if version and is_public(address):  # the index shows it
            versions[address] = Version(version=version, sha256=source.asset.sha256)
        return source

    with ThreadPoolExecutor(AT_A_TIME) as several:
        return Brought(dict(zip(distinct, several.map(brought, distinct), strict=True)), versions)


def _brought(address: str, store: ObjectStore, access: Access, known: Known) -> tuple[Source, str]:
    """Return the source of an address, read if it is unknown or changed, and its version, if it has one."""
    if address.strip().lower().startswith("https://"):
        return retried(lambda: _from_the_web(address, store, access.web, known))
    version = retried(lambda: _version(address, access))
    source = _unchanged(address, version, known) or _known(address, access, known)
    return source or retried(lambda: download_model(address, store, access)), version


def _from_the_web(address: str, store: ObjectStore, web: Web, known: Known) -> tuple[Source, str]:
    """Ask a server for a file unless it is as it was: its version comes with the bytes that it is of."""
    before, name = known.versions.get(address), name_at(address.strip())
    source = known.found(before.sha256, name) if before else None
    with workspace() as folder:
        unless = before.version if before and source else ""
        taken = download(address.strip(), folder / "download", web, unless=unless)
        if source and taken.unchanged:
            return source, taken.version
        return stored(folder / "download", name, store), taken.version


def _version(address: str, access: Access) -> str:
    scheme, divider, _ = address.strip().partition("://")
    versions = access.versions.get(scheme) if divider else None
    return versions(address.strip()) if versions else ""


def _unchanged(address: str, version: str, known: Known) -> Source | None:
    """Return the source of an address that is as it was; asked before it is read, so it may only be newer."""
    before = known.versions.get(address)
    if not version or before is None or before.version != version:
        return None
    name = unquote(PurePosixPath(urlsplit(address).path).name)
    return known.found(before.sha256, name)


def _known(address: str, access: Access, known: Known) -> Source | None:
    """Return the source of an address without reading it into the store, where its bytes are known."""
    if staged := STAGED.fullmatch(address.strip()):
        return known.found(staged[1], staged[2] or "unnamed")
    if not known.sources or not is_local(address) or address.lower().startswith("file://"):
        return None
    path = Path(address.strip())
    try:
        sha256 = sha256_of_file(access.local_file(path))
    except OSError:
        return None  # whoever reads it into the store says why it cannot
    found = known.found(sha256, PurePath(path).name)
    return found if found and found.kind in WHOLE_IN_ONE_FILE else None
