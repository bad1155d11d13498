"""Pictures that tell at a glance what captions look like in their video."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from media.before_after import before_after
from media.captions.command import VIDEO, Film, frame_argv
from media.captions.cues import Cue
from media.captions.writing import spoken
from media.contact_sheet import contact_sheet, poster
from media.errors import BadInput, ToolFailed
from media.footage.command import reading
from media.footage.container import Container
from media.footage.convert import Conversion, run_ffmpeg
from media.footage.picture import plain
from media.manifest import Role
from media.video.settings import VideoSettings

logger = logging.getLogger(__name__)

SHEET_FRAMES = 9


@dataclass(frozen=True)
class Preview:
    """A small picture for people."""

    role: Role
    path: Path


def previews(
    conversion: Conversion, film: Film, settings: VideoSettings, cues: Sequence[Cue], frames: int
) -> list[Preview]:
    """Write a poster, a picture without and with a caption, and a sheet of captions, each at most 100 kB.

    There is none of the two where the footage gives no picture when one seeks in it.

    Args:
        conversion: Where `video` and what was made of it lie.
        film: What `video` holds.
        settings: Of what was made of it.
        cues: That it shows.
        frames: That it has, counted.
    """
    conversion = replace(conversion, on_progress=None)  # of the video, which is done
    rate = settings.rate
    count = min(len(cues), SHEET_FRAMES)
    chosen = [cues[at * len(cues) // count] for at in range(count)]
    last = Fraction(frames - 1) / rate
    times = [min(_middle_of(cue, rate), last) for cue in chosen]
    after = [_frame(conversion, settings, time, f"after{at}.png") for at, time in enumerate(times)]
    before = _before(conversion, film, settings, times[0])
    sheet = [(int(time * rate), data) for time, data in zip(times, after, strict=True)]
    pictures: list[tuple[Role, bytes]] = [("poster", poster(after[0]))]
    if before is not None:
        pictures.append(("before-after", before_after(before, after[0])))
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


def _before(conversion: Conversion, film: Film, settings: VideoSettings, time: Fraction) -> bytes | None:
    """Return the footage's picture at a time, if it can be sought there; all of it was decoded before."""
    source = reading(VIDEO, film.container, *film.video.decoder, "-ss", _seconds(time), strict=False)
    filters = f"{plain(film.video, settings, 'libx264')},format=rgb24"
    argv = frame_argv(conversion.ffmpeg.path, source, film.video.index, filters, "before.png")
    try:
        run_ffmpeg(conversion, argv)
    except (BadInput, ToolFailed) as problem:
        logger.warning("%s: no picture to compare with: %s", conversion.name, problem)
        return None
    path = conversion.folder / "before.png"
    return path.read_bytes() if path.exists() else None


def _seconds(time: Fraction) -> str:
    return f"{float(time):.6f}"


def _written(role: Role, data: bytes, folder: Path) -> Preview:
    path = folder / f"{role}.webp"
    path.write_bytes(data)
    return Preview(role, path)
