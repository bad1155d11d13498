"""Film many clips, as many at a time as there are processors; whichever is done makes room for the next."""

import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from threading import Event, Lock

from media.errors import BadInput, MediaError, OutOfResources, Preempted, Unavailable
from media.footage.work import OnFrames
from media.kenburns.clip import Clip, Filmed
from media.kenburns.film import Studio, UnusablePicture, film

logger = logging.getLogger(__name__)

HOPELESS = (OutOfResources, Preempted, Unavailable)
"""After such a failure no other clip is begun: it would fail alike."""


class _Abandoned(MediaError):
    """Nobody wants the clip any more."""


class Crew:
    """Those who film.

    Attributes:
        filmed: Finished clips by their digests.
        found: The digests of those that were in the store.
        unusable: Why pictures cannot be used, by their names.
    """

    def __init__(self, studio: Studio, width: int, report: OnFrames) -> None:
        """Begin with nothing filmed; `width` clips are filmed at a time."""
        self.filmed: dict[str, Filmed] = {}
        self.found: set[str] = set()
        self.unusable: dict[str, str] = {}
        self._studio = studio
        self._width = width
        self._report = report
        self._frames: dict[str, int] = {}
        self._ending = Event()
        self._lock = Lock()

    def film(self, clips: Iterable[Clip]) -> None:
        """Film what is not filmed yet; pictures that cannot be used leave the others alone.

        Raises:
            MediaError: What else went wrong first, once all that had begun is over.
        """
        wanted = {clip.digest: clip for clip in clips}
        total = sum(clip.frames for clip in wanted.values())
        waiting = [clip for digest, clip in wanted.items() if digest not in self.filmed]
        waiting.sort(key=lambda clip: len(clip.layers))  # what shows one picture tells which cannot be used
        failures: list[MediaError] = []
        with ThreadPoolExecutor(self._width, thread_name_prefix="film") as pool:
            going = {pool.submit(self._film, clip, total): clip for clip in waiting}
            try:
                for future in as_completed(going):
                    self._take(future, going[future], failures)
            finally:  # also of an interruption, which only this thread sees
                self._ending.set()
                for future in going:
                    future.cancel()
        self._ending.clear()
        if failures:
            raise failures[0]

    def _take(
        self, future: "Future[tuple[Filmed, bool] | None]", clip: Clip, failures: list[MediaError]
    ) -> None:
        try:
            done = future.result()
        except UnusablePicture as unusable:
            logger.warning("%s: %s", unusable.name, unusable)
            self.unusable[unusable.name] = str(unusable)
        except _Abandoned:
            pass
        except MediaError as failure:
            logger.warning("%s: %s", clip.layers[0].name, failure)
            failures.append(failure)
            if isinstance(failure, HOPELESS):
                self._ending.set()
        else:
            if done:
                self.filmed[clip.digest], found = done
                self.found |= {clip.digest} if found else set()

    def _film(self, clip: Clip, total: int) -> tuple[Filmed, bool] | None:
        if self._ending.is_set() or any(layer.name in self.unusable for layer in clip.layers):
            return None
        return film(clip, self._studio, self._teller(clip.digest, total))

    def _teller(self, digest: str, total: int) -> Callable[[int], None]:
        def told(frames: int) -> None:
            if self._ending.is_set():
                raise _Abandoned("nobody wants this clip any more")
            with self._lock:
                self._frames[digest] = frames
                done = sum(self._frames.values())
            self._report(min(done, total), total)

        return told


def expect_some(unusable: Mapping[str, str], pictures: int) -> None:
    """Refuse a job of which no picture can be used; `unusable` says why, by their names.

    Raises:
        BadInput: It is so; the sentence is that of the first.
    """
    if len(unusable) == pictures:
        others = f"; so it is with all {pictures} pictures" if pictures > 1 else ""
        name, why = next(iter(unusable.items()))
        raise BadInput(f"picture {name}: {why}{others}")
