"""What a pod is made of: nothing at all, or a tree of processes. Another kind needs these five methods."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from tests.fakes.runpod import container

PATIENCE_S = 10.0


class Body(Protocol):
    """A container on a host. `start` may be called again after it ended; what it wrote is still there."""

    def start(self) -> None:
        """Begin; returns at once."""
        ...

    def exit_code(self) -> int | None:
        """Return how it ended, or None while it runs."""
        ...

    def term(self) -> None:
        """Ask it to end."""
        ...

    def kill(self) -> None:
        """End it, without asking."""
        ...

    def hang(self) -> None:
        """Let everything in it stand still."""
        ...


@dataclass
class NoBody:
    """Nothing. A test may play what runs in it, told by callbacks; it runs until a test sets `code`."""

    on_start: Callable[[], None] = lambda: None
    on_term: Callable[[], None] = lambda: None
    on_kill: Callable[[], None] = lambda: None
    code: int | None = None

    def start(self) -> None:
        """Begin."""
        self.code = None
        self.on_start()

    def exit_code(self) -> int | None:
        """Return what a test has set."""
        return self.code

    def term(self) -> None:
        """Tell who plays it."""
        self.on_term()

    def kill(self) -> None:
        """Tell who plays it."""
        self.code = 137
        self.on_kill()

    def hang(self) -> None:
        """Do nothing, as ever."""


@dataclass
class ProcessBody:
    """A command on this machine with all that it starts, in a folder of its own.

    Attributes:
        argv: The command.
        env: All of its environment, save what names its folder.
        folder: Where TMPDIR and HOME lie; it survives restarts as a container's writable layer does.
        cwd: Where it starts.
        say: Takes each line that it writes.
    """

    argv: Sequence[str]
    env: Mapping[str, str]
    folder: Path
    cwd: Path
    say: Callable[[str], None]
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Begin; the interpreter that runs us is on its PATH."""
        for name in ("tmp", "home"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        base = {
            "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(self.folder / "home"),
        }
        runtime = [sys.executable, "-I", "-S", container.__file__]
        self._process = subprocess.Popen(
            [*runtime, *self.argv],
            env={**base, **self.env, "TMPDIR": str(self.folder / "tmp")},
            cwd=self.cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True).start()

    def exit_code(self) -> int | None:
        """Return how it ended; all that it started has ended with it."""
        if self._process is None:
            return 0
        code = self._process.poll()
        if code is not None:
            self._let_go()
        return code

    def term(self) -> None:
        """Send SIGTERM to the command, which must hand it on."""
        if self._process and self._process.poll() is None:
            self._process.terminate()

    def kill(self) -> None:
        """Kill the command and all that it started; returns when they are gone."""
        if not self._process:
            return
        self._let_go()
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            for pid in (*container.below(self._process.pid), self._process.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait()

    def hang(self) -> None:
        """Stop all its processes; only `kill` ends them."""
        if self._process:
            for pid in container.below(self._process.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)

    def pids(self) -> list[int]:
        """Return the processes that the command and what it started are now."""
        return container.below(self._process.pid) if self._process else []

    def _let_go(self) -> None:
        """Close the pipe, which the runtime takes for our death."""
        if self._process and self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()

    def _read(self, output: IO[bytes]) -> None:
        with output:
            for line in output:
                self.say(line.decode(errors="replace").rstrip("\r\n"))
