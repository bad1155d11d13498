"""The store that this machine is set up with."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from blocks.settings import absolute, bucket_of, read_settings
from media.errors import BadInput
from media.store import FolderStore, ObjectStore

if TYPE_CHECKING:
    from blocks.object_store import ObjectStore as StoreBlock


def open_store() -> ObjectStore:
    """Return the store that this machine is set up with, with its connections kept for the next who asks.

    Raises:
        BadInput: RENDERMILL_STORE names none.
        Unavailable: It names a block, and Prefect's server does not answer.
    """
    settings = read_settings()
    if name := settings.store_block:
        return block(name).open()
    if settings.store_is_an_address:
        return bucket_of(settings).open()
    return FolderStore(absolute(Path(settings.store)))


def fit_for_results(store: ObjectStore) -> ObjectStore:
    """Return a store if of two who write an object once, the first wins in it.

    Raises:
        BadInput: It is not so.
    """
    if store.capabilities().conditional_put:
        return store
    raise BadInput(
        "RENDERMILL_STORE: expected a store that keeps the first of two writers' objects, as results need, "
        "found one without conditional put, which may hold sources only; name another store"
    )


@cache
def block(name: str) -> "StoreBlock":
    """Return the block object-store/`name` of Prefect's server."""
    from blocks.loading import load_block  # noqa: PLC0415 - Prefect takes long to import

    return load_block(name)
