"""Landlock: from now on this process, and what it starts, touches only the files that it is given.

The kernel's own sandbox for those without privileges (Linux 5.13 or newer, `landlock(7)`). Loaded by the
keeper between fork and exec: standard library only, and nothing that is slow to import.

What it governs depends on its version: files being moved between folders from 2 (before that, none is),
being emptied from 3, TCP from 4, ioctl on devices from 5, signals and abstract sockets from 6. What it never
governs: whether a file is there, its size, mode and owner, sockets that lie in the file system, UDP.
`media/call_filter.py` shuts what of this can be shut.
"""

import ctypes
import os
import stat
from collections.abc import Iterable

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
WHICH_VERSION = 1
PATH_BENEATH = 1
PR_SET_NO_NEW_PRIVS = 38

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << bit for bit in range(6))
MAKE_DIR, MAKE_REG = 1 << 7, 1 << 8
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
OF_VERSION_1 = (1 << 13) - 1
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
TCP = 0b11  # to bind, to connect
SCOPES = 0b11  # abstract sockets, signals

READ = EXECUTE | READ_FILE | READ_DIR
OWN = READ_FILE | READ_DIR | WRITE_FILE | TRUNCATE | REFER | MAKE_DIR | MAKE_REG | REMOVE_DIR | REMOVE_FILE
"""Plain files and folders only: whoever reads the folder later meets no link and no pipe of the child's."""
DEVICE = READ_FILE | READ_DIR | WRITE_FILE | IOCTL_DEV


class Ruleset(ctypes.Structure):
    """`struct landlock_ruleset_attr`; what a kernel does not know must be 0."""

    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class Beneath(ctypes.Structure):
    """`struct landlock_path_beneath_attr`."""

    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """Return the version of this kernel's Landlock.

    Raises:
        OSError: It has none, it is switched off, or a container's rules forbid it.
    """
    return _call(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(WHICH_VERSION))


def restrict(places: Iterable[tuple[str, int]], of_version: int) -> None:
    """Leave this thread, and all that it starts, nothing but `places`, no TCP and nobody else to signal.

    Args:
        places: Files and folders, each with what may be done at and below it. What is not there is left out.
        of_version: Do no more than Landlock of this version can; at most `version()`.

    Raises:
        OSError: The kernel refuses.
    """
    handled = files_handled(of_version)
    net = TCP if of_version >= 4 else 0  # noqa: PLR2004 - see this module's first lines
    scoped = SCOPES if of_version >= 6 else 0  # noqa: PLR2004 - the same
    asked = Ruleset(handled, net, scoped)
    rules = _call(
        CREATE_RULESET, ctypes.byref(asked), ctypes.c_size_t(ctypes.sizeof(asked)), ctypes.c_uint32(0)
    )
    try:
        for path, rights in places:
            _allow(rules, path, rights & handled)
        ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)  # else only root may restrict itself
        _call(RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint32(0))
    finally:
        os.close(rules)


def files_handled(of_version: int) -> int:
    """Return the rights over files that Landlock of a version governs."""
    added = {2: REFER, 3: TRUNCATE, 5: IOCTL_DEV}
    return OF_VERSION_1 | sum(right for since, right in added.items() if of_version >= since)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not there, or not ours to look at: then it stays forbidden
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= OF_A_FILE
        rule = Beneath(rights, place)
        _call(
            ADD_RULE, ctypes.c_int(rules), ctypes.c_int(PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint32(0)
        )
    finally:
        os.close(place)


def _call(number: int, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    done = int(libc.syscall(ctypes.c_long(number), *arguments))
    if done < 0:
        errno = ctypes.get_errno()
        raise OSError(errno, f"no Landlock ({os.strerror(errno)})")
    return done
