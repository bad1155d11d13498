"""See that a finished video is what was to come: every frame, every sample, both from 0 on to one end."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from media.errors import ToolFailed
from media.footage.container import Container
from media.footage.facts import SoundStream, facts_of
from media.sound.film import Film
from media.sound.heard import Form, Heard, Recording, hear
from media.video.check import VideoFacts, read_video

Rule = tuple[bool, str]
"""Whether it holds, and what was expected and found where it does not."""
STARTS_BY = Fraction(1, 20)
"""In seconds: AAC begins a frame of 1024 samples early, which players leave out."""


@dataclass(frozen=True)
class Checked:
    """What was found in a finished video.

    Attributes:
        video: Its pictures.
        heard: Its sound.
        seconds: From the first frame to the end of the last.
        apart: By how many seconds their lengths differ.
        form: Of its sound.
    """

    video: VideoFacts
    heard: Heard
    seconds: Fraction
    apart: Fraction
    form: Form


def checked(path: Path, film: Film, form: Form, *, audible: bool) -> Checked:
    """Decode a finished video and its sound completely, and return what is in it.

    Args:
        path: The video.
        film: What its pictures are to be.
        form: What its sound is to be.
        audible: Whether there must be something to hear.

    Raises:
        ToolFailed: It is not what was asked for; the message says how.
    """
    video = read_video(path)
    facts = facts_of(path, Container.MOV, path.name, path.parent)
    if facts.video is None or len(facts.sounds) != 1:
        raise ToolFailed(f"{path.name}: expected one video and one sound, found others; make it again")
    (sound,) = facts.sounds
    mono = Form(form.rate, 1)
    heard = hear(Recording(path, Container.MOV, sound, path.name), mono, path.with_name("mono.f32"))
    seconds = facts.video.duration
    found = Checked(video, heard, seconds, abs(seconds - Fraction(heard.samples, mono.rate)), form)
    rules = [*_of_pictures(video, film), *_of_sound(sound, found, audible=audible)]
    rules.append((abs(facts.video.start) <= STARTS_BY, f"pictures from 0 on, found {facts.video.start} s"))
    if broken := [sentence for holds, sentence in rules if not holds]:
        raise ToolFailed(f"{path.name}: expected {'; expected '.join(broken)}; make it again")
    return found


def _of_pictures(video: VideoFacts, film: Film) -> list[Rule]:
    settings = film.settings
    rules = [
        (video.frames == film.frames, f"{film.frames} frames, found {video.frames}"),
        (video.damaged == 0, f"frames that decode, found {video.damaged} that do not"),
        (video.streams == 2, f"two streams, found {video.streams}"),  # noqa: PLR2004 - pictures and sound
        (video.faststart, "an index at its beginning, found it at its end"),
    ]
    if film.copied:
        return rules
    size = (video.width, video.height)
    return [
        *rules,
        (video.fps == settings.fps, f"{settings.fps} frames a second, found {video.fps}"),
        (size == settings.padded, f"{settings.padded} pixels, found {size}"),
        (video.bt709, "colours tagged as BT.709, found others"),
    ]


def _of_sound(sound: SoundStream, found: Checked, *, audible: bool) -> list[Rule]:
    heard, form = found.heard, found.form
    frame = found.seconds / max(found.video.frames, 1)
    return [
        (heard.damaged == 0, f"sound that decodes, found {heard.damaged} pieces that do not"),
        (found.apart <= frame + form.frame, f"equal lengths, found {float(found.apart):.3f} s between them"),
        (abs(sound.start) <= STARTS_BY, f"sound from 0 on, found it from {float(sound.start):.3f} s"),
        ((sound.rate, sound.channels) == (form.rate, form.channels), f"{form}, found {sound}"),
        (not audible or not heard.silent, "a sound that can be heard, found silence"),
    ]
