"""The one way to start a child process: limits, deadlines, a report channel, and no survivors.

What a running child can be asked is in `media/child.py`; what this machine lets children be kept from, in
`media/isolation.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from media.child import KEEPER, Child, Limits, clean_environment
from media.ending import Finished, check
from media.errors import OutOfResources
from media.isolation import can_confine, can_isolate, refusal_to_confine

__all__ = [
    "KEEPER",
    "Child",
    "Finished",
    "Limits",
    "can_confine",
    "can_isolate",
    "check",
    "clean_environment",
    "run",
    "start",
]


def start(argv: Sequence[str], *, cwd: Path, limits: Limits, env: Mapping[str, str] | None = None) -> Child:
    """Start a tool in its own session and folder with a clean environment.

    Args:
        argv: The command as a list; the first item is an absolute path or is found on the system's PATH.
        cwd: The child's own folder, also its HOME and TMPDIR.
        limits: Deadlines and sizes.
        env: Variables in addition to the clean ones.

    Raises:
        OutOfResources: It is to be confined, and this machine cannot do that.
        TimedOut, ToolFailed: What this machine can do could not be found out now.
    """
    if limits.confined and (why := refusal_to_confine()):
        raise OutOfResources(
            f"{Path(argv[0]).name} was not started on a file that nobody vouches for: expected a machine "
            f"that can confine it (Linux 5.13 or newer with Landlock and seccomp), found {why}; "
            "use another machine, or a container whose rules allow both (docs/images.md)"
        )
    isolated = (limits.confined or not limits.network) and can_isolate()
    return Child(argv, cwd, limits, env or {}, isolated=isolated)


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    limits: Limits,
    env: Mapping[str, str] | None = None,
    on_report: Callable[[str], None] | None = None,
) -> Finished:
    """Run a tool to its end without input, handing each report line to `on_report`.

    Raises:
        TimedOut: It passed a deadline.
    """
    with start(argv, cwd=cwd, limits=limits, env=env) as child:
        child.close_stdin()
        for line in child.reports():
            if on_report:
                on_report(line)
        return child.wait()
