"""Show how far a render is: a progress artifact in the UI, and a bar on a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast
from uuid import UUID

from prefect import get_run_logger
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from media.blender_events import Event, SampleProgress, Started
from media.frames import Frame
from media.plan import Plan


@contextmanager
def frame_progress(plan: Plan) -> Iterator[Callable[[Event | Frame], None]]:
    """Provide a function that hears of frames and samples and shows them."""
    key = f"frames-{plan.result[:12]}"
    created = create_progress_artifact(progress=0.0, key=key, description=f"Frames of {plan.source.name}")
    artifact = cast("UUID", created)  # a coroutine only in flows that are async
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as bar:
        yield _FrameProgress(plan, artifact, bar).report


class _FrameProgress:
    def __init__(self, plan: Plan, artifact: UUID, bar: Progress) -> None:
        self._total = plan.frames
        self._done = 0
        self._artifact = artifact
        self._bar = bar
        self._row = bar.add_task(f"frames of {plan.source.name}", total=plan.frames)
        self._logger = get_run_logger()

    def report(self, event: Event | Frame) -> None:
        """Show what happened."""
        match event:
            case Frame():
                self._done += 1
                self._say(event)
                self._show(self._done)
            case SampleProgress():
                self._bar.update(self._row, completed=self._done + event.sample / event.samples)
            case Started(used=used) if used:
                self._logger.info("rendering on %s (%s)", used.name, used.type)
            case _:
                pass

    def _say(self, frame: Frame) -> None:
        if frame.found:
            self._logger.info(
                "frame %s of %s was found, made on %s", frame.number, self._total, frame.device.name
            )
        else:
            self._logger.info(
                "frame %s of %s took %.1f s on %s",
                frame.number,
                self._total,
                frame.seconds,
                frame.device.name,
            )

    def _show(self, done: float) -> None:
        self._bar.update(self._row, completed=done)
        update_progress_artifact(artifact_id=self._artifact, progress=100.0 * done / self._total)
