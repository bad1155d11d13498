"""Show how far a render and its encode are: progress artifacts in the UI, and a bar on a terminal."""

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import copy_context
from datetime import timedelta
from typing import Self, cast
from uuid import UUID

import httpx
from prefect import get_run_logger
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.exceptions import PrefectException
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from media.blender_events import Event, FrameRefused, FrameWritten, KernelsReady, SampleProgress, Started
from media.footage.work import OnFrames, Work
from media.frame_plan import FramePlan
from media.frames import Frame
from tasks.artifacts import show_refused
from tasks.rented import tell_committed

SHOWN_EVERY_S = 1.0
"""A resumed job finds its frames at once, and need not tell the server of each."""
KERNELS = {
    "cold": "none are compiled yet, so the first frame by a GPU may wait minutes for its driver",
    "restored": "compiled before, fetched from the store",
    "kept": "compiled before, on this machine",
    "": "nothing is known of them",
}
SLOW = 1.5
"""Below so many frames a second, their number says less than the time that each takes."""
LAST_WORD_S = 5.0
"""How long a finished task waits for its last word to reach the server."""


@contextmanager
def frame_progress(plan: FramePlan) -> Iterator[Callable[[Event | Frame], None]]:
    """Provide a function that hears of frames and samples and shows them."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        _ProgressArtifact(
            f"frames-{plan.result[:12]}", f"Frames of {plan.source.name}", tell_committed
        ) as artifact,
        Progress(*columns, console=console, disable=not sys.stderr.isatty()) as bar,
    ):
        yield _FrameProgress(plan, artifact, bar).report


@contextmanager
def encode_progress(plan: FramePlan) -> Iterator[Callable[[int], None]]:
    """Provide a function that hears how many frames are encoded and shows it."""
    with _ProgressArtifact(f"video-{plan.result[:12]}", f"Video of {plan.source.name}") as artifact:

        def report(encoded: int) -> None:
            artifact.show(
                encoded,
                len(plan.numbers),
                f"{encoded} of {len(plan.numbers)} frames of {plan.source.name} encoded",
            )

        yield report


@contextmanager
def count_progress(plan: FramePlan) -> Iterator[Callable[[int], None]]:
    """Provide a function that hears how many frames are committed, by whomever, and shows it."""
    total = len(plan.numbers)
    with _ProgressArtifact(f"frames-{plan.result[:12]}", f"Frames of {plan.source.name}") as artifact:

        def report(done: int) -> None:
            artifact.show(done, total, f"{done} of {total} frames of {plan.source.name}")

        yield report


@contextmanager
def picture_progress(key: str, of: str, total: int) -> Iterator[Callable[[int], None]]:
    """Provide a function that hears how many more of `total` pictures are done and shows it."""
    done = 0
    with _ProgressArtifact(key, f"Pictures of {of}", tell_committed) as artifact:

        def report(more: int = 1) -> None:
            nonlocal done
            done += more
            artifact.show(done, total, f"{done} of {total} pictures of {of}")

        yield report


@contextmanager
def footage_progress(work: Work) -> Iterator[OnFrames]:
    """Provide a function that hears how many frames of how many are done, and shows pace and time left."""
    began, last = time.monotonic(), 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        _ProgressArtifact(f"video-{work.result[:12]}", f"Video of {work.name}") as artifact,
        Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar,
    ):
        row = bar.add_task(f"frames of {work.name}", total=None)

        def report(done: int, total: int) -> None:
            nonlocal began, last
            if done < last:  # by another encoder, from the first frame on
                began = time.monotonic()
            last, most = done, max(total, done, 1)
            bar.update(row, completed=done, total=most)
            artifact.show(done, most, pace_of(work.name, done, most, time.monotonic() - began))

        yield report


def pace_of(name: str, done: int, total: int, seconds: float) -> str:
    """Return how far something is after so many seconds, how fast it goes, and how long it may still take."""
    said = f"{done} of {total} frames of {name}"
    if not done or seconds <= 0:
        return said
    pace = done / seconds
    said += f", {pace:.0f} a second" if pace >= SLOW else f", {1 / pace:.1f} s each"
    return said if done >= total else f"{said}, about {timedelta(seconds=round((total - done) / pace))} left"


class _ProgressArtifact:
    """A progress bar on the run's page, drawn by a thread: a server that is slow or away holds up no GPU."""

    def __init__(self, key: str, description: str, tell: Callable[[int], None] = lambda _: None) -> None:
        self._logger = get_run_logger()
        self._drawing = ThreadPoolExecutor(1)
        self._context = copy_context()
        self._shown = -SHOWN_EVERY_S
        self._tell = tell
        self._id: UUID | None = None
        self._latest = self._draw(self._create, key, description)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Give the last drawing a moment to arrive."""
        wait([self._latest], LAST_WORD_S)
        self._drawing.shutdown(wait=False, cancel_futures=True)

    def show(self, done: int, total: int, sentence: str) -> None:
        """Show how much is done, unless more is to come and something is being drawn or was just now."""
        now = time.monotonic()
        if done < total and (now - self._shown < SHOWN_EVERY_S or not self._latest.done()):
            return
        self._shown = now
        self._latest = self._draw(self._update, done, total, sentence)

    def _draw(self, ask: Callable[..., None], *details: object) -> "Future[None]":
        return self._drawing.submit(self._context.copy().run, self._or_warn, ask, *details)

    def _or_warn(self, ask: Callable[..., None], *details: object) -> None:
        try:
            ask(*details)
        except (PrefectException, httpx.HTTPError) as error:
            self._logger.warning("progress cannot be shown, the work goes on: %s", error)

    def _create(self, key: str, description: str) -> None:
        created = create_progress_artifact(progress=0.0, key=key, description=description)
        self._id = cast("UUID", created)  # a coroutine only in flows that are async

    def _update(self, done: int, total: int, sentence: str) -> None:
        if self._id:
            percent = 100.0 * done / total
            update_progress_artifact(artifact_id=self._id, progress=percent, description=sentence)
        self._tell(done)


class _FrameProgress:
    def __init__(self, plan: FramePlan, artifact: _ProgressArtifact, bar: Progress) -> None:
        self._source = plan.source.name
        self._total = len(plan.numbers)
        self._done = 0
        self._found = 0
        self._furthest = 0.0
        self._seconds = 0.0
        self._device = ""
        self._fallbacks = {""}
        self._artifact = artifact
        self._bar = bar
        self._row = bar.add_task(f"frames of {self._source}", total=len(plan.numbers))
        self._logger = get_run_logger()

    def report(self, event: Event | Frame) -> None:
        """Show what happened."""
        match event:
            case Frame():
                self._count(event)
                self._say(event)
                self._show()
            case SampleProgress():
                # A frame that is rendered is on its way into the store while samples of the next come.
                self._furthest = max(self._furthest, self._done + event.sample / event.samples)
                self._bar.update(self._row, completed=self._furthest)
            case KernelsReady():
                self._logger.info("kernels for %s: %s", event.names, KERNELS[event.origin])
            case FrameRefused():
                show_refused(event, self._source)
            case FrameWritten(fallback=fallback) if fallback not in self._fallbacks:
                self._fallbacks.add(fallback)
                self._logger.warning(
                    "frame %s was rendered %s: %s", event.frame, fallback, event.fallback_reason
                )
            case Started(used=used) if used:
                self._device = f"{used.name} ({used.type})"
                self._logger.info("rendering on %s (%s)", used.name, used.type)
            case _:
                pass

    def _count(self, frame: Frame) -> None:
        self._done += 1
        if frame.found:
            self._found += 1
        else:
            self._seconds += frame.seconds

    def _say(self, frame: Frame) -> None:
        if frame.found:
            self._logger.debug(
                "frame %s (%s of %s) was found, made on %s",
                frame.number,
                self._done,
                self._total,
                frame.device.name,
            )
        else:
            self._logger.info(
                "frame %s (%s of %s) took %.1f s on %s%s",
                frame.number,
                self._done,
                self._total,
                frame.seconds,
                frame.device.name,
                self._left(),
            )

    def _show(self) -> None:
        self._furthest = max(self._furthest, self._done)
        self._bar.update(self._row, completed=self._furthest)
        self._artifact.show(self._done, self._total, self._sentence())

    def _sentence(self) -> str:
        """Tell how far it is, and how long it may still take at the pace so far."""
        parts = [f"{self._done} of {self._total} frames of {self._source}"]
        if self._found:
            parts.append(f"{self._found} of them found")
        if made := self._done - self._found:
            pace = self._seconds / made
            parts.append(f"{pace:.1f} s a frame on {self._device}")
        return ", ".join(parts) + self._left()

    def _left(self) -> str:
        """Tell how long it may still take at the pace so far."""
        left, made = self._total - self._done, self._done - self._found
        if not left or not made:
            return ""
        return f", about {timedelta(seconds=round(left * self._seconds / made))} left"
