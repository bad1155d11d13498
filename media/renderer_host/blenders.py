"""The Blenders of a host: as many as its lanes take at a time, each started when it is first needed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from media.renderer_host.lanes import MOST
from media.renderer_host.messages import Lane
from media.renderer_host.warm_blender import Terms, WarmBlender


class Blenders:
    """Those of them that nobody has at the moment."""

    def __init__(self, folder: Path, terms: Terms) -> None:
        """Give each a home below `folder`."""
        self._free: dict[Lane, list[WarmBlender]] = {
            lane: [WarmBlender(folder / f"{lane}-{number}", terms) for number in range(most)]
            for lane, most in MOST.items()
        }
        self._all = [blender for blenders in self._free.values() for blender in blenders]
        self._lock = threading.Lock()

    @contextmanager
    def taken(self, lane: Lane, scene: str) -> Iterator[WarmBlender]:
        """Have one of a lane for the block: one with this scene open, or else a warm one, if there is any."""
        with self._lock:
            free = self._free[lane]
            free.sort(key=lambda blender: (bool(scene) and blender.scene == scene, blender.is_warm))
            blender = free.pop()
        try:
            yield blender
        finally:
            with self._lock:
                free.append(blender)

    def end_if_idle(self) -> None:
        """End those that had nothing to do for too long."""
        with self._lock:
            for blender in (blender for blenders in self._free.values() for blender in blenders):
                blender.end_if_idle()

    def end(self) -> None:
        """End all, also those that work."""
        for blender in self._all:
            blender.end()
