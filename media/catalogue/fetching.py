"""Read an order list from wherever it is."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from media.access import Access
from media.catalogue.reading import MOST_BYTES
from media.download import download
from media.errors import BadInput
from media.redact import shown
from media.store.disk import disk_failure
from media.workspace import workspace


def read_list(address: str, access: Access) -> bytes:
    """Return the bytes at a path, or at an address of a scheme that sources may have too.

    Raises:
        BadInput: There is no such file, it may not be read, or is too large for an order list.
        Unavailable: The server did not answer, or answered that it cannot now.
    """
    address = address.strip()
    scheme, has_scheme, _ = address.partition("://")
    scheme = scheme.lower()
    if not has_scheme or scheme == "file":
        named = Path(unquote(urlsplit(address).path) if has_scheme else address)
        return _bounded(access.local_file(named), address)
    with workspace() as folder:
        if scheme == "https":
            download(address, folder / "orders", access.web)
        elif fetch := access.fetchers.get(scheme):
            fetch(address, folder / "orders")
        else:
            known = ", ".join(["a path", *(f"{one}://" for one in access.fetchers), "or https://"])
            raise BadInput(f"{shown(address)}: expected {known}, found {scheme}://; send it by one of these")
        return _bounded(folder / "orders", address)


def _bounded(path: Path, address: str) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except PermissionError as error:
        raise BadInput(
            f"{shown(address)}: expected a file that may be read, found that it may not; check its rights"
        ) from error
    except OSError as error:
        raise disk_failure(error, shown(address)) from error
    if len(data) > MOST_BYTES:
        raise BadInput(f"{shown(address)}: expected an order list of at most {MOST_BYTES} bytes, found more")
    return data
