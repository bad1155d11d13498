"""What footage holds, read by a child before any work is spent on it."""

import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from media.errors import BadInput
from media.footage.container import Container
from media.process import Limits, check, start
from media.reference import printable

READER = Path(__file__).with_name("look.py")
LIMITS = Limits(wall_s=900.0, memory_bytes=8 * 2**30, file_bytes=2**20)
"""It reads a file once, and says nothing until its end."""
MOST_FRAMES = 2_000_000
LARGEST_SIDE = 16384

Exact = Annotated[Fraction, BeforeValidator(Fraction), PlainSerializer(str)]
"""A number such as 1001/30000, never rounded."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class VideoStream(_Frozen):
    """Pictures that follow each other.

    Attributes:
        index: Of the stream in its file.
        codec: As decoders call it, such as h264.
        profile: Of the codec, such as High.
        width: In pixels, as stored: before `rotation` and `aspect`.
        height: The same.
        rotation: By which it is to be shown, in degrees anticlockwise.
        aspect: Of a pixel, width over height.
        pixels: Their format, such as yuv420p.
        bits: A channel.
        alpha: Whether it can be transparent.
        rate: Frames a second that it is shown at, or mostly.
        variable: Whether frames come off that rhythm.
        frames: Counted, not believed.
        start: When the first is shown, in seconds.
        duration: From the first to the end of the last, in seconds.
        missing: Seconds that the file's own index promises and that are not there.
        transfer: Whether its light is that of common screens, or HDR by PQ or HLG.
        matrix: From RGB, as a number of ITU-T H.273; 2 is unsaid.
        full_range: Whether black is 0 and not 16.
        interlaced: Whether a frame is two fields.
        decodes: Whether a first picture could be read.
    """

    index: int
    codec: str
    profile: str
    width: int
    height: int
    rotation: int
    aspect: Exact
    pixels: str
    bits: int
    alpha: bool
    rate: Exact
    variable: bool
    frames: int
    start: Exact
    duration: Exact
    missing: Exact
    transfer: Literal["sdr", "pq", "hlg"]
    matrix: int
    full_range: bool
    interlaced: bool
    decodes: bool

    @property
    def decoder(self) -> tuple[str, ...]:
        """The options by which ffmpeg reads it; its own decoders of VP8 and VP9 drop what is transparent."""
        hidden = {"vp8": "libvpx", "vp9": "libvpx-vp9"} if self.alpha else {}
        return ("-c:v", hidden[self.codec]) if self.codec in hidden else ()

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height as shown, in square pixels: after rotation and aspect."""
        width, height = max(1, round(self.width * self.aspect)), self.height
        return (height, width) if self.rotation in {90, 270} else (width, height)


class SoundStream(_Frozen):
    """Sound.

    Attributes:
        index: Of the stream in its file.
        codec: As decoders call it, such as aac.
        rate: Samples a second.
        channels: How many.
        start: When it begins, in seconds.
        duration: From the first packet to the end of the last, in seconds; headers are not believed.
        packets: Counted.
        language: As the file says it, such as por; "" or und where it does not.
        missing: Seconds that the file's own index promises and that are not there.
    """

    index: int
    codec: str
    rate: int
    channels: int
    start: Exact
    duration: Exact
    packets: int
    language: str
    missing: Exact = Fraction(0)


class FootageFacts(_Frozen):
    """What a file holds.

    Attributes:
        video: Its pictures, if it has any but a cover.
        sounds: All of them.
        covers: Pictures that only decorate a sound.
        subtitles: Streams of them.
        damaged: Packets that its container knows to be damaged.
    """

    video: VideoStream | None
    sounds: tuple[SoundStream, ...]
    covers: int
    subtitles: int
    damaged: int


def facts_of(path: Path, container: Container, name: str, folder: Path) -> FootageFacts:
    """Return what the footage at `path` holds.

    Args:
        path: The file.
        container: As `container_of_file` found it; no other is read.
        name: What its owner calls it, for messages.
        folder: Where the child runs; nothing is written.

    Raises:
        BadInput: It cannot be read as what it seems to be.
        ToolFailed, OutOfResources: The child broke, or took more than it may.
    """
    argv = [sys.executable, "-I", str(READER), container.demuxer, str(path.absolute())]
    said: dict[str, object] = {}
    with start(argv, cwd=folder, limits=LIMITS) as child:
        child.close_stdin()
        for line in child.reports():
            said = json.loads(line)
        check(child.wait(), f"the reader of {name}")
    if said.pop("event", "") != "found":
        found = printable(str(said.get("found", "nothing")))
        raise BadInput(
            f"{name}: expected {container} footage that can be read, found: {found}; send it whole"
        )
    return FootageFacts.model_validate(said)


def expect_video(facts: FootageFacts, name: str) -> VideoStream:
    """Return the pictures of footage that is to be worked on.

    Raises:
        BadInput: There are none, none of them decodes, or they are more or larger than is taken.
    """
    video = facts.video
    if video is None:
        found = (
            "a sound with a cover picture" if facts.covers else "sound alone" if facts.sounds else "neither"
        )
        raise BadInput(f"{name}: expected a video, found {found}; send a file with pictures that move")
    if not video.decodes or not video.frames or video.duration <= 0:
        raise BadInput(
            f"{name}: expected a video that plays, found no frame in it that decodes; send it whole"
        )
    _expect_whole(video, "video", name)
    width, height = max((video.width, video.height), video.shown, key=max)
    if max(width, height) > LARGEST_SIDE or video.frames > MOST_FRAMES:
        raise BadInput(
            f"{name}: expected at most {LARGEST_SIDE} pixels a side and {MOST_FRAMES} frames, found "
            f"{width} x {height} and {video.frames}; send less of it"
        )
    return video


def expect_sound(facts: FootageFacts, name: str) -> SoundStream:
    """Return the first sound of footage that is not empty.

    Raises:
        BadInput: There is none, it has no length, or its end was cut off.
    """
    sound = next((one for one in facts.sounds if one.packets), None)
    if sound is None or sound.duration <= 0:
        raise BadInput(f"{name}: expected a file with sound, found none in it; send one that can be heard")
    _expect_whole(sound, "sound", name)
    return sound


def _expect_whole(stream: VideoStream | SoundStream, kind: str, name: str) -> None:
    if stream.missing:
        raise BadInput(
            f"{name}: expected the {float(stream.duration + stream.missing):.1f} s of {kind} that its index "
            f"promises, found {float(stream.duration):.1f} s; its end was cut off, so send it whole"
        )
