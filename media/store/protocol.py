"""What every object store promises."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from media.errors import MediaError, Retry, ToolFailed


class AlreadyExists(MediaError):
    """A write-once put found the object there; the first writer has won."""


class Missing(MediaError):
    """No object has this key."""


class StoredWrong(ToolFailed):
    """An object's bytes are not those that were put."""


class Damaged(StoredWrong):
    """An object's bytes are no longer those of its name; it was withdrawn, and is made again when needed."""

    retry = Retry()


@dataclass(frozen=True)
class Stat:
    """What a store knows of an object without reading it.

    Attributes:
        key: The object's key.
        size: Length in bytes.
        etag: Changes whenever the bytes do; compared, never interpreted.
        modified: When it was last written or touched, by the store's clock; None where a put's answer does
            not say. It is no part of what makes two of these equal.
    """

    key: str
    size: int
    etag: str
    modified: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Leftover:
    """What a killed writer left half-written; no reader ever sees it.

    Attributes:
        size: Length in bytes; 0 where the store does not say.
        begun: When its writer began, or last wrote.
    """

    size: int
    begun: datetime


@dataclass(frozen=True)
class Capabilities:
    """What a store was found to be able to do.

    Attributes:
        conditional_put: Write-once and `replace_if` are atomic; without it, a store may hold sources
            but no results.
        presign: `presign` gives links that work without credentials.
    """

    conditional_put: bool
    presign: bool


class ObjectStore(Protocol):
    """Objects under keys of our making. Every put is atomic: a reader sees all of it or nothing.

    Every method may raise `Unavailable`; a full store or disk raises `OutOfResources`, one that is closed to
    this user `BadInput`.
    """

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Return the bytes from `start`, at most `length` of them. Raises `Missing`."""
        ...

    def fetch(self, key: str, path: Path) -> None:
        """Copy an object into the file `path`. Raises `Missing`."""
        ...

    def put(
        self, key: str, source: bytes | Path, *, write_once: bool = False, sha256: str | None = None
    ) -> Stat:
        """Store bytes or a file, durably. With `write_once`, raises `AlreadyExists` if the key is taken.

        With `sha256`, raises `StoredWrong` if those are not the bytes that were read.
        """
        ...

    def stat(self, key: str) -> Stat | None:
        """Return what is known of an object, or None if there is none."""
        ...

    def list(self, prefix: str) -> Iterator[Stat]:
        """Yield the objects whose keys begin with `prefix`, in the order of their keys."""
        ...

    def scan(self) -> Iterator[Stat]:
        """Yield all that lies in the store, in no order that is promised, with little of it in memory.

        What is not of our making is among it, under whatever name it has.
        """
        ...

    def touch(self, key: str) -> bool:
        """Have an object count as written just now; returns whether it is there.

        A store that does not let us is no reason for a job to fail: it says so once, in the log.
        """
        ...

    def leftovers(self, before: datetime, *, remove: bool) -> Iterator[Leftover]:
        """Yield what writers that began before then have left half-written, and remove it if asked."""
        ...

    def delete(self, key: str) -> None:
        """Remove an object; fine if there is none."""
        ...

    def replace_if(self, key: str, data: bytes, etag: str) -> Stat | None:
        """Replace an object only while its etag is `etag`; returns None if it is not."""
        ...

    def delete_if(self, key: str, etag: str) -> bool:
        """Remove an object only while its etag is `etag`; returns whether it was."""
        ...

    def presign(self, key: str, expires_s: int, download_name: str) -> str:
        """Return a link that anyone may read for `expires_s` seconds, saved as `download_name`."""
        ...

    def capabilities(self) -> Capabilities:
        """Return what this store can do, probed once."""
        ...

    def uri(self, key: str) -> str:
        """Return the object's address for people and manifests."""
        ...
