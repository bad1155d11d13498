"""What this machine lets us keep children from: each is asked once, by doing it."""

import errno
import functools
import logging
import re
import sys
import tempfile
from pathlib import Path

from media.child import KEEPER, Child, Limits
from media.ending import check

logger = logging.getLogger(__name__)

LONGEST_PROBE_S = 20.0
REFUSALS = {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EINVAL, errno.ENOSPC, errno.EOPNOTSUPP}
"""How unshare(2), landlock_create_ruleset(2) and seccomp(2) say that they never will; the last but one, where
the number of namespaces is limited to 0."""
LEAVES_OPEN = """
import errno, socket, sys
try:
    open(sys.argv[1]).close()
except PermissionError:
    pass
else:
    sys.exit("a confined child reads what lies beside its folder")
try:
    socket.socket()
except PermissionError:
    pass
else:
    sys.exit("a confined child opens sockets")
"""


@functools.cache
def can_isolate() -> bool:
    """Say whether this machine lets a child be cut off from the network; it is asked once, by doing it.

    It refuses where user namespaces are forbidden, as in some containers, and where root reads this code or
    this Python only by overriding whose they are, which it cannot in a namespace of its own.

    Raises:
        OutOfResources, TimedOut, ToolFailed: It could not be found out now; it is asked again next time.
    """
    argv = [sys.executable, "-I", "-S", "-c", f"open({str(KEEPER)!r}).close()"]
    why = _refusal(argv, Path("/"), Limits(wall_s=LONGEST_PROBE_S), isolated=True)
    if why:
        logger.warning("children can reach the network: this machine does not let us cut them off [%s]", why)
    return not why


def can_confine() -> bool:
    """Say whether this machine lets a child be confined (`Limits.confined`); it is asked once, by doing it.

    Raises:
        OutOfResources, TimedOut, ToolFailed: It could not be found out now; it is asked again next time.
    """
    return not refusal_to_confine()


@functools.cache
def refusal_to_confine() -> str:
    """Return why this machine lets no child be confined, or nothing if it does.

    Raises:
        OutOfResources, TimedOut, ToolFailed: It could not be found out now; it is asked again next time.
    """
    with tempfile.TemporaryDirectory() as name:
        own, beside = Path(name, "own"), Path(name, "beside")
        own.mkdir()
        beside.write_text("unseen")
        argv = [sys.executable, "-I", "-S", "-c", LEAVES_OPEN, str(beside)]
        limits = Limits(wall_s=LONGEST_PROBE_S, confined=True)
        return _refusal(argv, own, limits, isolated=can_isolate())


def _refusal(argv: list[str], cwd: Path, limits: Limits, *, isolated: bool) -> str:
    """Try a child under such terms and return why it was refused, or nothing."""
    with Child(argv, cwd, limits, {}, isolated=isolated) as child:
        finished = child.wait()
    if not finished.returncode:
        return ""
    numbers = re.findall(r"\[Errno (\d+)\]", finished.log_tail)
    if finished.returncode < 0 or (numbers and int(numbers[-1]) not in REFUSALS):
        what = "confined" if limits.confined else "cut off from the network"
        check(finished, f"the trial whether children can be {what}")
    return " ".join(finished.log_tail.strip().splitlines()[-1:]) or f"exit code {finished.returncode}"
