"""Have a program run for as long as another process lives, and start it again when it is killed.

`python -m media.renderer_host.supervisor NUMBER PROGRAM…`, where NUMBER is that of our parent. It is small
and holds nothing, so there is little that it could die of itself; if it does, the program ends with it.
"""

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

REFUSED = 2
"""The exit code of a program that would not run, however often it were started."""
LONGEST_PAUSE_S = 60.0
"""Whoever ran for longer is started again at once, others after a pause that doubles from 1 s to this."""


def supervise(argv: Sequence[str], keeper: int) -> None:
    """Run a program until the process that the pidfd `keeper` is of has ended, or it ends on purpose.

    The program is told by `--keeper` to end with us. Only the first one has our standard output.
    """
    for pause_s in _pauses():
        if select.select([keeper], [], [], pause_s)[0]:
            return
        program = subprocess.Popen([*argv, "--keeper", str(os.getpid())], stdin=subprocess.DEVNULL)
        _give_up_output()
        ended = os.pidfd_open(program.pid)
        ready, _, _ = select.select([keeper, ended], [], [])
        os.close(ended)
        if keeper in ready or program.wait() in {0, REFUSED}:
            return
        sys.stderr.write(f"{argv[-1]}: ended by {program.returncode}; it is started again\n")


def watched(keeper: int) -> int:
    """Return a pidfd of our parent; exits if that has ended already, and its number may be another's."""
    try:
        pidfd = os.pidfd_open(keeper)
    except ProcessLookupError:
        sys.exit(0)
    if keeper != os.getppid():
        sys.exit(0)
    return pidfd


def _pauses() -> Iterator[float]:
    """Yield how long to wait before each start."""
    pause_s = 0.0
    while True:
        began = time.monotonic() + pause_s
        yield pause_s
        if time.monotonic() - began > LONGEST_PAUSE_S:
            pause_s = 0.0
        else:
            pause_s = min(LONGEST_PAUSE_S, max(1.0, 2 * pause_s))


def _give_up_output() -> None:
    """Let whoever reads our output see its end when the program's own ends."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)


if __name__ == "__main__":
    supervise(sys.argv[2:], watched(int(sys.argv[1])))
