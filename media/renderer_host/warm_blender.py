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
        unheard_s: Seconds in which it has to report anything of a job that it was given. It looks for its
            devices before that, and a cold machine may load it for minutes.
        silence_s: Seconds for which it waits for what a job's process asks for next.
        ending_s: Seconds that it may take to end once it reports no more.
    """

    most_jobs: int = 200
    most_bytes: int = 6 * 2**30
    idle_s: float = 600.0
    unheard_s: float = 300.0
    silence_s: float = 120.0
    ending_s: float = 20.0


class WarmBlender:
    """At most one running Blender; one job at a time has it, and any thread may end it."""

    def __init__(self, folder: Path, terms: Terms) -> None:
        """Keep what a Blender writes into its home below `folder`."""
        self._folder = folder
        self._terms = terms
        self._child: Child | None = None
        self._lock = threading.RLock()
        self._made_of = ""
        self._last_used = time.monotonic()
        self.jobs = 0
        """How many the running Blender has done."""
        self.scene = ""

    @property
    def is_warm(self) -> bool:
        """Whether one was started and is kept."""
        return self._child is not None

    def ready_for(self, command: Command) -> Child:
        """Return a running Blender that was started by this command from the scripts as they are now."""
        wanted = made_of(command)
        with self._lock:
            if self._child is None or self._made_of != wanted or self._child.has_ended():
                self.end()
                self._child = self._started(command)
                self._made_of = wanted
            return self._child

    def used(self, child: Child, *, scene: str, held: int) -> None:
        """Take note of a job that ended well, with this scene open and so many bytes held.

        A Blender that was ended meanwhile, for its process went away at that moment, has nothing open.
        """
        with self._lock:
            if self._child is not child:
                return
            self.jobs += 1
            self.scene = scene
            self._last_used = time.monotonic()
            if held > self._terms.most_bytes:
                logger.info("Blender has grown to %s bytes in %s jobs; ending it", held, self.jobs)
                self.end()
            elif self.jobs >= self._terms.most_jobs:
                logger.info("Blender has done %s jobs; ending it", self.jobs)
                self.end()

    def end_if_idle(self) -> None:
        """End a Blender that had nothing to do for too long."""
        if self._child and time.monotonic() - self._last_used >= self._terms.idle_s:
            logger.info("Blender had nothing to do for %.0f s; ending it", self._terms.idle_s)
            self.end()

    def end(self, only: Child | None = None) -> None:
        """End the Blender, if there is one; where `only` says which, no other. Returns when it has ended.

        Its session goes with it; caches in its home stay for the next one.
        """
        with self._lock:
            if self._child is None or only not in (None, self._child):
                return
            self._child.end()
            self._child = None
            for left in self._folder.glob(SESSION_FOLDERS):  # the rest are caches, which the next one wants
                shutil.rmtree(left, ignore_errors=True)
            self.scene, self.jobs = "", 0
            self._last_used = time.monotonic()

    def _started(self, command: Command) -> Child:
        self._folder.mkdir(exist_ok=True)
        job_file = self._folder / "job.json"
        job_file.write_text(json.dumps({"schema": SCHEMA, "do": "serve"}))
        limits = Limits(file_bytes=FILE_BYTES)  # deadlines are those of a job (`conversation.py`)
        return start([*command.argv, str(job_file)], cwd=self._folder, limits=limits, env=command.env)


def made_of(command: Command) -> str:
    """Return what a Blender is made of: how it is started, and its scripts, which an update changes."""
    stats = ((path.name, path.stat()) for path in sorted(ENTRY.parent.glob("*.py")))
    scripts = [(name, stat.st_mtime_ns, stat.st_size) for name, stat in stats]
    return f"{command.model_dump_json()} {scripts}"
