"""Run one of this package's readers in a fork, and testify how much memory it had when it died.

    python -m media.geometry.witness occt job.json

A reader that meets its memory limit in the middle of C++ dies by SIGSEGV, exactly as of a damaged file. Only
what it held tells the two apart, and only its parent can still ask. If the reader dies by a signal, one JSON
line is written to file descriptor 3, {"event": "died", "peak_bytes": …}, and this process dies alike.
"""

import json
import os
import resource
import signal
import sys
from importlib import import_module

REPORT_FD = 3


def main(argv: list[str]) -> None:
    """Run `main()` of the module named `argv[1]` with the arguments from there on, and end as it ends."""
    reader = os.fork()
    if reader == 0:
        import_module(f"media.geometry.{argv[1]}").main(argv[1:])
        return
    _, status, usage = os.wait4(reader, 0)
    if os.WIFSIGNALED(status):
        with os.fdopen(REPORT_FD, "w") as reports:
            died = {"event": "died", "peak_bytes": usage.ru_maxrss * 1024}
            reports.write(json.dumps(died) + "\n")
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))


if __name__ == "__main__":
    main(sys.argv)
