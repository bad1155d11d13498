"""Pictures that tell of a video at a glance: a poster, a contact sheet, a sprite of thumbnails for players.

A sprite is one picture of many small ones; a WebVTT file says which of them shows which seconds, for players
that show a thumbnail over their time line.
"""

import io
import math
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from media.contact_sheet import contact_sheet, poster
from media.encoder import Ffmpeg
from media.errors import ToolFailed
from media.footage.command import beginning
from media.footage.convert import Conversion, run_ffmpeg
from media.video.check import VideoFacts

SIDE = 224
POSTER_SIDE = 640
FEWEST, MOST, COLUMNS = 12, 100, 10
SHEET = 12
POSTER_AT = 0.2
"""Of the video: films begin in black."""
QUALITY = 80


@dataclass(frozen=True)
class Stills:
    """Pictures of one video, as files.

    Attributes:
        poster: A WebP.
        sheet: A WebP.
        sprite: A WebP.
        interval: Seconds that a thumbnail stands for.
        tile: Width and height of one, in pixels.
        count: How many there are.
    """

    poster: Path
    sheet: Path
    sprite: Path
    interval: float
    tile: tuple[int, int]
    count: int


def thumbnails_argv(executable: Path, video: str, step: int) -> list[str]:
    """Return the command that writes every `step`th frame of a video of ours, small, as 00001.png and on."""
    every = f"select=not(mod(n\\,{step})),scale={SIDE}:{SIDE}:force_original_aspect_ratio=decrease"
    return _pictures(executable, video, [], every, "%05d.png")


def poster_argv(executable: Path, video: str, at: float) -> list[str]:
    """Return the command that writes the frame that is shown `at` seconds as poster.png."""
    fit = f"scale={POSTER_SIDE}:{POSTER_SIDE}:force_original_aspect_ratio=decrease"
    return _pictures(executable, video, ["-ss", f"{at:.3f}"], f"{fit}", "poster.png", "-frames:v", "1")


def _pictures(
    executable: Path, video: str, before: list[str], filters: str, output: str, *after: str
) -> list[str]:
    return [
        *beginning(executable),
        *("-protocol_whitelist", "file", "-format_whitelist", "mov", *before, "-f", "mov"),
        *(
            "-i",
            f"file:{video}",
            "-map",
            "0:v:0",
            "-vf",
            f"{filters},format=rgb24",
            "-fps_mode",
            "passthrough",
        ),
        *("-fps_mode", "passthrough", *after, "-f", "image2", "-y", f"file:{output}"),
    ]


def stills_of(video: Path, facts: VideoFacts, ffmpeg: Ffmpeg, folder: Path) -> Stills:
    """Make the pictures of a checked video of ours, in `folder`, which is empty before.

    Raises:
        ToolFailed: ffmpeg gave other pictures than it was asked for.
    """
    conversion = Conversion(video.name, ffmpeg, folder)
    (folder / "video").symlink_to(video)
    seconds = float(facts.duration)
    wanted = min(MOST, facts.frames, max(FEWEST, math.ceil(seconds)))
    step = max(1, math.ceil(facts.frames / wanted))
    run_ffmpeg(conversion, thumbnails_argv(ffmpeg.path, "video", step))
    shown = int(POSTER_AT * facts.frames)
    # A little before it: a clock that rounds would have the next one shown, or none after the last.
    run_ffmpeg(
        conversion, poster_argv(ffmpeg.path, "video", max(0.0, (shown - 0.25) * seconds / facts.frames))
    )
    tiles = [path.read_bytes() for path in sorted(folder.glob("[0-9]*.png"))]
    if len(tiles) != (expected := math.ceil(facts.frames / step)):
        raise ToolFailed(f"{video.name}: expected {expected} thumbnails, found {len(tiles)}; make them again")
    (folder / "poster.webp").write_bytes(poster((folder / "poster.png").read_bytes()))
    count = min(SHEET, len(tiles))
    chosen = [index * len(tiles) // count for index in range(count)]
    (folder / "sheet.webp").write_bytes(contact_sheet([(index * step, tiles[index]) for index in chosen]))
    tile = _sprite(tiles, folder / "sprite.webp")
    names = (folder / "poster.webp", folder / "sheet.webp", folder / "sprite.webp")
    return Stills(*names, interval=seconds * step / facts.frames, tile=tile, count=len(tiles))


def thumbnails_vtt(stills: Stills, sprite: str, seconds: float) -> str:
    """Return the WebVTT that says which part of the picture `sprite` shows which seconds."""
    lines = ["WEBVTT"]
    width, height = stills.tile
    for number in range(stills.count):
        begin, end = number * stills.interval, min(seconds, (number + 1) * stills.interval)
        row, column = divmod(number, COLUMNS)
        place = f"{column * width},{row * height},{width},{height}"
        lines.append(f"\n{_clock(begin)} --> {_clock(end)}\n{sprite}#xywh={place}")
    return "\n".join(lines) + "\n"


def _sprite(tiles: list[bytes], path: Path) -> tuple[int, int]:
    """Write thumbnails side by side; returns the size of one."""
    pictures = [Image.open(io.BytesIO(tile), formats=["PNG"]).convert("RGB") for tile in tiles]
    width, height = pictures[0].size
    rows = math.ceil(len(pictures) / COLUMNS)
    sheet = Image.new("RGB", (width * min(COLUMNS, len(pictures)), height * rows))
    for number, picture in enumerate(pictures):
        row, column = divmod(number, COLUMNS)
        sheet.paste(picture, (column * width, row * height))
    sheet.save(path, "WEBP", quality=QUALITY, method=4)
    return width, height


def _clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02d}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d}.{whole % 1000:03d}"
