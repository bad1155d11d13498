"""Temporary folders that do not outlive their owner for long, however it died."""

import fcntl
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

logger = logging.getLogger(__name__)

PREFIX = "rendermill-"
LOCK = ".owner"
UNLOCKED_S = 3600.0
"""So old, in seconds, an empty folder without a lock is nobody's; to lock a new one takes no time."""


@contextmanager
def workspace(parent: Path | None = None) -> Iterator[Path]:
    """Provide an empty folder for the length of the block, below `parent` or the system's temporary folder.

    The folder is locked while its owner lives. A process that is killed leaves its folder behind unlocked,
    and the next workspace made beside it removes it.
    """
    home = parent or Path(tempfile.gettempdir())
    remove_orphans(home)
    folder, lock = _locked_folder(home)
    with lock:
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _locked_folder(home: Path) -> tuple[Path, IO[str]]:
    """Return a new folder with its lock; again if a neighbour took it for an orphan before it was locked."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=home))
        try:
            lock = (folder / LOCK).open("w")
        except FileNotFoundError:  # we were stopped for so long
            continue
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.fstat(lock.fileno()).st_nlink:
            return folder, lock
        lock.close()


def remove_orphans(home: Path) -> None:
    """Remove workspaces below `home` whose owners are gone."""
    for lock_file in home.glob(f"{PREFIX}*/{LOCK}"):
        try:
            with lock_file.open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock_file.parent, ignore_errors=True)
                logger.info("removed %s, whose owner is gone", lock_file.parent)
        except OSError:  # locked by its living owner, somebody else's, or just removed by another
            continue
    for folder in home.glob(f"{PREFIX}*"):
        with suppress(OSError):  # it is locked, or has something in it, or is gone
            if not (folder / LOCK).exists() and time.time() - folder.stat().st_mtime > UNLOCKED_S:
                folder.rmdir()
                logger.info("removed %s, whose owner never locked it", folder)
