"""Pictures of moving pictures: frames taken out of finished clips."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from media.asset import fetch_asset
from media.contact_sheet import contact_sheet, poster
from media.deliverables import SHEET_FRAMES, stored_file
from media.encoder import Ffmpeg
from media.manifest import Output
from media.process import Limits, check, run
from media.store import ObjectStore

LIMITS = Limits(wall_s=120.0, file_bytes=2**28)
WIDTH = 640
EARLY = Fraction(1, 4)
"""Of a frame."""


def moment_of(number: int, rate: Fraction) -> Fraction:
    """Return the time in seconds from which on frame `number`, counted from 0, is the first: clocks round."""
    return max(Fraction(0), (number - EARLY) / rate)


def frame_argv(executable: Path, video: str, moment: Fraction, picture: str) -> list[str]:
    """Return the command that writes the first frame of a video from a moment on as a small PNG.

    It begins to decode at the key frame before it, which is seconds away at most, however long the video is.
    """
    return [
        *(str(executable), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning"),
        *("-protocol_whitelist", "file", "-format_whitelist", "mov"),
        *("-ss", f"{float(moment):.6f}", "-i", f"file:{video}"),
        *("-vf", f"scale={WIDTH}:-2:flags=lanczos:in_color_matrix=bt709,format=rgb24"),
        *("-frames:v", "1", "-f", "image2", "-c:v", "png", "-y", f"file:{picture}"),
    ]


def stored_previews(
    shown: Sequence[tuple[Output, Fraction]], stem: str, ffmpeg: Ffmpeg, folder: Path, store: ObjectStore
) -> list[Output]:
    """Store a poster and a contact sheet.

    Args:
        shown: Videos, and a moment of each, in seconds, from which some are chosen.
        stem: Of the previews' names.
        ffmpeg: What takes frames out.
        folder: To work in.
        store: Where all of it lies.
    """
    count = min(len(shown), SHEET_FRAMES)
    chosen = [index * len(shown) // count for index in range(count)]
    frames = []
    for index in chosen:
        output, moment = shown[index]
        video, picture = folder / output.asset.sha256, folder / f"shown{index}.png"
        if not video.exists():
            fetch_asset(output.asset, store, video)
        argv = frame_argv(ffmpeg.path, video.name, moment, picture.name)
        check(run(argv, cwd=folder, limits=LIMITS, env=ffmpeg.env), "ffmpeg")
        frames.append((index + 1, picture.read_bytes()))
    (folder / "poster.webp").write_bytes(poster(frames[0][1]))
    (folder / "sheet.webp").write_bytes(contact_sheet(frames))
    return [
        stored_file("poster", folder / "poster.webp", f"{stem}-poster.webp", store),
        stored_file("contact-sheet", folder / "sheet.webp", f"{stem}-contact-sheet.webp", store),
    ]
