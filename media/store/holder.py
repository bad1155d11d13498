"""Which process holds a lease, so that a neighbour on the same machine sees at once that it has died."""

import hashlib
import os
import platform
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

BOOT = Path("/proc/sys/kernel/random/boot_id")
PROCESSES = Path("/proc/self/ns/pid")
STATE, STARTED = 0, 19
"""Fields of /proc/PID/stat, counted from the one after the name in brackets; see proc(5)."""
ENDED = {"X", "Z"}


class Holder(BaseModel):
    """A process; `pid` and `started` mean something only on the machine that `machine` names.

    `host` is what people call that machine.
    """

    model_config = ConfigDict(frozen=True)

    machine: str = ""
    pid: int = 0
    started: str = ""
    host: str = ""

    def __str__(self) -> str:
        """Return who it is, in words for those who may want to look at it."""
        if not self.machine:
            return "another process"
        where = "this machine" if self.machine == _this_machine() else self.host or "another machine"
        return f"process {self.pid} on {where}"

    def is_gone(self) -> bool:
        """Return whether this process is known to have ended; of another machine's nothing is known."""
        if not self.machine or self.machine != _this_machine():
            return False
        return _started(self.pid) != self.started


def this_process() -> Holder:
    """Return who we are; a nobody where the system does not say."""
    machine, started = _this_machine(), _started(os.getpid())
    if not machine or not started:
        return Holder()
    return Holder(machine=machine, pid=os.getpid(), started=started, host=platform.node())


@cache
def _this_machine() -> str:
    """Return a name for those processes that we can see: of one boot, one container, one user."""
    try:
        seen = f"{BOOT.read_text().strip()} {PROCESSES.readlink()} {os.getuid()}"
    except OSError:
        return ""
    return hashlib.sha256(seen.encode()).hexdigest()


def _started(pid: int) -> str:
    """Return when a process was started, as the kernel counts; nothing if it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[STATE] in ENDED else fields[STARTED]
