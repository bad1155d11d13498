"""The mark: what one pass of `prune-store` found unreferenced, for a pass a day later to look at again.

`marks/<two>/<digest>/page-000001.json` and so on hold it by some thousand objects; `mark.json` is written
last, so that a mark whose writer was killed is none.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from media.digest import digest_of
from media.errors import Unavailable
from media.reach import MARKS
from media.store import Missing, ObjectStore, Stat
from media.store.keys import folder_of, key_for

HEAD = "mark.json"
OBJECTS_A_PAGE = 5000
UNFINISHED = timedelta(days=1)
"""Longer than anybody takes to write a mark."""
SKEW = timedelta(hours=1)
"""A mark from further in the future is of a clock that was wrong, and waited for it would be too long."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Seen(_Frozen):
    """An object as it was when it was marked."""

    key: str
    size: int
    etag: str
    modified: AwareDatetime

    def still(self, stat: Stat) -> bool:
        """Return whether an object is as it was: neither written nor touched since."""
        same_bytes = stat.etag.strip('"') == self.etag.strip('"')  # not every S3 quotes it each time
        return stat.key == self.key and same_bytes and stat.modified == self.modified


class Marked(_Frozen):
    """All objects of one kind and digest, which stay or go together."""

    prefix: str
    objects: tuple[Seen, ...]


class Page(_Frozen):
    """A part of a mark."""

    folders: tuple[Marked, ...]


class Mark(_Frozen):
    """A finished mark."""

    digest: str
    at: AwareDatetime
    pages: int = Field(ge=1)

    def folders(self, store: ObjectStore) -> Iterator[Marked]:
        """Yield what is marked, a page in memory at a time, up to one that is gone or damaged."""
        for number in range(1, self.pages + 1):
            try:
                page = Page.model_validate_json(store.get(_page(self.digest, number)))
            except (Missing, ValidationError):
                return
            yield from page.folders

    def remove(self, store: ObjectStore) -> None:
        """Remove it from the store, its head first, so that what is left of it counts as no mark."""
        store.delete(key_for("marks", self.digest, HEAD))
        for stat in store.list(folder_of("marks", self.digest)):
            store.delete(stat.key)


class MarkWriter:
    """Writes one mark, page by page; nothing counts until it is finished."""

    def __init__(self, store: ObjectStore, at: datetime) -> None:
        self._store, self._at = store, at
        self._digest = digest_of({"stage": "mark", "nonce": uuid4().hex})
        self._folders: list[Marked] = []
        self._objects = self._pages = 0

    def add(self, folder: Marked) -> None:
        """Mark the objects of one digest."""
        self._folders.append(folder)
        self._objects += len(folder.objects)
        if self._objects >= OBJECTS_A_PAGE:
            self._turn()

    def finish(self) -> None:
        """Write what is left and the head; nothing at all if nothing was marked."""
        if self._folders:
            self._turn()
        if self._pages:
            head = Mark(digest=self._digest, at=self._at, pages=self._pages)
            self._store.put(key_for("marks", self._digest, HEAD), head.model_dump_json().encode())

    def _turn(self) -> None:
        self._pages += 1
        page = Page(folders=tuple(self._folders))
        self._store.put(_page(self._digest, self._pages), page.model_dump_json().encode())
        self._folders.clear()
        self._objects = 0


def finished_marks(store: ObjectStore, now: datetime) -> list[Mark]:
    """Return the finished marks, the oldest first."""
    found = []
    for stat in store.list(f"{MARKS}/"):
        digest, name = stat.key.split("/")[2:]
        if name == HEAD:
            try:
                mark = Mark.model_validate_json(store.get(stat.key))
            except (Missing, ValidationError):
                continue
            if mark.digest == digest and mark.at <= now + SKEW:
                found.append(mark)
    return sorted(found, key=lambda mark: mark.at)


def remove_unfinished(store: ObjectStore, now: datetime) -> None:
    """Remove pages, and heads that cannot be read, of writers that were killed long ago."""
    finished = {mark.digest for mark in finished_marks(store, now)}
    for stat in store.list(f"{MARKS}/"):
        old = stat.modified is not None and now - stat.modified > UNFINISHED
        if old and stat.key.split("/")[2] not in finished:
            store.delete(stat.key)


def time_of(store: ObjectStore) -> datetime:
    """Return what time it is by the clock that dates a store's objects.

    Raises:
        Unavailable: Another removed what was to be dated.
    """
    key = key_for("marks", digest_of({"stage": "clock", "nonce": uuid4().hex}), "clock.json")
    store.put(key, b"{}")
    stat = store.stat(key)
    store.delete(key)
    if stat is None or stat.modified is None:
        raise Unavailable(f"{key}: expected the object that was just stored, with its time, found none")
    return stat.modified


def _page(digest: str, number: int) -> str:
    return key_for("marks", digest, f"page-{number:06d}.json")
