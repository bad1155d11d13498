"""Decode a finished video from end to end and hold it against what was asked for."""

import json
import sys
from fractions import Fraction
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from media.errors import ToolFailed
from media.process import Limits, check, start
from media.video.settings import VideoSettings

DECODER = Path(__file__).with_name("decode.py")
LIMITS = Limits(idle_s=120.0, file_bytes=2**20)
"""It says every second how far it is, and writes nothing."""


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
        codec=settings.codec,
        profile=settings.layout.called,
        pix_fmt=settings.layout.decoded,
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


def read_video(path: Path, limits: Limits = LIMITS) -> VideoFacts:
    """Decode a video of ours completely, in a child, and return what it holds.

    Raises:
        ToolFailed: It is no video, or does not decode.
    """
    argv = [sys.executable, "-I", str(DECODER), str(path.absolute())]
    event: dict[str, object] = {}
    with start(argv, cwd=path.parent, limits=limits) as child:
        child.close_stdin()
        for line in child.reports():
            event = json.loads(line)
        check(child.wait(), f"the decoder of {path.name}")
    if event.pop("event", "") != "done":
        raise ToolFailed(
            f"{path.name}: expected a video that decodes, found: {event.get('found', 'nothing')}"
        )
    return VideoFacts.model_validate(event)
