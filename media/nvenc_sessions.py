"""How many videos a GPU's encoder works on at once: consumer cards refuse more, and all slow each other down.

A session is held by an flock on a file of its own, so it ends with its process, however that ends. Processes
that share the folder count each other.
"""

import fcntl
import logging
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger(__name__)

WAIT_S = 120.0
"""Longer than most videos take a GPU, and no longer than a processor would take for many."""
POLL_S = 0.1
SAID_AFTER_S = 5.0


@dataclass(frozen=True)
class NvencSessions:
    """The sessions of one GPU's encoder.

    Attributes:
        folder: Where those of all GPUs are counted.
        slots: How many there are of each.
        wait_s: Longest time to wait for one, in seconds.
        gpu: Says which GPU it is, as one word; asked when a session is needed.
    """

    folder: Path
    slots: int = 3
    wait_s: float = WAIT_S
    gpu: Callable[[], str] = lambda: ""

    @contextmanager
    def one(self) -> Iterator[str]:
        """Hold a session for the length of the block; provides why there is none, or nothing.

        Where sessions cannot be counted there is one for everybody: the driver will say if that is too many.
        """
        with ExitStack() as held:
            try:
                folder = self.folder / (self.gpu() or "unnamed")
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                why = self._taken(folder, held)
            except OSError as error:
                logger.warning("%s: the GPU's sessions are not counted: %s", self.folder, error)
                why = ""
            yield why

    def _taken(self, folder: Path, held: ExitStack) -> str:
        """Take the first session that is free, in time; returns why there is none, or nothing."""
        begun, said = time.monotonic(), False
        while not any(_try(folder / f"session-{slot}", held) for slot in range(self.slots)):
            waited = time.monotonic() - begun
            if waited >= self.wait_s:
                return f"all {self.slots} sessions of the GPU's encoder were taken for {self.wait_s:g} s"
            if waited >= SAID_AFTER_S and not said:
                logger.info("waiting for one of the %s sessions of the GPU's encoder", self.slots)
                said = True
            time.sleep(POLL_S * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
        return ""


def _try(path: Path, held: ExitStack) -> bool:
    """Take a session if it is free; a child does not inherit it, and so cannot outlive us with it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return False
    except BaseException:
        os.close(file)
        raise
    held.callback(os.close, file)
    return True
