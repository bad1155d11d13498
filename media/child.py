"""A running child of ours: its keeper, its channels, its deadlines. `media/process.py` starts one.

A child writes machine-readable lines to file descriptor 3 (ffmpeg by `-progress pipe:3`, our own scripts as
JSON lines). What it prints elsewhere goes into a bounded log tail that only error messages quote. Deadlines
run only while we wait for the child, never while it waits for us.
"""

import json
import logging
import math
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from media.ending import Finished
from media.errors import TimedOut
from media.log_tail import LogTail
from media.reports import NothingYet, Reports

logger = logging.getLogger(__name__)

KEEPER = Path(__file__).with_name("keeper.py")
GRACE_S = 2.0
LOOK_S = 1.0  # between two looks whether a silent child is still there


@dataclass(frozen=True)
class Limits:
    """What a child may use.

    Attributes:
        wall_s: Longest life, in seconds; None for a child that waits for others' work.
        idle_s: Longest silence while we wait for it, in seconds.
        memory_bytes: Address space (RLIMIT_AS), in bytes.
        file_bytes: Largest file it may write (RLIMIT_FSIZE), in bytes.
        network: Whether it may reach the network; else it is cut off where the kernel allows that.
        confined: Whether a stranger's file may take it over: then it writes below its own folder only, reads
            that, what programs are made of and `reads`, and reaches no network, whatever `network` says
            (docs/decisions/008-confined-children.md). On a machine that cannot see to it, it does not start.
        reads: Files and folders that it may read besides, if it is confined.
    """

    wall_s: float | None = None
    idle_s: float | None = None
    memory_bytes: int | None = None
    file_bytes: int | None = None
    network: bool = False
    confined: bool = False
    reads: tuple[Path, ...] = ()


class Child:
    """A running tool; use `start()`. Leaving its `with` block ends it and everything below it."""

    def __init__(
        self, argv: Sequence[str], cwd: Path, limits: Limits, env: Mapping[str, str], *, isolated: bool
    ) -> None:
        self._name = Path(argv[0]).name
        self._limits = limits
        self._started = time.monotonic()
        self._reports = Reports(self._name)
        self._log = LogTail()
        lifeline, self._lifeline = os.pipe()
        reports, report_writer = os.pipe()
        terms = {
            "lifeline": lifeline,
            "reports": report_writer,
            "grace_s": GRACE_S,
            "memory_bytes": limits.memory_bytes,
            "file_bytes": limits.file_bytes,
            "isolated": isolated,
            "reads": readable(limits.reads) if limits.confined else None,
        }
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(KEEPER), json.dumps(terms), *argv],
                cwd=cwd,
                env=clean_environment(cwd) | dict(env),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(lifeline, report_writer),
                start_new_session=True,
            )
        except BaseException:
            os.close(reports)
            os.close(self._lifeline)
            raise
        finally:
            os.close(lifeline)
            os.close(report_writer)
        self._readers = [
            threading.Thread(target=self._reports.read, args=(os.fdopen(reports, "rb"),), daemon=True),
            threading.Thread(target=self._log.read, args=(self._process.stdout,), daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        logger.debug("started %s as keeper %s", self._name, self._process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def send(self, data: bytes) -> None:
        """Write all of `data` to the child's stdin.

        Raises:
            TimedOut: The child stopped reading.
            BrokenPipeError: The child closed its stdin or ended; `wait()` tells how.
        """
        stdin = self._stdin().fileno()
        os.set_blocking(stdin, False)
        writable = select.poll()  # select() takes no descriptor beyond 1023
        writable.register(stdin, select.POLLOUT)
        view = memoryview(data)
        while view:
            patience = self._patience()
            if not writable.poll(None if patience is None else patience * 1000):
                raise self._timed_out("took no input")
            view = view[os.write(stdin, view) :]

    def close_stdin(self) -> None:
        """Tell the child that nothing more will come."""
        self._stdin().close()

    def reports(self) -> Iterator[str]:
        """Yield the lines that the child reports, until it closes the channel or has ended.

        Raises:
            TimedOut: The child passed its deadline or was silent for too long.
            ToolFailed: It reported a line beyond any that is expected.
        """
        while (line := self._next_report()) is not None:
            yield line

    def reported(self) -> list[str]:
        """Return the lines that the child has reported and nobody has read yet, without waiting."""
        return self._reports.waiting()

    def wait(self) -> Finished:
        """Wait until the child has ended, however it ended.

        Raises:
            TimedOut: It passed its deadline.
        """
        self._reports.want_no_more()
        try:
            returncode = self._process.wait(self._patience())
        except subprocess.TimeoutExpired:
            raise self._timed_out("did not end") from None
        self._join_readers()
        return Finished(returncode, self.log_tail(), time.monotonic() - self._started)

    def has_ended(self) -> bool:
        """Say whether the child has ended, however it ended."""
        return self._process.poll() is not None

    def end(self) -> None:
        """End the child and everything below it; ending twice is fine."""
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1
        self._reports.want_no_more()
        try:
            self._process.wait(GRACE_S + 3)
        except subprocess.TimeoutExpired:
            logger.warning("keeper %s of %s does not end; killing it", self._process.pid, self._name)
            self._process.kill()
            self._process.wait()
        self._join_readers()
        self._stdin().close()

    def log_tail(self) -> str:
        """Return the end of what the child printed, of a bounded length."""
        return self._log.text()

    def _next_report(self) -> str | None:
        """Wait for the next line; None if there will be none."""
        patience = self._patience()
        if patience == 0 and self._process.poll() is None:  # else a flood of lines would never time out
            raise self._timed_out("went on reporting and did not end")
        until = math.inf if patience is None else time.monotonic() + patience
        looks = 0
        while True:
            left = max(0.0, until - time.monotonic())
            try:
                return self._reports.take(min(LOOK_S, left))
            except NothingYet:
                if left <= LOOK_S:
                    raise self._timed_out("reported nothing") from None
            # A process that outlived the keeper, because it killed it, may hold the channel open for ever.
            looks += self._process.poll() is not None
            if looks > 1:
                return None

    def _join_readers(self) -> None:
        """Wait until all that the child printed and reported has been read."""
        for reader in self._readers:
            reader.join(GRACE_S)
        if any(reader.is_alive() for reader in self._readers):
            logger.warning("something that %s started outlives its keeper", self._name)

    def _stdin(self) -> IO[bytes]:
        assert self._process.stdin is not None  # noqa: S101 - opened as a pipe above
        return self._process.stdin

    def _patience(self) -> float | None:
        """Return how long the next wait may last, in seconds."""
        waits = [self._limits.idle_s] if self._limits.idle_s is not None else []
        if self._limits.wall_s is not None:
            waits.append(max(0.0, self._started + self._limits.wall_s - time.monotonic()))
        return min(waits, default=None)

    def _timed_out(self, what: str) -> TimedOut:
        after = time.monotonic() - self._started
        return TimedOut(f"{self._name} {what} within its deadline and was ended after {after:.0f} s")


def readable(reads: Iterable[Path]) -> list[str]:
    """Return what a confined child may read besides the system: this Python, our code for children, `reads`.

    No folder above our code is among them: settings, a store or other people's jobs may lie there.
    """
    code = Path(__file__).parent
    ours = (code, code.with_name("blender_scripts"), Path(sys.prefix), Path(sys.base_prefix))
    return [os.path.abspath(place) for place in (*ours, *reads)]  # noqa: PTH100 - Path.absolute keeps `..`


def clean_environment(cwd: Path) -> dict[str, str]:
    """Return the only variables that a child gets unasked."""
    return {"PATH": os.defpath, "HOME": str(cwd), "TMPDIR": str(cwd), "LANG": "C.UTF-8"}
