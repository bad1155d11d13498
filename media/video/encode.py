"""Encode frames while they are being rendered, and check the video before anybody sees it."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict

from media.codec import CODINGS, Encoder, is_nvenc
from media.digest import sha256_of_file
from media.encoder import EncoderChoice, Ffmpeg, choose_encoder, explain_nvenc, held_session, probe_nvenc
from media.errors import OutOfResources, ToolFailed
from media.faults import fault_point
from media.process import Child, Finished, Limits, check, start
from media.video.check import VideoFacts, verify_video
from media.video.command import encode_argv
from media.video.feed import Feed
from media.video.progress import OnProgress, Progress
from media.video.settings import VideoSettings

logger = logging.getLogger(__name__)

STALL_S = 120.0
"""Longest time that ffmpeg may take to accept or to finish one frame."""
FILE_BYTES = 256 * 2**30
"""Far more than any video of ours; it bounds an encoder that runs wild."""
DISK_FULL = ("No space left on device", "Disk quota exceeded")

Frames = Callable[[], Iterable[bytes]]


@dataclass(frozen=True)
class VideoEncoder:
    """The ffmpeg of this machine and the encoder chosen for one video.

    Attributes:
        ffmpeg: Runs the encoder.
        choice: From `choose_encoder`.
        stall_s: Longest time that ffmpeg may take for one frame, in seconds; waiting for frames is free.
    """

    ffmpeg: Ffmpeg
    choice: EncoderChoice
    stall_s: float = STALL_S

    @classmethod
    def found(cls, settings: VideoSettings, ffmpeg: Ffmpeg, folder: Path) -> Self:
        """Return what encodes such a video on this machine, found by trying in `folder`."""
        probe = probe_nvenc(ffmpeg, folder, codec=settings.codec, bits=settings.bits)
        return cls(ffmpeg, choose_encoder(probe, *settings.padded, settings.codec))


class Video(BaseModel):
    """A finished video and how it was made.

    Attributes:
        path: The file, an MP4 or, for ProRes, a QuickTime movie.
        frames: Counted by decoding.
        duration: In seconds.
        width: In pixels, even.
        height: In pixels, even.
        codec: Such as h264.
        pix_fmt: Such as yuv420p.
        fps: Frame rate as `num/den`.
        encoder: Which made it.
        reason: Why that one.
        ffmpeg_version: Of the ffmpeg that ran it.
        seconds: From its start to the checked file, waiting for frames included.
        sha256: Of the file.
    """

    model_config = ConfigDict(frozen=True)

    path: Path
    frames: int
    duration: float
    width: int
    height: int
    codec: str
    pix_fmt: str
    fps: str
    encoder: Encoder
    reason: str
    ffmpeg_version: str
    seconds: float
    sha256: str


def encode_video(
    frames: Frames,
    settings: VideoSettings,
    encoder: VideoEncoder,
    *,
    folder: Path,
    on_progress: OnProgress | None = None,
) -> Video:
    """Encode PNG frames as they come and return the checked video, `folder/video.mp4` or `.mov`.

    Args:
        frames: Gives the PNG files in order, and may wait for each; called again, from the first frame on,
            when the GPU's encoder fails in the middle and the processor's takes over.
        settings: Size of the frames, rate and quality.
        encoder: What to encode by.
        folder: Where the video is written and ffmpeg runs; nothing else is left there.
        on_progress: Told how many frames are encoded; starts again at 1 with a second encoder.

    Raises:
        BadInput: There is no frame.
        BadFrame: A frame is cut short or damaged, or not as large as the settings say.
        OutOfResources: The disk is full, or ffmpeg was killed from outside.
        ToolFailed: ffmpeg failed or stalled, or made another video than it was asked for.
        Exception: Whatever `frames` raises.
    """
    with Feed(frames(), settings) as feed:
        choice = encoder.choice
        try:
            with held_session(encoder.ffmpeg, choice) as choice:
                return _encode(feed, settings, replace(encoder, choice=choice), folder, on_progress)
        except ToolFailed as failure:
            if not is_nvenc(choice.encoder) or failure is feed.fault:
                raise
            reason = f"{choice.encoder} failed after {feed.sent} frames: {failure}"
    software = CODINGS[settings.codec].software
    logger.warning("%s; encoding once more by %s", reason, software)
    fallback = encoder.choice.model_copy(update={"encoder": software, "reason": reason})
    with Feed(frames(), settings) as feed:
        return _encode(feed, settings, replace(encoder, choice=fallback), folder, on_progress)


def _encode(
    feed: Feed, settings: VideoSettings, encoder: VideoEncoder, folder: Path, on_progress: OnProgress | None
) -> Video:
    """Encode, check, and only then give the video its name."""
    begun = time.monotonic()
    part = folder / f"video.part{settings.suffix}"
    first, layout = feed.first()
    argv = encode_argv(encoder.ffmpeg.path, settings, encoder.choice.encoder, part, alpha=layout.has_alpha)
    try:
        limits = Limits(idle_s=encoder.stall_s, file_bytes=FILE_BYTES)
        with start(argv, cwd=folder, limits=limits, env=encoder.ffmpeg.env) as child:
            finished = _drive(child, first, feed, Progress(on_progress, encoder.stall_s))
        require_success(finished, encoder.choice.encoder)
        facts = verify_video(part, settings, feed.sent)
        path = part.rename(folder / f"video{settings.suffix}")
    finally:
        part.unlink(missing_ok=True)
    return _video(path, facts, encoder.choice, time.monotonic() - begun)


def _drive(child: Child, first: bytes, feed: Feed, progress: Progress) -> Finished:
    """Hand ffmpeg its frames and wait for its end; ffmpeg's own end comes early when it fails."""
    try:
        child.send(first)
        for frame in feed:
            child.send(frame)
            fault_point("video.in_encode")
            progress.take(child.reported())
    except BrokenPipeError:
        logger.info("ffmpeg took no more after frame %s; asking it why", feed.sent)
    child.close_stdin()
    progress.restart()
    for line in child.reports():
        progress.take([line])
        progress.require_movement()
    return child.wait()


def require_success(finished: Finished, encoder: Encoder) -> None:
    """Raise what the end of an ffmpeg that encoded frames of ours means; returns when it ended well.

    Raises:
        OutOfResources: The disk is full, or it was killed from outside.
        ToolFailed: It failed; the message says why a GPU's encoder did.
    """
    if finished.returncode > 0 and any(text in finished.log_tail for text in DISK_FULL):
        raise OutOfResources("ffmpeg found the disk full while it wrote the video; make room for it")
    if finished.returncode > 0 and is_nvenc(encoder):
        raise ToolFailed(
            f"ffmpeg ended with exit code {finished.returncode}: {explain_nvenc(finished.log_tail)}"
        )
    check(finished, "ffmpeg")


def _video(path: Path, facts: VideoFacts, choice: EncoderChoice, seconds: float) -> Video:
    return Video(
        path=path,
        frames=facts.frames,
        duration=float(facts.duration),
        width=facts.width,
        height=facts.height,
        codec=facts.codec,
        pix_fmt=facts.pix_fmt,
        fps=facts.fps,
        encoder=choice.encoder,
        reason=choice.reason,
        ffmpeg_version=choice.ffmpeg_version,
        seconds=seconds,
        sha256=sha256_of_file(path),
    )
