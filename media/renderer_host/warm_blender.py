"""A Blender that stays: started for its first job, replaced when it grew, did enough, or is not as asked."""

import json
import logging
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from media.blender import ENTRY, FILE_BYTES, SCHEMA
from media.process import Child, Limits, start
from media.renderer_host.messages import Command

logger = logging.getLogger(__name__)

END = b"end\n"
"""The line after a job's last; the far end is `blender_scripts/serving.py`."""
SESSION_FOLDERS = "blender_*"
"""Where Blender keeps things while it runs. One that is ended leaves its own; a host may live for weeks."""


@dataclass(frozen=True)
class Terms:
    """When a Blender is replaced or ended.

    Attributes:
        most_jobs: Jobs after which it has done enough.
        most_bytes: Resident size after a job from which on it has grown too much.
        idle_s: Seconds without a job after which it ends.
    """

    most_jobs: int = 200
    most_bytes: int = 6 * 2**30
    idle_s: float = 600.0


class WarmBlender:
    """At most one running Blender; one job at a time has it, and any thread may end it."""

    def __init__(self, folder: Path, terms: Terms) -> None:
        """Keep what a Blender writes into its home below `folder`."""
        self._folder = folder
        self._terms = terms
        self._child: Child | None = None
        self._lock = threading.RLock()
        self._made_of: tuple[Command, object] | None = None
        self._jobs = 0
        self._last_used = time.monotonic()
        self.scene = ""

    @property
    def is_warm(self) -> bool:
        """Whether one was started and is kept."""
        return self._child is not None

    def ready_for(self, command: Command) -> Child:
        """Return a running Blender that was started by this command from the scripts as they are now."""
        made_of = (command, scripts_on_disk())
        with self._lock:
            if self._made_of != made_of or self._child is None or self._child.has_ended():
                self.end()
                self._child = self._started(command)
                self._made_of = made_of
            return self._child

    def used(self, *, scene: str, held: int) -> None:
        """Take note of a job that ended well, with this scene open and so many bytes held."""
        self._jobs += 1
        self.scene = scene
        self._last_used = time.monotonic()
        if held > self._terms.most_bytes:
            logger.info("Blender has grown to %s bytes in %s jobs; ending it", held, self._jobs)
            self.end()
        elif self._jobs >= self._terms.most_jobs:
            logger.info("Blender has done %s jobs; ending it", self._jobs)
            self.end()

    def end_if_idle(self) -> None:
        """End a Blender that had nothing to do for too long."""
        if self._child and time.monotonic() - self._last_used >= self._terms.idle_s:
            logger.info("Blender had nothing to do for %.0f s; ending it", self._terms.idle_s)
            self.end()

    def end(self, only: Child | None = None) -> None:
        """End the Blender, if there is one; where `only` says which, no other. Returns when it has ended."""
        with self._lock:
            if self._child is None or only not in (None, self._child):
                return
            self._child.end()
            self._child = None
            for left in self._folder.glob(SESSION_FOLDERS):
                shutil.rmtree(left, ignore_errors=True)
            self.scene, self._jobs = "", 0
            self._last_used = time.monotonic()

    def _started(self, command: Command) -> Child:
        self._folder.mkdir(exist_ok=True)
        job_file = self._folder / "job.json"
        job_file.write_text(json.dumps({"schema": SCHEMA, "do": "serve"}))
        limits = Limits(file_bytes=FILE_BYTES)  # deadlines are those of the job's own process
        return start([*command.argv, str(job_file)], cwd=self._folder, limits=limits, env=command.env)


def scripts_on_disk() -> object:
    """Return what tells whether Blender's scripts changed, as an update of this project changes them."""
    stats = ((path.name, path.stat()) for path in sorted(ENTRY.parent.glob("*.py")))
    return [(name, stat.st_mtime_ns, stat.st_size) for name, stat in stats]
