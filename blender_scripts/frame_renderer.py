"""One frame after the other, each as if it were the only one."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bpy

from blender_scripts import devices
from blender_scripts.events import EventChannel
from blender_scripts.failure import OutOfGpuMemory, OutOfResources, ToolFailed, one_line
from blender_scripts.gpu_trouble import GPU_MEMORY, MEMORY
from blender_scripts.job import read_command
from blender_scripts.ladder import Ladder, LastRung, climb_down
from blender_scripts.memory import peak_memory_bytes
from blender_scripts.statistics_lines import StatisticsLines


def render_picture() -> None:
    """Render the active scene into Blender's render result and write it to the scene's path.

    Raises:
        RuntimeError: Blender reported an error.
    """
    bpy.ops.render.render(write_still=True)


@dataclass
class FrameRenderer:
    """Renders frames of an open, set up scene.

    Attributes:
        pose: Brings the scene to a frame.
        finish: Is given every written file before it is reported.
        picture: Blender's render operator.
        warmth: What was ready when the job began.
        spare: Type of devices to render by when the driver fails with those in use, if there is one.
    """

    scene: bpy.types.Scene
    pose: Callable[[int], None]
    channel: EventChannel
    finish: Callable[[Path], None]
    picture: Callable[[], None]
    warmth: str
    spare: str = ""
    _ladder: Ladder | None = None

    def render_all(self, commands: Iterable[str]) -> None:
        """Render every frame that is commanded, one a line, until the commands end.

        Raises:
            BadInput: A command is none.
            OutOfResources, ToolFailed: As for one frame.
        """
        for line in commands:
            if line.strip():
                command = read_command(line)
                self.render(command.frame, command.path)

    def render(self, frame: int, path: Path) -> None:
        """Render one frame into a file and report it.

        Raises:
            OutOfResources: Memory ran out, whatever was given up.
            ToolFailed: Blender failed, also by another device if there is one, or left no file.
        """
        began = time.monotonic()
        self.channel.send("frame_started", frame=frame)
        self.pose(frame)
        _claim(path)
        self.scene.render.filepath = str(path)
        with self._progress_of(frame) as progress:
            ladder = self._picture_somehow(frame)
        self.finish(path)
        _settle(path)
        self.channel.send(
            "frame_written",
            frame=frame,
            path=str(path),
            seconds=time.monotonic() - began,
            peak_memory_bytes=peak_memory_bytes(),
            device=devices.renderer_of(self.scene).to_json(),
            samples=progress.samples,
            kernels_s=progress.kernels_s,
            first_sample_s=progress.first_sample_s,
            persistent_data=self.scene.render.use_persistent_data,
            warmth=self.warmth,
            fallback=ladder.fallback,
            fallback_reason=ladder.reason,
        )

    def _picture_somehow(self, frame: int) -> Ladder:
        """Render as asked, or with what the machine bears; returns what became of it.

        Raises:
            OutOfResources, ToolFailed: It bears nothing.
        """
        first = devices.rung_of(self.scene)
        ladder = self._ladder or Ladder(first, first, self.spare)
        try:
            self._ladder = climb_down(
                self.picture, ladder, lambda rung: devices.stand_on(rung, self.scene), one_line
            )
        except LastRung as last:
            raise _final(frame, last) from last.__cause__
        return self._ladder

    @contextmanager
    def _progress_of(self, frame: int) -> Iterator[StatisticsLines]:
        progress = StatisticsLines(frame, self.channel)
        handlers = bpy.app.handlers.render_stats
        handlers.append(progress)
        try:
            yield progress
        finally:
            handlers.remove(progress)


def _final(frame: int, last: LastRung) -> Exception:
    """Return what it means that no rung bore a frame."""
    said = one_line(last.__cause__ or last)
    tried = f", also {last.ladder.fallback}" if last.ladder.fallback else ""
    if last.trouble == GPU_MEMORY and last.ladder.now.device != devices.CPU:
        return OutOfGpuMemory(f"frame {frame}: {said}{tried}; use a GPU with more memory")
    if last.trouble in {MEMORY, GPU_MEMORY}:
        return OutOfResources(f"frame {frame}: {said}{tried}; use a larger machine")
    return ToolFailed(f"frame {frame}: expected Blender to render it, found{tried}: {said}")


def _claim(path: Path) -> None:
    """Create the file, since Blender would only tell after the work that it cannot be written.

    Raises:
        OSError: It cannot be created.
    """
    with path.open("wb"):
        pass


def _settle(path: Path) -> None:
    """Put the written file on the disk.

    Raises:
        ToolFailed: Blender wrote nothing, which it does not always say.
    """
    with path.open("rb") as written:
        os.fsync(written.fileno())
        if os.fstat(written.fileno()).st_size == 0:
            raise ToolFailed(f"{path}: expected a written frame, found an empty file; is the disk full?")
