"""Records that are written once: the first writer's counts, unless it turns out to be stale."""

from collections.abc import Callable
from typing import TypeVar

from media.errors import Unavailable
from media.store.protocol import AlreadyExists, ObjectStore

Record = TypeVar("Record")
TRIES = 5


def write_first(
    key: str, data: bytes, store: ObjectStore, find: Callable[[], Record | None]
) -> Record | None:
    """Write a record, or return what `find` makes of the one that somebody else wrote first.

    If `find` has nothing to say for it, it gives way, but only to a record that is written once too.

    Raises:
        Unavailable: Others wrote and withdrew it all the while.
    """
    for _ in range(TRIES):
        try:
            store.put(key, data, write_once=True)
        except AlreadyExists:
            stale = store.stat(key)
            if first := find():
                return first
            if stale:
                store.delete_if(key, stale.etag)
        else:
            return None
    raise Unavailable(f"{key}: expected to write it, or to find it sound, found it stale {TRIES} times")
