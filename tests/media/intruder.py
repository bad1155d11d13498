"""Try what a taken-over child would, and report what came of each try on descriptor 3.

Arguments: a JSON object of what there is to be got at; see `test_confinement.py`, which writes it. Started in
a folder of its own, where `link` leads out.
"""

import ctypes
import errno
import fcntl
import json
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

PTRACE_SEIZE = 0x4206
CLONE_NEWUSER = 0x10000000
LIBC = ctypes.CDLL(None, use_errno=True)


def main(target: dict) -> dict[str, str]:
    found = {}
    for name, act in tries(target).items():
        try:
            act()
            found[name] = "done"
        except OSError as error:
            found[name] = errno.errorcode.get(error.errno or 0, type(error).__name__)
    return found


def tries(target: dict) -> dict[str, Callable[[], object]]:
    outside = Path(target["outside"])
    return {
        "read": (outside / "secret").read_text,
        "list": lambda: any(outside.iterdir()),
        "list home": lambda: any(Path(target["home"]).iterdir()),
        "list store": lambda: any(Path(target["store"]).iterdir()),
        "read store": (Path(target["store"]) / "renders" / "object").read_text,
        "read accounts": Path("/etc/passwd").read_text,
        "follow a link": Path("link").read_text,
        "make a link": lambda: Path("made link").symlink_to(outside),
        "make a name": lambda: Path("made name").hardlink_to(outside / "secret"),
        "make a pipe": lambda: os.mkfifo("made pipe"),
        "write": lambda: (outside / "made").write_text("x"),
        "overwrite": lambda: os.close(os.open(outside / "victim", os.O_WRONLY)),
        "empty": lambda: os.truncate(outside / "victim", 0),
        "empty what it may read": lambda: os.close(os.open(target["readable"], os.O_RDONLY | os.O_TRUNC)),
        "move out": lambda: Path("own").rename(outside / "moved out"),
        "move in": lambda: (outside / "victim").rename("moved in"),
        "delete": (outside / "other victim").unlink,
        "make a folder": (outside / "made folder").mkdir,
        "open to all": lambda: (outside / "secret").chmod(0o777),
        "change times": lambda: os.utime(outside / "secret"),
        "tcp": lambda: socket.create_connection(("127.0.0.1", target["port"]), 5).close(),
        "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(
            b"?", ("127.0.0.1", target["port"])
        ),
        "socket in the file system": lambda: connect(target["socket"]),
        "abstract socket": lambda: connect("\0" + target["abstract"]),
        "pair of sockets turned outwards": lambda: socket.socketpair(type=socket.SOCK_DGRAM)[0].connect(
            target["datagrams"]
        ),
        "signal its engine": lambda: os.kill(target["engine"], 0),
        "signal its keeper": lambda: os.kill(os.getppid(), 0),
        "have signals sent to its engine": lambda: fcntl.fcntl(0, fcntl.F_SETOWN, target["engine"]),
        "watch a folder": lambda: called(
            LIBC.inotify_add_watch(called(LIBC.inotify_init()), bytes(outside), 256)
        ),
        "limit its engine": lambda: limit(target["engine"]),
        "trace its keeper": lambda: called(LIBC.ptrace(PTRACE_SEIZE, os.getppid(), 0, 0)),
        "environment of its engine": Path(f"/proc/{target['engine']}/environ").read_bytes,
        "command line of its engine": Path(f"/proc/{target['engine']}/cmdline").read_bytes,
        "by what it starts": lambda: started(["/bin/cat", str(outside / "secret")]),
        "namespaces": lambda: started(["/usr/bin/unshare", "--user", "true"]),
    }


def connect(address: str) -> None:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(address)


def limit(pid: int) -> None:
    """Ask for a limit of another process, as one may who could set it."""
    resource.prlimit(pid, resource.RLIMIT_CPU)


def called(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result


def started(argv: list[str]) -> None:
    if subprocess.run(argv, check=False, capture_output=True).returncode:
        raise OSError(errno.EACCES, "refused")


if __name__ == "__main__":
    os.write(3, json.dumps(main(json.loads(sys.argv[1]))).encode() + b"\n")
