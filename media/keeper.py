"""Start one tool and see to it that nothing of it outlives its keeper's owner.

Runs as a small process of its own between the engine and a tool (`media/process.py` starts it; standard
library only, so that it is up in some 15 ms). The owner holds the write end of a pipe,
the lifeline. When it closes, because the owner wants the tool gone or because the owner died in whatever way,
the whole tree below is ended: TERM, a grace, KILL. Orphans of the tool are adopted (PR_SET_CHILD_SUBREAPER),
so that a grandchild in a session of its own is found as well; and if the keeper itself is killed, the kernel
kills the tool (PR_SET_PDEATHSIG). The keeper ends as the tool did: same exit code or same signal. Linux only.

A tool that the terms call `isolated` gets a user and a network namespace of its own before it starts, or does
not start; the keeper itself stays outside. So it is with one whose terms have `reads`, what it may read
besides its own folder: it is confined (`media/confinement.py`, which is loaded for no other).
"""

import ctypes
import json
import os
import resource
import select
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
REPORT_FD = 3
NOT_STARTED = 127
OPEN_FILES = 4096
INHERITED = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGXFSZ)
"""What a shell, nohup or Python may have told us to ignore, and a tool would go on ignoring."""
FIRST_TO_GO = "1000"
"""The highest /proc/self/oom_score_adj: when memory runs out the kernel ends a tool, never its engine."""


def main(argv: list[str]) -> None:
    """Run `argv[2:]` under the terms (a JSON object) in `argv[1]`, then end as it ended."""
    terms = json.loads(argv[1])
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    tool = os.fork()
    if tool == 0:
        become(argv[2:], terms, terms.get("reads"))
    os.close(terms["reports"])  # the tool alone holds its channels, so that their end of file means its end
    os.close(0)
    status = watch(tool, terms["lifeline"], terms["grace_s"])
    sweep()
    if os.WIFSIGNALED(status):
        end_by_signal(os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))


def become(argv: list[str], terms: dict[str, int], reads: list[str] | None) -> None:
    """Turn this forked process into the tool; never returns."""
    keeper = os.getppid()
    try:
        os.setsid()
        for number in INHERITED:
            signal.signal(number, signal.SIG_DFL)
        offer_to_the_kernel()
        if terms.get("isolated"):
            cut_off()
        # Nothing that it starts gains rights, or loses the signal of the next line, by a set-user-id bit.
        ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != keeper:  # the keeper died before the line above took effect
            os._exit(NOT_STARTED)
        set_limits(terms)
        os.dup2(terms["reports"], REPORT_FD)  # dup2 also makes it survive the exec
        if reads is not None:
            confine(reads)
        os.execvpe(argv[0], argv, os.environ)  # noqa: S606 - an argv list, no shell
    except OSError as error:
        print(f"{argv[0]} could not be started: {error}", file=sys.stderr, flush=True)  # noqa: T201 - to the tool's own log
    os._exit(NOT_STARTED)


def set_limits(terms: dict[str, int]) -> None:
    """Limit this process and what it will start."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    open_files = OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if terms.get("memory_bytes"):
        resource.setrlimit(resource.RLIMIT_AS, (terms["memory_bytes"],) * 2)
    if terms.get("file_bytes"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (terms["file_bytes"],) * 2)


def offer_to_the_kernel() -> None:
    """Have this process ended first when memory runs out."""
    try:
        write("/proc/self/oom_score_adj", FIRST_TO_GO)
    except OSError:  # a /proc that cannot be written: then the kernel chooses by size, mostly the same one
        return


def cut_off() -> None:
    """Move this process into a user and a network namespace of its own.

    From there no address can be reached, not even loopback, and nothing of a process outside can be read that
    ptrace guards: its environment, its memory. User and group keep their numbers, so files keep their owners.

    Raises:
        OSError: The kernel refuses.
    """
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, f"no namespaces of its own ({os.strerror(number)})")
    write("/proc/self/setgroups", "deny")  # without it the kernel takes no map of groups from us
    write("/proc/self/uid_map", f"{user} {user} 1")
    write("/proc/self/gid_map", f"{group} {group} 1")


def confine(reads: list[str]) -> None:
    """Confine this process to its folder and what programs read (`media/confinement.py`).

    Raises:
        OSError: The kernel refuses.
    """
    # Last on the path: the modules of this project, whatever their names, stand in for none of Python's.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120 - see write
    from media import confinement  # noqa: PLC0415 - others start without it

    confinement.confine(reads)


def write(path: str, text: str) -> None:
    """Write `text` into a file that is there."""
    with open(path, "w") as file:  # noqa: PTH123 - importing pathlib would double our start
        file.write(text)


def watch(tool: int, lifeline: int, grace_s: float) -> int:
    """Wait until the tool ends, ending its tree when the lifeline closes; returns its wait status."""
    ended = os.pidfd_open(tool)
    poller = select.poll()
    poller.register(ended, select.POLLIN)
    poller.register(lifeline, select.POLLIN | select.POLLHUP)
    if all(fd != ended for fd, _ in poller.poll()):
        signal_tree(signal.SIGTERM, tool)
        poller.unregister(lifeline)
        if not poller.poll(grace_s * 1000):
            signal_tree(signal.SIGKILL, tool)
    return os.waitpid(tool, 0)[1]


def sweep() -> None:
    """Kill and collect whatever the tool left behind.

    Those that end may leave us orphans that were not listed before, so all are signalled anew after them.
    """
    while signal_tree(signal.SIGKILL):
        try:
            os.waitpid(-1, 0)
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:  # all collected; what is below is not ours yet, but its parent ends
            continue


def signal_tree(number: int, *known: int) -> bool:
    """Signal everything below this process, and `known` even where the kernel lists nobody's children.

    Returns whether there was anything.
    """
    below = {*known, *descendants(os.getpid())}
    for pid in below:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):  # it ended by itself, or is another user's now
            continue
    return bool(below)


def descendants(pid: int) -> list[int]:
    """List the processes below `pid`, parents first."""
    found = children(pid)
    for child in found:  # which grows meanwhile: a chain of them may be longer than Python recurses
        found += children(child)
    return found


def children(pid: int) -> list[int]:
    """List the children of a process, whichever of its threads started them; none if it has ended."""
    found: list[int] = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - importing pathlib would double our start
    except (FileNotFoundError, ProcessLookupError):
        return found
    for thread in threads:
        try:
            with open(f"/proc/{pid}/task/{thread}/children") as file:  # noqa: PTH123 - the same
                found += map(int, file.read().split())
        except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            continue
    return found


def end_by_signal(number: int) -> None:
    """End this process by the signal that ended the tool."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if number != signal.SIGKILL:  # which nobody can handle, so that there is nothing to reset
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    os._exit(128 + number)


if __name__ == "__main__":
    main(sys.argv)
