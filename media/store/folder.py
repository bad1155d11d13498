"""An object store in a folder: temporary name, fsync, then a link or rename that is atomic."""

import fcntl
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import IO

from media.errors import BadInput
from media.store.disk import disk_failure, on_disk
from media.store.incoming import INCOMING, abandoned, arriving, fsync_names, in_folder_of, make_folder
from media.store.keys import KEY, checked
from media.store.protocol import AlreadyExists, Capabilities, Leftover, Missing, Stat

logger = logging.getLogger(__name__)

LOCK = ".lock"


class FolderStore:
    """The store protocol on a local folder; several processes may share it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._touches = True

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Return the bytes from `start`, at most `length` of them. Raises `Missing`."""
        with _failures(key), self._path(key).open("rb") as file:
            file.seek(start)
            return file.read(-1 if length is None else length)

    def fetch(self, key: str, path: Path) -> None:
        """Copy an object into the file `path`. Raises `Missing`."""
        with self._opened(key) as source, on_disk(path.name), path.open("wb") as target:
            shutil.copyfileobj(source, target)

    def put(
        self, key: str, source: bytes | Path, *, write_once: bool = False, sha256: str | None = None
    ) -> Stat:
        """Store bytes or a file, durably. With `write_once`, raises `AlreadyExists` if the key is taken.

        With `sha256`, raises `StoredWrong` if those are not the bytes that were read.
        """
        target = self._path(key)
        with _failures(key), arriving(self.root, source, sha256) as incoming:
            if write_once:
                in_folder_of(target, lambda: _link(incoming, target, key))
                stat = _stat(key, incoming)
            else:
                with self._exclusive():
                    in_folder_of(target, lambda: incoming.replace(target))
                    stat = _stat(key, target)
            fsync_names(target)
            return stat

    def stat(self, key: str) -> Stat | None:
        """Return what is known of an object, or None if there is none."""
        try:
            with _failures(key):
                return _stat(key, self._path(key))
        except Missing:
            return None

    def list(self, prefix: str) -> Iterator[Stat]:
        """Yield the objects whose keys begin with `prefix`, in the order of their keys."""
        folder = self.root / prefix.rpartition("/")[0]
        if not folder.is_dir():
            return
        walked = os.walk(folder, onerror=_unless_gone)
        paths = (Path(above) / name for above, _, names in walked for name in names)
        for key in sorted(path.relative_to(self.root).as_posix() for path in paths if path.is_file()):
            if key.startswith(prefix) and KEY.fullmatch(key) and (stat := self.stat(key)):
                yield stat

    def scan(self) -> Iterator[Stat]:
        """Yield all that lies in the folder, folder by folder; links to folders are not followed."""
        for folder, below, names in os.walk(self.root, onerror=_unless_gone):
            below[:] = sorted(name for name in below if name != INCOMING)
            for path in (Path(folder) / name for name in sorted(names)):
                key = path.relative_to(self.root).as_posix()
                with suppress(FileNotFoundError):  # gone by now, or a link to nothing
                    if key != LOCK:
                        yield _stat(key, path)

    def touch(self, key: str) -> bool:
        """Set an object's time to now; returns whether it is there."""
        path = self._path(key)
        try:
            with self._exclusive():  # so that whoever deletes by etag does it before us, or not at all
                os.utime(path)
        except FileNotFoundError:
            return False
        except OSError as error:
            if self._touches:
                logger.warning("%s: may not be touched (%s); prune-store may take it", key, error.strerror)
            self._touches = False
            return path.exists()
        return True

    def leftovers(self, before: datetime, *, remove: bool) -> Iterator[Leftover]:
        """Yield what killed writers left half-written before then, and remove it if asked."""
        return abandoned(self.root / INCOMING, before, remove=remove)

    def delete(self, key: str) -> None:
        """Remove an object; fine if there is none."""
        path = self._path(key)
        with _failures(key), self._exclusive():
            self._remove(path)

    def replace_if(self, key: str, data: bytes, etag: str) -> Stat | None:
        """Replace an object only while its etag is `etag`; returns None if it is not."""
        target = self._path(key)
        with _failures(key), arriving(self.root, data) as incoming:
            with self._exclusive():
                if not self._still(key, etag):
                    return None
                incoming.replace(target)
                stat = _stat(key, target)
            fsync_names(target)
            return stat

    def delete_if(self, key: str, etag: str) -> bool:
        """Remove an object only while its etag is `etag`; returns whether it was."""
        path = self._path(key)
        with _failures(key), self._exclusive():
            if not self._still(key, etag):
                return False
            self._remove(path)
            return True

    def presign(self, key: str, expires_s: int, download_name: str) -> str:
        """Raise `BadInput`: nobody else can read this folder."""
        raise BadInput(
            f"{key}: a link for {expires_s} s as {download_name!r} was asked of a folder store; "
            "only a store on S3 can give links"
        )

    def capabilities(self) -> Capabilities:
        """Return what a folder can do."""
        return Capabilities(conditional_put=True, presign=False)

    def uri(self, key: str) -> str:
        """Return the object's address as a `file://` URI."""
        return self._path(key).absolute().as_uri()

    @contextmanager
    def _opened(self, key: str) -> Iterator[IO[bytes]]:
        with _failures(key):
            file = self._path(key).open("rb")
        with file:
            yield file

    def _path(self, key: str) -> Path:
        return self.root / checked(key)

    def _still(self, key: str, etag: str) -> bool:
        stat = self.stat(key)
        return stat is not None and stat.etag == etag

    def _remove(self, path: Path) -> None:
        """Remove a file, if it is there, and the folders above it that are empty then."""
        path.unlink(missing_ok=True)
        with suppress(OSError):  # one of them holds something else, or somebody is about to put it there
            for folder in takewhile(lambda above: above != self.root, path.parents):
                folder.rmdir()

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Hold the lock that makes compare-and-replace one step for all who share this folder.

        Whoever replaces or removes holds it; a link does neither, and may find its folder removed.
        """
        make_folder(self.root)
        with (self.root / LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _unless_gone(error: OSError) -> None:
    """Refuse to pass over a folder that cannot be read: what is in it would count as not there."""
    if not isinstance(error, FileNotFoundError):
        raise disk_failure(error, f"{error.filename}: the store's folder")


def _link(incoming: Path, target: Path, key: str) -> None:
    """Give a file its name; unlike a rename, a link never replaces."""
    try:
        os.link(incoming, target)
    except FileExistsError as error:
        raise AlreadyExists(f"{key} is already stored, and is written only once") from error


def _stat(key: str, path: Path) -> Stat:
    found = path.stat()
    etag = f"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"
    return Stat(key, found.st_size, etag, datetime.fromtimestamp(found.st_mtime, UTC))


@contextmanager
def _failures(key: str) -> Iterator[None]:
    """Say the system's refusals in our own errors."""
    try:
        yield
    except FileNotFoundError as error:
        raise Missing(f"{key}: expected a stored object, found none") from error
    except OSError as error:
        raise disk_failure(error, f"{key}: the store's folder") from error
