"""A filter of system calls (seccomp): from now on this process, and what it starts, is refused some of them.

It shuts what Landlock leaves open: sockets of every kind, so that no address is reached even where the
kernel refuses namespaces, nor a socket that lies in the file system; modes, owners and times of files; on
kernels whose Landlock is old, other processes too. Loaded by the keeper between fork and exec: standard
library only.

A filter is a program for the kernel's packet filter (`seccomp(2)`). It sees numbers and arguments but no
memory, so a call whose arguments lie in memory is refused as if the kernel did not know it, and libraries
take the older one. Numbers are those of x86_64; elsewhere there is no filter.
"""

import ctypes
import errno
import os

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, BY_FILTER = 38, 22, 2
X86_64 = 0xC000003E
FIRST_OF_X32 = 0x40000000
LOAD, AND, RETURN, IF_EQUAL, IF_AT_LEAST = 0x20, 0x54, 0x06, 0x15, 0x35
ALLOW, FAIL_WITH = 0x7FFF0000, 0x00050000
NUMBER_AT, MACHINE_AT, ARGUMENTS_AT = 0, 4, 16
ALL_BITS = 0xFFFFFFFF

SOCKETS = (41, 425)  # socket, io_uring_setup: whose requests no filter sees
SOCKETPAIR, UNIX, STREAM, KINDS_OF_SOCKET = 53, 1, 1, 0xF
OF_FILES = (
    *(90, 91, 268, 452),  # chmod, fchmod, fchmodat, fchmodat2
    *(92, 93, 94, 260),  # chown, fchown, lchown, fchownat
    *(132, 235, 261, 280),  # utime, utimes, futimesat, utimensat
    *(188, 189, 190, 463),  # setxattr, lsetxattr, fsetxattr, setxattrat
    *(197, 198, 199, 466),  # removexattr, lremovexattr, fremovexattr, removexattrat
    469,  # file_setattr
)
OF_OTHERS = (
    *(101, 310, 311, 312),  # ptrace, process_vm_readv, process_vm_writev, kcmp
    *(253, 294, 300),  # inotify_init, inotify_init1, fanotify_init: who watches a folder learns its names
    *(248, 249, 250),  # add_key, request_key, keyctl: the user's key ring
    *(29, 30, 31, 64, 68, 240, 241),  # shmget, shmat, shmctl, semget, msgget, mq_open, mq_unlink: by name
)
OF_THE_KERNEL = (
    *(272, 308),  # unshare, setns: in a user namespace of its own it would be root to half the kernel
    *(103, 298, 304, 321, 323),  # syslog, perf_event_open, open_by_handle_at, bpf, userfaultfd
)
CLONE, CLONE3, NEW_NAMESPACES = 56, 435, 0x7E020000
PRLIMIT64 = 302
FCNTL, SETOWN = 72, (8, 15)  # F_SETOWN, F_SETOWN_EX: who gets the signals of a file
IOCTL, SETOWN_BY_IOCTL = 16, (0x8901, 0x8902)  # FIOSETOWN, SIOCSPGRP: the same
TO_SIGNAL_ONE = (62, 234)  # kill, tgkill
TO_SIGNAL = (129, 200, 297, 424)  # rt_sigqueueinfo, tkill, rt_tgsigqueueinfo, pidfd_send_signal
TRUNCATE, OPEN, OPENAT, OPENAT2 = 76, 2, 257, 437

Line = tuple[int, int, int, int]


class Instruction(ctypes.Structure):
    """`struct sock_filter`."""

    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_uint16), ("lines", ctypes.POINTER(Instruction)))


def install(lines: list[Line]) -> None:
    """Have the kernel run a filter before every call of this thread and of all that it starts.

    Raises:
        OSError: The kernel refuses, or is none that these numbers are of.
    """
    machine = os.uname().machine
    if machine != "x86_64":
        raise OSError(errno.ENOSYS, f"no filter of system calls (written for x86_64, not {machine})")
    instructions = (Instruction * len(lines))(*(Instruction(*line) for line in lines))
    program = Program(len(lines), instructions)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)  # else only root may filter itself
    if libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(BY_FILTER), ctypes.byref(program), 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, f"no filter of system calls ({os.strerror(number)})")


def for_a_stranger(landlock: int) -> list[Line]:
    """Return the filter of a confined child beside Landlock of a version."""
    pid = os.getpid()  # an exec keeps it
    rules = [
        *refuse(SOCKETS + OF_FILES + OF_OTHERS + OF_THE_KERNEL),
        *plain_pairs(),
        *unless(CLONE, 0, NEW_NAMESPACES, (0,)),
        *refuse((CLONE3,), errno.ENOSYS),
        *unless(PRLIMIT64, 0, ALL_BITS, (0, pid)),  # a limit of no time left ends a process as a signal does
        *never(FCNTL, 1, SETOWN),
        *never(IOCTL, 1, SETOWN_BY_IOCTL),
    ]
    if landlock < 3:  # noqa: PLR2004 - it does not keep files from being emptied
        without_emptying = (
            os.O_RDONLY,
            os.O_WRONLY,
            os.O_RDWR,
            os.O_TRUNC | os.O_WRONLY,
            os.O_TRUNC | os.O_RDWR,
        )
        how = os.O_TRUNC | os.O_ACCMODE
        rules += refuse((TRUNCATE,))
        rules += refuse((OPENAT2,), errno.ENOSYS)
        rules += [*unless(OPEN, 1, how, without_emptying), *unless(OPENAT, 2, how, without_emptying)]
    if landlock < 6:  # noqa: PLR2004 - it does not keep signals in
        rules += refuse(TO_SIGNAL)
        rules += [line for number in TO_SIGNAL_ONE for line in unless(number, 0, ALL_BITS, (pid,))]
    return whole(rules)


def whole(rules: list[Line]) -> list[Line]:
    """Return the filter that lets everything through but what the rules refuse."""
    refused = (RETURN, 0, 0, FAIL_WITH | errno.EPERM)
    return [
        (LOAD, 0, 0, MACHINE_AT),
        (IF_EQUAL, 1, 0, X86_64),
        refused,  # calls in the manner of 32 bits have other numbers
        (LOAD, 0, 0, NUMBER_AT),
        (IF_AT_LEAST, 0, 1, FIRST_OF_X32),
        refused,
        *rules,
        (RETURN, 0, 0, ALLOW),
    ]


def refuse(numbers: tuple[int, ...], error: int = errno.EPERM) -> list[Line]:
    """Return the rules that let calls fail."""
    return [
        line for number in numbers for line in ((IF_EQUAL, 0, 1, number), (RETURN, 0, 0, FAIL_WITH | error))
    ]


def plain_pairs() -> list[Line]:
    """Return the rule that lets pairs of sockets be made for streams within this machine alone.

    Other kinds can be connected anew, to an address; for other families the kernel may load a module.
    """
    refused = (RETURN, 0, 0, FAIL_WITH | errno.EPERM)
    body: list[Line] = [
        (LOAD, 0, 0, ARGUMENTS_AT),
        (IF_EQUAL, 1, 0, UNIX),
        refused,
        (LOAD, 0, 0, ARGUMENTS_AT + 8),
        (AND, 0, 0, KINDS_OF_SOCKET),
        (IF_EQUAL, 1, 0, STREAM),
        refused,
        (RETURN, 0, 0, ALLOW),
    ]
    return [(IF_EQUAL, 0, len(body), SOCKETPAIR), *body]


def never(number: int, argument: int, refused: tuple[int, ...]) -> list[Line]:
    """Return the rule that lets a call fail if the low half of an argument is one of these."""
    body: list[Line] = [(LOAD, 0, 0, ARGUMENTS_AT + 8 * argument)]
    for value in refused:
        body += [(IF_EQUAL, 0, 1, value), (RETURN, 0, 0, FAIL_WITH | errno.EPERM)]
    body.append((RETURN, 0, 0, ALLOW))
    return [(IF_EQUAL, 0, len(body), number), *body]


def unless(number: int, argument: int, mask: int, allowed: tuple[int, ...]) -> list[Line]:
    """Return the rule that lets a call fail unless the low half of an argument, masked, is one of these."""
    body: list[Line] = [(LOAD, 0, 0, ARGUMENTS_AT + 8 * argument), (AND, 0, 0, mask)]
    for value in allowed:
        body += [(IF_EQUAL, 0, 1, value), (RETURN, 0, 0, ALLOW)]
    body.append((RETURN, 0, 0, FAIL_WITH | errno.EPERM))
    return [(IF_EQUAL, 0, len(body), number), *body]
