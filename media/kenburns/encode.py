"""Encode the frames of a moving picture while a child makes them.

Two children work at the same time, and a FIFO in their folder leads from one to the other: no frame passes
through this process.
"""

import json
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from media.codec import CODINGS, Encoder, is_nvenc
from media.encoder import EncoderChoice, Ffmpeg, held_session, pixels_for
from media.errors import BadInput, OutOfResources, TimedOut, ToolCrashed, ToolFailed
from media.faults import fault_point
from media.footage.command import beginning, writing_file, writing_video
from media.process import Child, Finished, Limits, check, start
from media.reference import printable
from media.video.check import verify_video
from media.video.command import TAGS
from media.video.encode import FILE_BYTES, STALL_S, require_success
from media.video.progress import OnProgress, Progress
from media.video.settings import VideoSettings

logger = logging.getLogger(__name__)

PACKAGE_ROOT = Path(__file__).parents[2]
MAKER_LIMITS = Limits(idle_s=120.0, memory_bytes=6 * 2**30, file_bytes=2**20)
"""It says nothing before its pictures are decoded; of 100 megapixels it holds several copies meanwhile."""
PIPE, TASK = "frames.yuv", "task.json"


class DecoderDied(ToolCrashed):
    """What decodes a picture died of it."""

    def __init__(self, layer: int, found: str) -> None:
        """Say which of the task's layers, and how."""
        super().__init__(found)
        self.layer = layer


class PictureRefused(BadInput):
    """One of the pictures cannot be used."""

    def __init__(self, layer: int, found: str) -> None:
        """Say which of the task's layers, and why."""
        super().__init__(found)
        self.layer = layer


@dataclass(frozen=True)
class Shooting:
    """Frames to make and to encode.

    Attributes:
        task: What media/kenburns/frames.py is told; its pictures lie in `folder`.
        frames: How many there are.
        settings: Of the video.
        ffmpeg: What encodes.
        folder: Of this work alone; the children run in it.
    """

    task: dict[str, Any]
    frames: int
    settings: VideoSettings
    ffmpeg: Ffmpeg
    folder: Path


@dataclass(frozen=True)
class Shot:
    """A video that was decoded and counted.

    Attributes:
        path: Where it lies.
        choice: What encoded it, and why that.
        notes: Sentences about the pictures, of each layer.
    """

    path: Path
    choice: EncoderChoice
    notes: list[list[str]]


def maker_argv() -> list[str]:
    """Return the command that makes frames in the folder of its task."""
    return [sys.executable, "-m", "media.kenburns.frames", TASK]


def shoot_argv(
    executable: Path, settings: VideoSettings, encoder: Encoder, frames: int, name: str
) -> list[str]:
    """Return the command that encodes raw frames out of the FIFO into the file `name`."""
    width, height = settings.padded
    tags = ":".join(f"{key}={value}" for key, value in TAGS.items())
    return [
        *beginning(executable),
        *("-protocol_whitelist", "file", "-format_whitelist", "rawvideo", "-f", "rawvideo"),
        *("-pixel_format", "yuv420p", "-video_size", f"{width}x{height}", "-framerate", settings.fps),
        *("-i", f"file:{PIPE}", "-map", "0:v:0"),
        *("-vf", f"setparams={tags},format={pixels_for(encoder, settings.layout)}"),
        *("-frames:v", str(frames), *writing_video(settings, encoder), *writing_file(settings, name)),
    ]


def shoot(shooting: Shooting, choice: EncoderChoice, on_progress: OnProgress | None = None) -> Shot:
    """Make and encode frames, once more by the processor if the GPU's encoder fails; returns a checked video.

    Raises:
        PictureRefused: A picture cannot be used.
        DecoderDied: What decodes a picture died of it.
        OutOfResources: The disk is full, or a child was killed from outside.
        ToolFailed: ffmpeg failed or stood still, or made another video than it was asked for.
    """
    used = choice
    try:
        with held_session(shooting.ffmpeg, choice) as used:
            return _shot(shooting, used, on_progress)
    except DecoderDied:
        raise
    except ToolFailed as failure:
        if not is_nvenc(used.encoder):
            raise
        software = CODINGS[shooting.settings.codec].software
        reason = f"{used.encoder} failed: {failure}"
        logger.warning("%s; encoding once more by %s", reason, software)
        fallback = used.model_copy(update={"encoder": software, "reason": reason})
        return _shot(shooting, fallback, on_progress)


def _shot(shooting: Shooting, choice: EncoderChoice, on_progress: OnProgress | None) -> Shot:
    folder, settings = shooting.folder, shooting.settings
    (folder / TASK).write_text(json.dumps({**shooting.task, "output": PIPE}))
    name = f"clip{settings.suffix}"
    argv = shoot_argv(shooting.ffmpeg.path, settings, choice.encoder, shooting.frames, name)
    environment = {"PYTHONPATH": str(PACKAGE_ROOT)}
    (folder / PIPE).unlink(missing_ok=True)
    os.mkfifo(folder / PIPE, 0o600)
    with start(maker_argv(), cwd=folder, limits=MAKER_LIMITS, env=environment) as maker:
        maker.close_stdin()
        notes = _until_ready(maker)
        limits = Limits(idle_s=STALL_S, file_bytes=FILE_BYTES)
        with start(argv, cwd=folder, limits=limits, env=shooting.ffmpeg.env) as encoder:
            finished = _follow(encoder, maker, Progress(on_progress, STALL_S))
        if finished.returncode == 0 or maker.has_ended():
            _expect_good_end(maker)
        require_success(finished, choice.encoder)
    verify_video(folder / name, settings, shooting.frames)
    return Shot(folder / name, choice, notes)


def _until_ready(maker: Child) -> list[list[str]]:
    """Wait until the pictures are decoded; returns what is to be said of them."""
    layer = 0
    for line in maker.reports():
        said = json.loads(line)
        if said["event"] == "decoding":
            layer = int(said["layer"])
        if said["event"] == "ready":
            notes: list[list[str]] = said["notes"]
            return notes
        if said["event"] == "refused":
            raise PictureRefused(int(said["layer"]), printable(str(said["found"])))
    try:
        check(maker.wait(), "the decoder of a picture")
    except ToolCrashed as crash:
        raise DecoderDied(layer, str(crash)) from crash
    raise ToolFailed("the maker of frames ended well without a word; run it again")


def _follow(encoder: Child, maker: Child, progress: Progress) -> Finished:
    """Follow ffmpeg to its end; if it stands still as its frames' maker died, that is what is raised."""
    encoder.close_stdin()
    try:
        for line in encoder.reports():
            progress.take([line])
            progress.require_movement()
            fault_point("video.in_encode")
        return encoder.wait()
    except TimedOut:
        if maker.has_ended():
            _check_maker(maker.wait())
        raise


def _expect_good_end(maker: Child) -> None:
    said: Sequence[str] = list(maker.reports())
    _check_maker(maker.wait())
    if not said:
        raise ToolFailed("the maker of frames ended well without a word; run it again")


def _check_maker(finished: Finished) -> None:
    """See that frames came to their end; by then all pictures are decoded, so none is to blame."""
    if finished.returncode > 0 and "MemoryError" in finished.log_tail:
        raise OutOfResources("frames need more memory than their maker may take; ask for smaller ones")
    check(finished, "the maker of frames")
