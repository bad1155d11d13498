"""The socket of a host in the file system: its user's alone, and of one host at a time."""

import contextlib
import fcntl
import itertools
import os
import select
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from media.errors import BadInput

LONGEST_PATH = 107  # unix(7): 108 bytes, the last one 0
LOOK_S = 1.0


@contextlib.contextmanager
def listening_at(
    path: Path, keeper: int | None = None, before_waiting: Callable[[], None] = lambda: None
) -> Iterator[socket.socket | None]:
    """Listen at `path` for the block, once no other host does; None if the pidfd `keeper` ended before that.

    Without a keeper nobody waits.

    Raises:
        BadInput: The path is too long, its folder is open to others, or another host listens there.
    """
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise BadInput(
            f"{path}: expected a path of at most {LONGEST_PATH} bytes for a socket; name a shorter"
        )
    _make_private(path.parent)
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        if not _locked(lock, keeper, before_waiting):
            if keeper is None:
                raise BadInput(f"{path}: a renderer host listens there already; name another socket")
            yield None
            return
        path.unlink(missing_ok=True)  # what a host left that was killed
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
            listening.bind(str(path))
            path.chmod(0o600)
            listening.listen()
            try:
                yield listening
            finally:
                path.unlink(missing_ok=True)


def _make_private(folder: Path) -> None:
    """Make a folder that only this user may look into, or see that it is one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.stat()
    if found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise BadInput(
            f"{folder}: expected a folder of this user's alone (mode 700) for the renderer host's socket, "
            f"found mode {found.st_mode & 0o777:o} of user {found.st_uid}; name another one"
        )


def _locked(lock: IO[str], keeper: int | None, before_waiting: Callable[[], None]) -> bool:
    """Lock a file, as soon as that can be while `keeper` lives; tell whether it is locked."""
    for look in itertools.count():
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if not look:
            before_waiting()
        if keeper is None or select.select([keeper], [], [], LOOK_S)[0]:
            break
    return False
