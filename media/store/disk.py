"""What a disk of this machine refuses, said in our own errors."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from media.errors import BadInput, MediaError, OutOfResources, Unavailable

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
UNFIT = {
    errno.EACCES,
    errno.EEXIST,
    errno.EISDIR,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EPERM,
    errno.EROFS,
}


def disk_failure(error: OSError, what: str) -> MediaError:
    """Return what a refusal of the disk means, about `what`."""
    if error.errno in FULL:
        return OutOfResources(f"{what}: the disk is full; free space there and run the job again")
    if error.errno in UNFIT:
        return BadInput(
            f"{what}: expected a place on disk that is open to this user, found {error.strerror!r}; "
            "correct its path or its rights"
        )
    return Unavailable(f"{what}: the disk answered {error.strerror!r}")


@contextmanager
def on_disk(what: str) -> Iterator[None]:
    """Say what the disk refuses within the block in our own errors, about `what`."""
    try:
        yield
    except OSError as error:
        raise disk_failure(error, what) from error
