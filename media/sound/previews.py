"""Pictures that tell what came: a poster, a contact sheet, and the sound's shape under a strip of frames."""

from fractions import Fraction
from pathlib import Path

from media.contact_sheet import POSTER_SIDE, contact_sheet, poster
from media.errors import ToolFailed
from media.footage.convert import run_ffmpeg
from media.manifest import Role
from media.sound.command import stills_argv
from media.sound.film import Reel
from media.sound.result import Checked
from media.sound.waveform import Heading, waveform

MOST = 12
EARLY = Fraction(1, 4)
"""Of a frame: seeking finds the first frame from a time on, and clocks round."""


def previews_of(path: Path, checked: Checked, reel: Reel) -> list[tuple[Role, Path]]:
    """Write the previews of a checked result beside it, and return them by their roles.

    Raises:
        ToolFailed: Not even its first frame can be shown.
    """
    stills = _stills(path, checked, reel)
    if not stills:
        raise ToolFailed(f"{path.name}: expected a first frame to show, found none; make it again")
    video, form = checked.video, checked.form
    rate = float(video.frames / checked.seconds)
    heading = Heading(float(checked.seconds), rate, video.frames, form.rate, form.channels)
    pictures: dict[Role, bytes] = {"poster": poster(stills[0][1])}
    if video.frames > 1:
        pictures["contact-sheet"] = contact_sheet(stills)
    pictures["waveform"] = waveform([data for _, data in stills], path.with_name("mono.f32"), heading)
    return [(role, _written(path.with_name(f"{role}.webp"), data)) for role, data in pictures.items()]


def _stills(path: Path, checked: Checked, reel: Reel) -> list[tuple[int, bytes]]:
    """Return frames spread over a video as PNG, by their numbers from 1 on."""
    video = checked.video
    count = min(video.frames, MOST)
    numbers = [index * video.frames // count for index in range(count)]
    step = checked.seconds / video.frames
    times = [max(Fraction(0), (number - EARLY) * step) for number in numbers]
    run_ffmpeg(reel.conversion, stills_argv(reel.conversion.ffmpeg.path, path.name, times, _size(reel)))
    files = [path.with_name(f"{index}.png") for index in range(count)]
    return [
        (number + 1, file.read_bytes()) for number, file in zip(numbers, files, strict=True) if file.exists()
    ]


def _size(reel: Reel) -> tuple[int, int]:
    """Return how large stills are: as the video is shown, and no larger than a poster."""
    width, height = reel.video.shown
    scale = min(1.0, POSTER_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
