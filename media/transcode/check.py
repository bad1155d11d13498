"""Hold a transcoded video against what it was made of: every frame, every sound, how long each lasts."""

from fractions import Fraction
from pathlib import Path

from media.errors import BadInput, ToolFailed
from media.footage.container import Container
from media.footage.facts import FootageFacts, facts_of
from media.sound.heard import Recording, damaged_in
from media.transcode.command import Recoding
from media.video.check import VideoFacts, read_video

SLACK = Fraction(1, 4)
"""In seconds: what sound may be longer or shorter, by its padding and by gaps in what it was made of."""


def expected_frames(recoding: Recoding, span: Fraction) -> tuple[int, int]:
    """Return the fewest and the most frames that `span` seconds of footage become.

    A steady rhythm that is kept loses none; where it changes, one more or less is a matter of rounding.
    """
    frames = round(span * recoding.settings.rate)
    slack = 2 if recoding.video.variable or recoding.span else 1
    return max(1, frames - slack), frames + slack


def checked(path: Path, recoding: Recoding, span: Fraction) -> tuple[VideoFacts, FootageFacts]:
    """Decode a video of ours to its end and return what it holds, if that is what was asked for.

    Args:
        path: The video.
        recoding: What it was to be.
        span: Seconds of the footage that are in it.

    Raises:
        ToolFailed: It is something else; the message says what.
    """
    found = read_video(path)
    heard = facts_of(path, Container.MOV, path.name, path.parent)
    settings = recoding.settings
    fewest, most = expected_frames(recoding, span)
    truths = [
        (fewest <= found.frames <= most, f"{fewest} to {most} frames", found.frames),
        (
            (found.width, found.height) == settings.padded,
            f"{settings.padded} pixels",
            (found.width, found.height),
        ),
        (found.codec == settings.codec, settings.codec, found.codec),
        (found.fps == settings.fps, f"{settings.fps} frames a second", found.fps),
        (found.pix_fmt == settings.layout.decoded, settings.layout.decoded, found.pix_fmt),
        (found.bt709, "BT.709", "other colours"),
        (not found.damaged, "whole frames", f"{found.damaged} damaged ones"),
        (found.faststart, "an index at its beginning", "one at its end"),
        (len(heard.sounds) == len(recoding.sounds), f"{len(recoding.sounds)} sounds", len(heard.sounds)),
        *_lengths(heard, recoding, span),
    ]
    if wrong := [f"expected {wanted}, found {what}" for holds, wanted, what in truths if not holds]:
        raise ToolFailed(f"{path.name}: {'; '.join(wrong)}; encode it again")
    return found, heard


def expect_whole_sounds(path: Path, heard: FootageFacts, recoding: Recoding, name: str) -> None:
    """Decode every sound of a video of ours to its end.

    Args:
        path: The video.
        heard: What it holds.
        recoding: How it was made.
        name: What the owner of its footage calls that.

    Raises:
        BadInput: A sound that was copied does not decode, so that of the footage does not.
        ToolFailed: One that was encoded does not decode.
    """
    for number, (found, wanted) in enumerate(zip(heard.sounds, recoding.sounds, strict=True), 1):
        copied = wanted.codec == "copy"
        called = f"{name if copied else path.name}, sound {number}"
        if damaged := damaged_in(Recording(path, Container.MOV, found, called)):
            told = f"{called}: expected sound that decodes to its end, found {damaged} damaged pieces of it"
            raise BadInput(f"{told}; send it whole") if copied else ToolFailed(f"{told}; encode it again")


def _lengths(heard: FootageFacts, recoding: Recoding, span: Fraction) -> list[tuple[bool, str, object]]:
    """Compare how long each sound lasts with what it was made of."""
    start = recoding.span.start if recoding.span else Fraction(0)
    lengths: list[tuple[bool, str, object]] = []
    for found, wanted in zip(heard.sounds, recoding.sounds, strict=False):
        whole = wanted.stream.duration
        late = 0 if wanted.codec == "copy" else max(Fraction(0), wanted.stream.start - recoding.video.start)
        length = min(span, max(Fraction(0), whole + late - start)) if recoding.span else whole + late
        near = abs(found.duration - length) <= max(SLACK, length / 100)
        lengths.append((near, f"{float(length):.2f} s of sound", f"{float(found.duration):.2f} s"))
    return lengths
