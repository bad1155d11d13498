"""Bring a source into the store under its digest; what it is, its content decides."""

import logging
import re
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, Field

from media.asset import Asset, fetch_exactly
from media.digest import sha256_of_file
from media.errors import BadInput, OutOfResources, Unavailable
from media.faults import fault_point
from media.kind import HEAD_BYTES, Kind, kind_of
from media.store import ObjectStore
from media.store.keys import key_for
from media.workspace import workspace

logger = logging.getLogger(__name__)

LARGEST_SOURCE = 4 * 1024**3
MEDIA_TYPES = {
    Kind.STEP: "model/step",
    Kind.STEP_GZ: "application/gzip",
    Kind.GLB: "model/gltf-binary",
    Kind.USDA: "model/vnd.usda",
    Kind.USDC: "application/octet-stream",
    Kind.USDZ: "model/vnd.usdz+zip",
}
TIMEOUT = httpx.Timeout(30.0)


class Source(BaseModel):
    """A stored source file."""

    model_config = ConfigDict(frozen=True)

    asset: Asset
    name: str = Field(description="The file's own name, for messages and for naming outputs.")
    kind: Kind = Field(description="What its content is.")
    found: bool = Field(default=False, description="Whether the store had its bytes already.")


def download_model(address: str, store: ObjectStore, client: httpx.Client | None = None) -> Source:
    """Store the file at a path or `https://` address under its sha256.

    An address of the form `store:<sha256>/<name>`, see `staged_address`, names a file that is stored already.

    Raises:
        BadInput: There is no such file, its address is of another kind, it is too large or of no known kind.
        Unavailable: The server did not answer, or answered that it cannot now.
        StoredWrong: The file changed while it was read.
    """
    scheme = _scheme_of(address)
    if scheme == "store":
        return _staged(address, store)
    if scheme == "https":
        if client:
            return _downloaded(address, store, client)
        with httpx.Client(timeout=TIMEOUT, follow_redirects=True) as own:
            return _downloaded(address, store, own)
    if scheme in {"", "file"}:
        return _read(Path(unquote(urlsplit(address).path) if scheme else address).expanduser(), store)
    raise BadInput(f"{_shown(address)}: expected a path or an https:// address, found {scheme}://")


def staged_address(source: Source) -> str:
    """Return an address under which `download_model` finds a stored source again."""
    return f"store:{source.asset.sha256}/{source.name}"


def _scheme_of(address: str) -> str:
    """Return how an address begins; a path may hold a colon too."""
    try:
        parts = urlsplit(address)
    except ValueError:
        raise BadInput(f"{address.partition('?')[0]}: expected an address, found it malformed") from None
    return (
        parts.scheme
        if parts.scheme == "store" or f"{parts.scheme}://" == address[: len(parts.scheme) + 3]
        else ""
    )


def _staged(address: str, store: ObjectStore) -> Source:
    digest, _, name = address.removeprefix("store:").partition("/")
    if not re.fullmatch(r"[0-9a-f]{64}", digest) or store.stat(key_for("sources", digest, "source")) is None:
        raise BadInput(
            f"{address}: expected a source that is in the store, found none; give its path or address"
        )
    with workspace() as folder:
        fetch_exactly(key_for("sources", digest, "source"), digest, store, folder / "source")
        return _stored(folder / "source", name, store)


def _read(path: Path, store: ObjectStore) -> Source:
    if not path.is_file():
        raise BadInput(f"{path}: expected a file, found {'a folder' if path.is_dir() else 'nothing'} there")
    try:
        return _stored(path, path.name, store)
    except PermissionError as error:
        raise BadInput(f"{path}: expected a file that may be read, found that it may not") from error


def _stored(path: Path, name: str, store: ObjectStore) -> Source:
    size = path.stat().st_size
    if size > LARGEST_SOURCE:
        raise BadInput(f"{name}: expected at most {LARGEST_SOURCE} bytes, found {size}")
    with path.open("rb") as file:
        kind = kind_of(file.read(HEAD_BYTES), name)
    digest = sha256_of_file(path)
    key = key_for("sources", digest, "source")
    stat = store.stat(key)
    found = stat is not None and stat.size == size
    if not found:
        fault_point("source.before_put")
        store.put(key, path, sha256=digest)
        logger.info("stored %s as %s", name, key)
    asset = Asset(uri=store.uri(key), sha256=digest, size=size, media_type=MEDIA_TYPES[kind], key=key)
    return Source(asset=asset, name=name, kind=kind, found=found)


def _downloaded(address: str, store: ObjectStore, client: httpx.Client) -> Source:
    with workspace() as folder:
        path = folder / "download"
        _download(address, path, client)
        return _stored(path, _name_in(address), store)


def _download(address: str, path: Path, client: httpx.Client) -> None:
    """Write the body at `address` to `path`; messages show no query, which may hold a secret."""
    try:
        with client.stream("GET", address) as response, path.open("wb") as file:
            if response.url.scheme != "https":
                raise BadInput(
                    f"{_shown(address)}: expected https:// all the way, found a redirect away from it"
                )
            if response.status_code in {408, 425, 429} or response.status_code >= 500:  # noqa: PLR2004 - HTTP's own numbers
                raise Unavailable(f"{_shown(address)}: the server answered {response.status_code}")
            if response.status_code != 200:  # noqa: PLR2004 - the same
                raise BadInput(f"{_shown(address)}: expected a file, found HTTP {response.status_code}")
            for chunk in response.iter_bytes():
                file.write(chunk)
                if file.tell() > LARGEST_SOURCE:
                    raise BadInput(f"{_shown(address)}: expected at most {LARGEST_SOURCE} bytes, found more")
    except httpx.TransportError as error:
        raise Unavailable(f"{_shown(address)}: {type(error).__name__} while downloading") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise BadInput(f"{_shown(address)}: expected a file, found {type(error).__name__}") from error
    except OSError as error:
        raise OutOfResources(
            f"{_shown(address)}: the download could not be written: {error.strerror}"
        ) from error


def _name_in(address: str) -> str:
    return PurePosixPath(unquote(urlsplit(address).path)).name or "download"


def _shown(address: str) -> str:
    """Return an address as it may appear in messages: without credentials, query and fragment."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
