"""Files on their way into a folder store: durable under a temporary name, in folders that are durable too."""

import contextlib
import fcntl
import hashlib
import io
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import uuid4

from media.store.protocol import Leftover, StoredWrong

INCOMING = ".incoming"
CHUNK = 1024 * 1024
TRIES = 100
"""How often a folder is made anew for one file; a neighbour would have to empty it each time."""
UNLOCKED_S = 60.0
"""Longer than a writer can take from creating its file to locking it."""


@contextmanager
def arriving(root: Path, source: bytes | Path, sha256: str | None = None) -> Iterator[Path]:
    """Write `source` to a temporary name in the store's own file system; remove that name afterwards.

    The file is locked while its writer lives; whoever writes next removes those of killed writers.
    """
    folder = root / INCOMING
    make_folder(folder)
    _remove_orphans(folder)
    path = folder / uuid4().hex
    with path.open("xb") as file:  # unlike tempfile's, readable by whom the umask allows
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            _write(source, file, sha256)
            yield path
        finally:
            path.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, so that each survives a power cut."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    fsync_folder(folder.parent)


def in_folder_of(target: Path, name: Callable[[], object]) -> None:
    """Have `target` named in its folder, which is made first, and again if it is removed before the naming.

    Whoever deletes the last object of a folder removes it too.
    """
    for _ in range(TRIES):
        with contextlib.suppress(FileNotFoundError, FileExistsError):  # the latter: gone again when looked at
            make_folder(target.parent)
            name()
            return
    make_folder(target.parent)
    name()


def fsync_names(target: Path) -> None:
    """Make the new name of a file survive a power cut; fine if it was deleted again, folder and all."""
    with contextlib.suppress(FileNotFoundError):
        fsync_folder(target.parent)


def fsync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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


def abandoned(folder: Path, before: datetime, *, remove: bool) -> Iterator[Leftover]:
    """Yield what killed writers left half-written before then, and remove it if asked."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        try:
            with path.open("rb") as file:
                found = os.fstat(file.fileno())
                if found.st_mtime >= before.timestamp():
                    continue
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if remove:
                    path.unlink(missing_ok=True)
            yield Leftover(found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))
        except (
            BlockingIOError,
            FileNotFoundError,
            IsADirectoryError,
            PermissionError,
        ):  # its writer lives, has finished, or is another user; or it is none of ours
            continue


def _remove_orphans(folder: Path) -> None:
    """Remove what killed writers left half-written."""
    for _ in abandoned(folder, datetime.fromtimestamp(time.time() - UNLOCKED_S, UTC), remove=True):
        pass
