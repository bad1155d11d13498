"""What a transcoded video is to be, from what is asked for and what the footage holds."""

from dataclasses import dataclass
from fractions import Fraction

from media.codec import CODINGS
from media.errors import BadInput
from media.footage.container import Container
from media.footage.facts import FootageFacts, SoundStream, VideoStream
from media.transcode.job import TranscodeJob
from media.transcode.profile import SoundCodec
from media.video.settings import VideoSettings

SLOWEST, FASTEST = Fraction(1), Fraction(120)
COPYABLE = frozenset({Container.MOV, Container.MATROSKA, Container.MPEG_TS, Container.FLV})
"""Containers whose packets of sound say when they are played."""
STEREO = 2


@dataclass(frozen=True)
class Sound:
    """One sound of the result.

    Attributes:
        stream: Of the footage.
        codec: What it is encoded as; "copy" where it stays as it is.
        channels: How many it has.
    """

    stream: SoundStream
    codec: SoundCodec | str
    channels: int


@dataclass(frozen=True)
class Span:
    """The part of the footage that is kept, in seconds.

    Attributes:
        start: Where it begins, after the footage does.
        duration: How long it is.
    """

    start: Fraction
    duration: Fraction


def settings_of(job: TranscodeJob, video: VideoStream) -> VideoSettings:
    """Return the settings of the video that is made.

    Raises:
        BadInput: Its codec takes no pictures so small.
    """
    profile = job.made_for
    width, height = fitted(video.shown, *bounds_of(job, video))
    least = CODINGS[profile.codec].least
    if min(width, height) < least:
        raise BadInput(
            f"expected sides of at least {least} pixels for {profile.codec}, found {width} x {height}; "
            "take another profile"
        )
    rate = Fraction(job.fps) if job.fps else min(max(video.rate, SLOWEST), FASTEST)
    deep = video.bits > 8 and profile.codec in {"hevc", "av1"}  # noqa: PLR2004 - of a common picture
    return VideoSettings(
        width=width,
        height=height,
        fps=str(rate),
        crf=profile.crf if job.crf is None else job.crf,
        preset=job.preset or profile.preset,
        background=job.background,
        codec=profile.codec,
        bits=10 if deep else 8,
        alpha=video.alpha and profile.codec == "prores",
    )


def bounds_of(job: TranscodeJob, video: VideoStream) -> tuple[int, int]:
    """Return the largest width and height: those asked for, and the profile's, turned as the picture is."""
    profile = job.made_for
    width, height = video.shown
    long, short = (profile.long, profile.short) if width >= height else (profile.short, profile.long)
    return min(long, job.width or long), min(short, job.height or short)


def fitted(size: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    """Return a size of the same shape within bounds; one that is made smaller has even sides."""
    if size[0] <= width and size[1] <= height:
        return size
    scale = min(Fraction(width, size[0]), Fraction(height, size[1]))
    return _even(size[0] * scale), _even(size[1] * scale)


def sounds_of(
    job: TranscodeJob, facts: FootageFacts, container: Container, span: Span | None = None
) -> tuple[Sound, ...]:
    """Return the sounds of the result: as they are where they fit, else encoded; of a part, those in it."""
    profile = job.made_for
    heard = heard_in(facts, span)
    whole = not job.start and job.duration is None and container in COPYABLE
    sounds = []
    for stream in heard if profile.all_sounds else heard[:1]:
        channels = stream.channels if profile.all_sounds else min(STEREO, stream.channels)
        stays = whole and stream.codec in profile.kept and channels == stream.channels
        sounds.append(Sound(stream, "copy" if stays else profile.sound, channels))
    return tuple(sounds)


def span_of(job: TranscodeJob, facts: FootageFacts, video: VideoStream, name: str) -> Span:
    """Return the part that is kept; it begins with whichever stream begins first, as players show it.

    Raises:
        BadInput: There is nothing of the video in it.
    """
    begins = _beginning(facts)
    ends = video.start - begins + video.duration
    start = round(Fraction(str(job.start)) * video.rate) / video.rate
    if start >= ends:
        raise BadInput(
            f"{name}: expected a start within the video's {float(ends):.2f} s, found {job.start:g} s; "
            "begin earlier"
        )
    kept = ends - start
    return Span(start, min(kept, Fraction(str(job.duration))) if job.duration else kept)


def heard_in(facts: FootageFacts, span: Span | None) -> list[SoundStream]:
    """Return the sounds that are not empty, and of which something lies in the part that is kept."""
    sounds = [one for one in facts.sounds if one.packets]
    if span is None:
        return sounds
    start = _beginning(facts) + span.start
    return [one for one in sounds if one.start < start + span.duration and one.start + one.duration > start]


def _beginning(facts: FootageFacts) -> Fraction:
    """Return when the first stream of footage with pictures begins."""
    video = [facts.video.start] if facts.video else []
    return min([*video, *(one.start for one in facts.sounds if one.packets)])


def _even(side: Fraction) -> int:
    return max(2, 2 * round(side / 2))
