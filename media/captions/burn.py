"""Draw captions into the pictures of a video."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from media.captions.command import SCRIPT, Film, burned_argv
from media.captions.cues import Captions, Cue
from media.captions.fonts import HERE, FontFolder
from media.captions.job import CaptionJob
from media.captions.lettering import Composer, Room
from media.captions.made import expect_burned
from media.captions.pictures import Preview, previews
from media.captions.script import Scripted
from media.captions.style import CaptionStyle
from media.captions.writing import PADDING, Picture, Writer
from media.codec import CODINGS
from media.errors import BadInput
from media.fonts.runs import language_of
from media.footage.convert import Conversion, Converted, convert_video
from media.footage.picture import said_of
from media.frame_rate import FASTEST, SLOWEST
from media.video.settings import VideoSettings

SHAPES = {"jpn": "ja", "kor": "ko", "zho": "zh-Hans"}
"""Languages whose letters differ in shape though they are the same characters."""


@dataclass(frozen=True)
class Burned:
    """A video with captions in its pictures, decoded and counted.

    Attributes:
        path: The file.
        converted: How it was encoded.
        pictures: Small ones for people.
        warnings: What is to be said of it.
    """

    path: Path
    converted: Converted
    pictures: Sequence[Preview]
    warnings: tuple[str, ...]


def burn(
    conversion: Conversion, film: Film, captions: Captions, cues: Sequence[Cue], job: CaptionJob
) -> Burned:
    """Draw captions into the video that lies in the conversion's folder.

    Raises:
        BadInput: The video is damaged, or smaller than its codec takes.
        OutOfResources, ToolFailed: The disk is full, or ffmpeg failed.
    """
    film, slowed = at_a_rate_that_plays(film)
    settings = settings_of(film, job)
    _expect_sides(settings, conversion.name)
    said = write_script(conversion.folder, settings, captions, cues, job)
    converted = convert_video(
        conversion, settings, lambda encoder: burned_argv(conversion.ffmpeg.path, film, settings, encoder)
    )
    path = conversion.folder / f"captioned{settings.suffix}"
    frames = expect_burned(path, film, settings)
    pictures = previews(conversion, film, settings, cues, frames)
    return Burned(path, converted, pictures, (*slowed, *said_of(film.video), *said))


def at_a_rate_that_plays(film: Film) -> tuple[Film, list[str]]:
    """Return a video at the nearest rate that players take, and what is to be said if that is another."""
    rate = min(max(film.video.rate, Fraction(SLOWEST)), Fraction(FASTEST))
    if rate == film.video.rate:
        return film, []
    said = f"its {float(film.video.rate):g} frames a second became {float(rate):g}, which players take"
    return replace(film, video=film.video.model_copy(update={"rate": rate})), [said]


def settings_of(film: Film, job: CaptionJob) -> VideoSettings:
    """Return what the video is to be: as large and as fast as it was."""
    width, height = film.video.shown
    rate = film.video.rate
    return VideoSettings(
        width=width,
        height=height,
        fps=f"{rate.numerator}/{rate.denominator}",
        crf=job.crf,
        preset=job.preset,
        background=job.background,
        codec=job.codec,
    )


def _expect_sides(settings: VideoSettings, name: str) -> None:
    least = CODINGS[settings.codec].least
    if min(settings.padded) < least:
        raise BadInput(
            f"{name}: expected sides of at least {least} pixels for {settings.codec}, found "
            f"{settings.width} x {settings.height}; take h264"
        )


def write_script(
    folder: Path, settings: VideoSettings, captions: Captions, cues: Sequence[Cue], job: CaptionJob
) -> list[str]:
    """Write `captions.ass` and the fonts that it asks for into a folder; returns what is to be said of it."""
    style, fonts = job.style, FontFolder.within(folder, bold=job.style.bold)
    if captions.script and not job.restyle:
        scripted = Scripted(fonts)
        length = max(cue.end for cue in cues)
        text = scripted.harmless(captions.script, captions.name, length)
        said = scripted.warnings()
    else:
        picture = Picture(*settings.padded)
        writer = Writer(style, picture, fonts)
        composer = Composer(style, fonts.catalogue, _room(style, picture, writer.em))
        laid = [composer.laid(cue) for cue in cues]
        language = SHAPES.get(job.language) or language_of("".join(cue.text for cue in cues))
        text, said = writer.script(laid, language), composer.warnings()
        if style.font.strip().lower() != HERE.lower():
            said.insert(0, f"the font {style.font.strip()} is not here; {HERE} stands for it")
    (folder / SCRIPT).write_text(text, encoding="utf-8")
    return said


def _room(style: CaptionStyle, picture: Picture, em: float) -> Room:
    """Return what is left of a picture within its safe area, in em."""
    round_about = 2 * (PADDING if style.box else 0.0)
    return Room(
        width=picture.width * (1 - 2 * style.safe_area) / em - round_about,
        height=picture.height * (1 - 2 * style.safe_area) / em - round_about,
    )
