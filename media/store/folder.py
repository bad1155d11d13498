"""An object store in a folder: temporary name, fsync, then a link or rename that is atomic."""

import errno
import fcntl
import hashlib
import io
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import uuid4

from media.errors import BadInput, OutOfResources, Unavailable
from media.store.keys import KEY, checked
from media.store.protocol import AlreadyExists, Capabilities, Missing, Stat, StoredWrong

INCOMING = ".incoming"
CHUNK = 1024 * 1024
UNLOCKED_S = 60.0
"""Longer than a writer can take from creating its file to locking it."""


class FolderStore:
    """The store protocol on a local folder; several processes may share it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Return the bytes from `start`, at most `length` of them. Raises `Missing`."""
        with _failures(key), self._path(key).open("rb") as file:
            file.seek(start)
            return file.read(-1 if length is None else length)

    def fetch(self, key: str, path: Path) -> None:
        """Copy an object into the file `path`. Raises `Missing`."""
        with self._opened(key) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target)

    def put(
        self, key: str, source: bytes | Path, *, write_once: bool = False, sha256: str | None = None
    ) -> Stat:
        """Store bytes or a file, durably. With `write_once`, raises `AlreadyExists` if the key is taken.

        With `sha256`, raises `StoredWrong` if those are not the bytes that were read.
        """
        target = self._path(key)
        with _failures(key), self._incoming(source, sha256) as incoming:
            target.parent.mkdir(parents=True, exist_ok=True)
            if write_once:
                os.link(incoming, target)  # unlike a rename, a link never replaces
            else:
                incoming.replace(target)
            _fsync_folder(target.parent)
            return _stat(key, target)

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
        paths = (path for path in folder.rglob("*") if path.is_file() and INCOMING not in path.parts)
        for key in sorted(path.relative_to(self.root).as_posix() for path in paths):
            if key.startswith(prefix) and KEY.fullmatch(key) and (stat := self.stat(key)):
                yield stat

    def delete(self, key: str) -> None:
        """Remove an object; fine if there is none."""
        with _failures(key):
            self._path(key).unlink(missing_ok=True)

    def replace_if(self, key: str, data: bytes, etag: str) -> Stat | None:
        """Replace an object only while its etag is `etag`; returns None if it is not."""
        with self._exclusive(key):
            if not self._still(key, etag):
                return None
            return self.put(key, data)

    def delete_if(self, key: str, etag: str) -> bool:
        """Remove an object only while its etag is `etag`; returns whether it was."""
        with self._exclusive(key):
            if not self._still(key, etag):
                return False
            self.delete(key)
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

    @contextmanager
    def _incoming(self, source: bytes | Path, sha256: str | None) -> Iterator[Path]:
        """Write `source` to a temporary name in the store's own file system; remove that name afterwards.

        The file is locked while its writer lives; whoever writes next removes those of killed writers.
        """
        folder = self.root / INCOMING
        folder.mkdir(parents=True, exist_ok=True)
        _remove_orphans(folder)
        path = folder / uuid4().hex
        with path.open("xb") as file:  # unlike tempfile's, readable by whom the umask allows
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                _write(source, file, sha256)
                yield path
            finally:
                path.unlink(missing_ok=True)

    @contextmanager
    def _exclusive(self, key: str) -> Iterator[None]:
        """Hold the lock that makes compare-and-replace one step for all who share this folder."""
        checked(key)
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _write(source: bytes | Path, file: IO[bytes], sha256: str | None) -> None:
    """Write all of `source` durably."""
    digest = hashlib.sha256()
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as original:
        while chunk := original.read(CHUNK):
            digest.update(chunk)
            file.write(chunk)
    file.flush()
    os.fsync(file.fileno())
    if sha256 and digest.hexdigest() != sha256:
        raise StoredWrong(
            f"expected to store bytes of sha256 {sha256}, found {digest.hexdigest()}; did they change?"
        )


def _remove_orphans(folder: Path) -> None:
    """Remove what killed writers left half-written."""
    for path in folder.iterdir():
        try:
            with path.open("rb") as file:
                if time.time() - os.fstat(file.fileno()).st_mtime < UNLOCKED_S:
                    continue
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink(missing_ok=True)
        except (
            BlockingIOError,
            FileNotFoundError,
            PermissionError,
        ):  # its writer lives, has finished, or is another user
            continue


def _stat(key: str, path: Path) -> Stat:
    found = path.stat()
    return Stat(key, found.st_size, f"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}")


def _fsync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _failures(key: str) -> Iterator[None]:
    """Say the system's refusals in our own errors."""
    try:
        yield
    except FileExistsError as error:
        raise AlreadyExists(f"{key} is already stored, and is written only once") from error
    except FileNotFoundError as error:
        raise Missing(f"{key}: expected a stored object, found none") from error
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise OutOfResources(
                f"{key}: the store's disk is full; free space there and run the job again"
            ) from error
        raise Unavailable(f"{key}: the store's folder answered {error.strerror!r}") from error
