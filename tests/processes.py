"""Watch processes that are not our children."""

import time
from contextlib import suppress
from pathlib import Path

PATIENCE_S = 20.0


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie that nobody has collected does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def command_of(pid: int) -> str:
    """Return a process's number and how it was called, as far as that is still known."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return f"{pid} {Path(f'/proc/{pid}/cmdline').read_text().replace(chr(0), ' ')[:200]}"
    return f"{pid} that has ended meanwhile"


def wait_until_gone(pid: int) -> None:
    """Return as soon as a process has ended."""
    deadline = time.monotonic() + PATIENCE_S
    while is_alive(pid):
        assert time.monotonic() < deadline, f"{pid} is still alive"
        time.sleep(0.01)  # the kernel tells only parents


def descendants(pid: int) -> list[int]:
    """Return the processes below one, parents first; threads and processes that end meanwhile have none."""
    found = []
    with suppress(FileNotFoundError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                for child in (task / "children").read_text().split():
                    found += [int(child), *descendants(int(child))]
    return found
