"""Decode a finished video from end to end and hold it against what was asked for."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from pydantic import BaseModel, ConfigDict

from media.errors import ToolFailed
from media.video.settings import VideoSettings

BT709 = 1  # ITU-T H.273: the number of BT.709 as matrix, primaries and transfer alike
LIMITED_RANGE = 1  # FFmpeg's number for 16..235, where H.273 has a flag


class VideoFacts(BaseModel):
    """What a video file holds, found by decoding all of it.

    Attributes:
        frames: Decoded.
        duration: In seconds.
        width: In pixels.
        height: In pixels.
        codec: Such as h264.
        profile: Such as High.
        pix_fmt: Such as yuv420p.
        fps: Frame rate as `num/den`; 0/1 where the frames are not evenly spaced from 0 on.
        bt709: Whether matrix, primaries, transfer and limited range are all tagged.
        damaged: Frames that the decoder had to patch up.
        streams: Of all kinds.
        faststart: Whether playing can begin before the whole file is there.
    """

    model_config = ConfigDict(frozen=True)

    frames: int
    duration: Fraction
    width: int
    height: int
    codec: str
    profile: str
    pix_fmt: str
    fps: str
    bt709: bool
    damaged: int
    streams: int
    faststart: bool


def verify_video(path: Path, settings: VideoSettings, frames: int) -> VideoFacts:
    """Decode `path` completely and return what it holds, if that is `frames` frames as `settings` ask.

    Raises:
        ToolFailed: It does not decode, or is something else; the message says what.
    """
    facts = read_video(path)
    width, height = settings.padded
    expected = VideoFacts(
        frames=frames,
        duration=frames / settings.rate,
        width=width,
        height=height,
        codec="h264",
        profile="High",
        pix_fmt="yuv420p",
        fps=settings.fps,
        bt709=True,
        damaged=0,
        streams=1,
        faststart=True,
    )
    if wrong := [
        f"{name} {wanted}, found {found}"
        for (name, wanted), (_, found) in zip(expected, facts, strict=True)
        if wanted != found
    ]:
        raise ToolFailed(f"{path.name}: expected {'; expected '.join(wrong)}; encode it again")
    return facts


def read_video(path: Path) -> VideoFacts:
    """Decode a video of ours completely and return what it holds.

    Raises:
        ToolFailed: It is no video, or does not decode.
    """
    try:
        with av.open(str(path)) as container:
            return _read(container, path)
    except (av.FFmpegError, IndexError, OSError) as problem:
        raise ToolFailed(f"{path.name}: expected a video that decodes, found: {problem}") from problem


def _read(container: Any, path: Path) -> VideoFacts:  # noqa: ANN401 - PyAV has no types
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    stream.codec_context.options = {"err_detect": "explode"}
    times: list[int] = []
    tagged, damaged = True, 0
    for frame in container.decode(stream):
        times.append(frame.pts)
        damaged += frame.is_corrupt
        tags = (frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range)
        tagged = tagged and tags == (BT709, BT709, BT709, LIMITED_RANGE)
    duration = stream.duration * stream.time_base
    return VideoFacts(
        frames=len(times),
        duration=duration,
        width=stream.width,
        height=stream.height,
        codec=stream.codec_context.name,
        profile=stream.profile,
        pix_fmt=stream.codec_context.pix_fmt,
        fps=_rate_of(times, duration, stream.time_base),
        bt709=tagged and bool(times),
        damaged=damaged,
        streams=len(container.streams),
        faststart=_begins_with_its_index(path),
    )


def _rate_of(times: list[int], duration: Fraction, time_base: Fraction) -> str:
    """Return the frame rate of frames that start at 0 and are equally long, the last one too; else 0/1."""
    step = duration / len(times) if times else Fraction(0)
    even = step > 0 and all(at * time_base == number * step for number, at in enumerate(times))
    rate = 1 / step if even else Fraction(0)
    return f"{rate.numerator}/{rate.denominator}"


def _begins_with_its_index(path: Path) -> bool:
    """Return whether `moov` comes before `mdat`."""
    return next((name for name in _boxes(path) if name in {b"moov", b"mdat"}), b"") == b"moov"


def _boxes(path: Path) -> Iterator[bytes]:
    """Yield the names of the file's top-level boxes (ISO/IEC 14496-12 section 4.2)."""
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:  # noqa: PLR2004 - a box begins with 4 bytes of size, 4 of name
            size = int.from_bytes(head[:4], "big")
            if size == 1:  # a 64-bit size follows
                size = int.from_bytes(file.read(8), "big")
                file.seek(size - 16, 1)
            elif size == 0:  # reaches to the end of the file
                file.seek(0, 2)
            else:
                file.seek(size - 8, 1)
            yield head[4:]
