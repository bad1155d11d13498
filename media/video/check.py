"""Decode a finished video from end to end and hold it against what was asked for."""

import json
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from media.errors import ToolFailed
from media.process import Limits, check, start
from media.video.settings import VideoSettings

DECODER = Path(__file__).with_name("decode.py")
LIMITS = Limits(idle_s=120.0, file_bytes=2**20)
"""It says every second how far it is, and writes nothing."""


class Outline(BaseModel):
    """What a video file says it holds.

    Attributes:
        frames: Shown.
        duration: In seconds.
        width: In pixels.
        height: In pixels.
        codec: Such as h264.
        profile: Such as High.
        pix_fmt: Such as yuv420p.
        fps: Frame rate as `num/den`; 0/1 where the frames are not evenly spaced from 0 on.
        bt709: Whether matrix, primaries, transfer and limited range are all tagged.
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


class VideoFacts(Outline):
    """What a video file holds, found by decoding all of it.

    Attributes:
        damaged: Frames that the decoder had to patch up.
        streams: Of all kinds.
        faststart: Whether playing can begin before the whole file is there.
    """

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
    (said,) = _ask([path], [], path.parent, limits)
    return VideoFacts.model_validate(said)


def read_outlines(paths: Sequence[Path], folder: Path) -> list[Outline]:
    """Return what videos of ours say they hold, read by one child in `folder` without decoding any.

    That is enough for one that was decoded completely when it was made; frames are whole packets, counted.

    Raises:
        ToolFailed: One of them is no video.
    """
    return [Outline.model_validate(said) for said in _ask(paths, ["--only-look"], folder, LIMITS)]


def _ask(
    paths: Sequence[Path], options: Sequence[str], folder: Path, limits: Limits
) -> list[dict[str, object]]:
    """Return what the decoder says of each video, if it says it of all."""
    argv = [sys.executable, "-I", str(DECODER), *options, *(str(path.absolute()) for path in paths)]
    done: list[dict[str, object]] = []
    last: dict[str, object] = {}
    with start(argv, cwd=folder, limits=limits) as child:
        child.close_stdin()
        for line in child.reports():
            last = json.loads(line)
            if last.pop("event", "") == "done":
                done.append(last)
        names = paths[0].name if len(paths) == 1 else f"{len(paths)} videos"
        check(child.wait(), f"the decoder of {names}")
    if len(done) < len(paths):
        found = last.get("found", "nothing")
        raise ToolFailed(f"{paths[len(done)].name}: expected a video that decodes, found: {found}")
    return done
