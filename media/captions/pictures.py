"""Pictures that tell at a glance what captions look like in their video."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from media.before_after import before_after
from media.captions.command import VIDEO, Film, frame_argv
from media.captions.cues import Cue
from media.captions.writing import spoken
from media.contact_sheet import contact_sheet, poster
from media.footage.command import reading
from media.footage.container import Container
from media.footage.convert import Conversion, run_ffmpeg
from media.footage.picture import plain
from media.manifest import Role
from media.video.settings import VideoSettings

SHEET_FRAMES = 9


@dataclass(frozen=True)
class Preview:
    """A small picture for people."""

    role: Role
    path: Path


def previews(
    conversion: Conversion, film: Film, settings: VideoSettings, cues: Sequence[Cue]
) -> list[Preview]:
    """Write a poster, a picture without and with a caption, and a sheet of captions, each at most 100 kB.

    Args:
        conversion: Where `video` and what was made of it lie.
        film: What `video` holds.
        settings: Of what was made of it.
        cues: That it shows.
    """
    rate = settings.rate
    count = min(len(cues), SHEET_FRAMES)
    chosen = [cues[at * len(cues) // count] for at in range(count)]
    last = Fraction(max(0, film.video.frames - 1), 1) / rate
    times = [min(_middle_of(cue, rate), last) for cue in chosen]
    after = [_frame(conversion, settings, time, f"after{at}.png") for at, time in enumerate(times)]
    before = _before(conversion, film, settings, times[0])
    sheet = [(int(time * rate), data) for time, data in zip(times, after, strict=True)]
    pictures: list[tuple[Role, bytes]] = [
        ("poster", poster(after[0])),
        ("before-after", before_after(before, after[0])),
    ]
    if len(sheet) > 1:
        pictures.append(("contact-sheet", contact_sheet(sheet)))
    return [_written(role, data, conversion.folder) for role, data in pictures]


def _middle_of(cue: Cue, rate: Fraction) -> Fraction:
    """Return the time of a frame in the middle of a caption, or of a word of it, in seconds."""
    steps = spoken(cue, karaoke=True)
    begin, end, _ = steps[len(steps) // 2]
    return Fraction(int(Fraction(begin + end, 2000) * rate)) / rate


def _frame(conversion: Conversion, settings: VideoSettings, time: Fraction, name: str) -> bytes:
    source = reading(f"captioned{settings.suffix}", Container.MOV, "-ss", _seconds(time))
    run_ffmpeg(conversion, frame_argv(conversion.ffmpeg.path, source, 0, "format=rgb24", name))
    return (conversion.folder / name).read_bytes()


def _before(conversion: Conversion, film: Film, settings: VideoSettings, time: Fraction) -> bytes:
    source = reading(VIDEO, film.container, *film.video.decoder, "-ss", _seconds(time))
    filters = f"{plain(film.video, settings, 'libx264')},format=rgb24"
    run_ffmpeg(
        conversion, frame_argv(conversion.ffmpeg.path, source, film.video.index, filters, "before.png")
    )
    return (conversion.folder / "before.png").read_bytes()


def _seconds(time: Fraction) -> str:
    return f"{float(time):.6f}"


def _written(role: Role, data: bytes, folder: Path) -> Preview:
    path = folder / f"{role}.webp"
    path.write_bytes(data)
    return Preview(role, path)
