"""Join videos that were encoded apart, without encoding them again."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from media.codec import CODINGS, Codec
from media.encoder import Ffmpeg
from media.errors import ToolFailed
from media.process import Limits, check, run
from media.video.check import Outline, read_outlines, verify_video
from media.video.command import ticks_a_second
from media.video.settings import VideoSettings

LIMITS = Limits(idle_s=600.0, file_bytes=256 * 2**30)
LIST = "segments.txt"
REORDERED: set[Codec] = {"h264", "hevc"}
"""Whose packets come in another order than they are shown."""
MOST_REORDERED = 4
"""How many frames a packet may come before it is shown; our encoders put fewer between references."""


def join_argv(executable: Path, settings: VideoSettings) -> list[str]:
    """Return the command that copies the videos of a list one after the other into one, in its own folder."""
    ticks = ticks_a_second(settings.rate)
    tag = CODINGS[settings.codec].tag
    return [
        *(str(executable), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-xerror"),
        *("-f", "concat", "-safe", "1", "-protocol_whitelist", "file", "-format_whitelist", "concat,mov"),
        *("-i", LIST, "-map", "0:v:0", "-c", "copy", "-movflags", "+faststart", "-fflags", "+bitexact"),
        *(("-tag:v", tag) if tag else ()),
        *(("-bsf:v", _in_step(ticks / settings.rate)) if settings.codec in REORDERED else ()),
        *(
            "-video_track_timescale",
            str(ticks),
            "-movie_timescale",
            str(ticks),
            "-y",
            f"joined{settings.suffix}",
        ),
    ]


def _in_step(ticks_a_frame: Fraction) -> str:
    """Return the filter that numbers packets through, each a frame after the one before it.

    A segment of many frames begins to decode before its own start, and one of a single frame does not; one
    after the other, the second would end after the third has begun, which no container takes.
    """
    return f"setts=pts=PTS:dts=(N-{MOST_REORDERED})*{ticks_a_frame}"


def join_videos(
    segments: Sequence[Path], frames: Sequence[int], settings: VideoSettings, ffmpeg: Ffmpeg, folder: Path
) -> Path:
    """Join videos of equal form and return the checked result, `folder/joined.mp4` or `.mov`.

    Each was decoded completely when it was made, and what comes of them is decoded completely here: between
    the two it is enough to count the frames of each, lest one too many in one hide one too few in another.

    Args:
        segments: The videos, in their order.
        frames: How many frames each has.
        settings: What each was encoded by, and the result is to be.
        ffmpeg: What copies them.
        folder: Where the result goes, and links to the segments lie.

    Raises:
        ToolFailed: They differ in form, one lacks frames, or the result is not what was to come of them.
    """
    outlines = read_outlines(segments, folder)
    for path, outline, count in zip(segments, outlines, frames, strict=True):
        _expect_whole(path, outline, count, settings)
    _expect_equal(outlines)
    names = [f"{number:06d}{settings.suffix}" for number in range(len(segments))]
    for name, path in zip(names, segments, strict=True):
        (folder / name).symlink_to(path.resolve())
    (folder / LIST).write_text("".join(f"file {name}\n" for name in names))
    check(run(join_argv(ffmpeg.path, settings), cwd=folder, limits=LIMITS, env=ffmpeg.env), "ffmpeg")
    joined = folder / f"joined{settings.suffix}"
    verify_video(joined, settings, sum(frames))
    return joined


def _expect_whole(path: Path, outline: Outline, frames: int, settings: VideoSettings) -> None:
    if outline.frames != frames or outline.fps != settings.fps:
        raise ToolFailed(
            f"{path.name}: expected {frames} whole frames at {settings.fps}, found {outline.frames} at "
            f"{outline.fps}; encode it again"
        )


def _expect_equal(outlines: Sequence[Outline]) -> None:
    forms = {(one.codec, one.profile, one.pix_fmt, one.width, one.height, one.bt709) for one in outlines}
    if len(forms) > 1:
        raise ToolFailed(f"segments: expected one form of video, found {len(forms)}: {sorted(forms)}")
