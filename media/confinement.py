"""What a confined child may touch: its own folder, what programs are made of, and the GPU.

The keeper loads this between a child's fork and exec; standard library only.
"""

import ctypes
import errno
import os
from collections.abc import Iterable, Iterator

from media import call_filter, landlock

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt/rocm", "/sys")
SETTINGS = (
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld.so.preload"),  # the loader
    *("/etc/localtime", "/etc/mime.types", "/etc/locale.alias", "/etc/ssl/openssl.cnf", "/etc/fonts"),
    *("/etc/OpenCL", "/etc/vulkan", "/etc/glvnd", "/etc/egl", "/etc/drirc"),  # drivers
)
"""Of /etc what loaders, fonts and drivers read, and neither passwords nor keys nor accounts."""
KERNEL = (
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/devices", "/proc/filesystems"),
    *("/proc/version", "/proc/driver", "/proc/sys/vm", "/proc/sys/kernel/osrelease"),
)
"""Of /proc nothing of other processes; /proc/self is the child's own, not that of what it starts."""
RANDOM = ("/dev/random", "/dev/urandom")
DEVICES = ("/dev/null", "/dev/zero")
GPUS = ("nvidia", "dri", "kfd", "dxg")
"""How the names of their devices begin."""

PR_SET_SECUREBITS, NO_ROOT = 28, 0b11  # and nothing takes it back


def confine(reads: Iterable[str]) -> None:
    """Confine this process, and all that it starts, to its working folder and what programs read.

    Args:
        reads: Files and folders that it may read besides.

    Raises:
        OSError: The kernel refuses.
    """
    version = landlock.version()
    give_up_privileges()
    landlock.restrict(places(reads), version)
    call_filter.install(call_filter.for_a_stranger(version))


def give_up_privileges() -> None:
    """Have the next exec leave root no capability: neither the machine's nor those of its own namespace.

    Raises:
        OSError: There are some, and the kernel does not let go of them.
    """
    if ctypes.CDLL(None).prctl(PR_SET_SECUREBITS, NO_ROOT, 0, 0, 0) == 0 or os.geteuid() != 0:
        return
    with open("/proc/self/status") as status:  # noqa: PTH123 - pathlib is slow to import
        to_be_had = next(line.split()[1] for line in status if line.startswith("CapBnd"))
    if int(to_be_had, 16):
        raise OSError(errno.EPERM, "root that cannot give up its privileges")


def places(reads: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yield what a child in the working folder may touch, each with what it may do there."""
    for path in (*SYSTEM, *reads):
        yield path, landlock.READ
    for path in (*SETTINGS, *KERNEL, *RANDOM):
        yield path, landlock.READ & ~landlock.EXECUTE
    for path in DEVICES:
        yield path, landlock.READ_FILE | landlock.WRITE_FILE
    for name in os.listdir("/dev"):  # noqa: PTH208 - pathlib is slow to import
        if name.startswith(GPUS):
            yield f"/dev/{name}", landlock.DEVICE
    yield ".", landlock.OWN
