"""What a captioned video must be before it is stored: decoded and counted, whatever the exit code said."""

from fractions import Fraction
from pathlib import Path

from media.captions.command import Film
from media.errors import BadInput, TimedOut, ToolCrashed, ToolFailed
from media.footage.container import Container
from media.footage.facts import FootageFacts, facts_of
from media.video.check import read_video
from media.video.settings import VideoSettings

SOUND_FRAME = 1024
SOUND_FRAMES = 3
"""So many more or fewer sounds are where one encodes them: its beginning and its end are filled up."""


def seconds_of(film: Film) -> Fraction:
    """Return how long a video's pictures are shown from the file's beginning on, by its constant rate."""
    return frames_of(film) / film.video.rate


def frames_of(film: Film) -> int:
    """Return how many frames a video has at its constant rate, from the file's beginning on."""
    begin = min([film.video.start, *(sound.start for sound in film.sounds)])
    return max(1, round((film.video.start - begin + film.video.duration) * film.video.rate))


def expect_burned(path: Path, film: Film, settings: VideoSettings) -> int:
    """Decode a video with captions in its picture, and return how many frames it has.

    Raises:
        ToolFailed: It is not what it must be.
    """
    facts, frames = read_video(path), frames_of(film)
    spare = 2 if film.video.variable else 1
    width, height = settings.padded
    found = {
        "frames": (abs(facts.frames - frames) <= spare, f"{frames} frames", facts.frames),
        "size": ((facts.width, facts.height) == (width, height), f"{width} x {height}", facts.width),
        "codec": (facts.codec == settings.codec, settings.codec, facts.codec),
        "rate": (facts.fps == settings.fps, f"{settings.fps} frames a second", facts.fps),
        "colours": (facts.bt709, "tags of BT.709", "others"),
        "damage": (facts.damaged == 0, "no damaged frame", facts.damaged),
        "begin": (facts.faststart, "its index before its frames", "it behind them"),
    }
    wrong = [f"{wanted}, found {got}" for holds, wanted, got in found.values() if not holds]
    if wrong:
        raise ToolFailed(f"{path.name}: expected {'; expected '.join(wrong)}; encode it again")
    _expect_sounds(path, film)
    return facts.frames


def expect_soft(path: Path, film: Film, name: str) -> None:
    """Decode a video that was copied beside its captions, and count.

    Raises:
        BadInput: The video that was copied is damaged.
        ToolFailed: It has lost something, or our decoder stood still or died.
    """
    try:
        whole = read_video(path)
    except (TimedOut, ToolCrashed):
        raise
    except ToolFailed as problem:
        raise BadInput(f"{name}: expected a video that decodes to its end, found it damaged") from problem
    if whole.damaged:
        raise BadInput(
            f"{name}: expected a video that decodes to its end, found {whole.damaged} frames damaged"
        )
    facts = _expect_sounds(path, film)
    copied = facts.video.frames if facts.video else 0
    if copied != film.video.frames or facts.subtitles != 1:
        raise ToolFailed(
            f"{path.name}: expected {film.video.frames} frames and one track of captions, found {copied} and "
            f"{facts.subtitles}; make it again"
        )


def _expect_sounds(path: Path, film: Film) -> FootageFacts:
    facts = facts_of(path, Container.MOV, path.name, path.parent)
    if len(facts.sounds) != len(film.sounds):
        raise ToolFailed(
            f"{path.name}: expected {len(film.sounds)} sounds, found {len(facts.sounds)}; make it again"
        )
    for ours, theirs in zip(facts.sounds, film.sounds, strict=True):
        spare = Fraction(SOUND_FRAMES * SOUND_FRAME, max(1, theirs.rate)) + 1 / film.video.rate
        if abs(ours.duration - theirs.duration) > spare:
            raise ToolFailed(
                f"{path.name}: expected {float(theirs.duration):.3f} s of sound, found "
                f"{float(ours.duration):.3f} s; make it again"
            )
    return facts
