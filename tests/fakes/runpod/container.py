"""The first process of a pod that is processes: it stands where a container's runtime stands.

Started as `python -I -S container.py COMMAND…` with a pipe as standard input. Everything that the command
starts is below this process, in whatever session it is (it is their subreaper), and none of it outlives the
command or whoever holds the other end of the pipe. SIGTERM goes to the command alone, as Docker sends it.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
CANNOT_START = 127


def below(pid: int) -> list[int]:
    """Return all processes below one."""
    found = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                for child in (task / "children").read_text().split():
                    found += [int(child), *below(int(child))]
    return found


def reap() -> dict[int, int]:
    """Collect those who ended; returns the exit codes."""
    codes = {}
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            code = os.waitstatus_to_exitcode(status)
            codes[pid] = code if code >= 0 else 128 - code
    return codes


def kill_all() -> None:
    """Kill until nobody is left: who is stopped first cannot start others meanwhile."""
    while pids := below(os.getpid()):
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in pids:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, number)
        reap()


def main() -> int:
    """Run the command; returns its exit code."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    wake, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(waker)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    try:
        command = subprocess.Popen(
            sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True, restore_signals=True
        )
    except OSError as error:
        sys.stderr.write(f"exec {sys.argv[1]}: {error.strerror}\n")
        return CANNOT_START
    try:
        while True:
            while asked:
                command.send_signal(asked.pop())
            if command.pid in (codes := reap()):
                command.returncode = codes[command.pid]  # which it cannot find out by itself any more
                return command.returncode
            ready, _, _ = select.select([wake, sys.stdin], [], [])
            if sys.stdin in ready:
                return 128 + signal.SIGKILL
            with suppress(BlockingIOError):
                os.read(wake, 4096)
    finally:
        kill_all()


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
