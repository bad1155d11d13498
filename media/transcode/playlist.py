"""HLS playlists: what a player is told of each size of a video (RFC 8216)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from media.errors import ToolFailed

SEGMENT = re.compile(r"#EXTINF:([\d.]+),[^\n]*\n(?:#[^\n]*\n)*([^#\n][^\n]*)")
AAC = "mp4a.40.2"


@dataclass(frozen=True)
class Variant:
    """One size of a video, as its master playlist tells of it.

    Attributes:
        path: Of its playlist, from the master's folder.
        width: In pixels.
        height: In pixels.
        rate: Frames a second.
        peak: Bits a second of its heaviest segment.
        average: Bits a second of all of it.
        codecs: By the names of RFC 6381.
    """

    path: str
    width: int
    height: int
    rate: Fraction
    peak: int
    average: int
    codecs: str


def master_playlist(variants: Sequence[Variant]) -> str:
    """Return the playlist that lists all sizes, in the order given: players begin with the first."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for one in variants:
        lines += [
            (
                f"#EXT-X-STREAM-INF:BANDWIDTH={one.peak},AVERAGE-BANDWIDTH={one.average},"
                f"RESOLUTION={one.width}x{one.height},FRAME-RATE={float(one.rate):.3f},"
                f'CODECS="{one.codecs}"'
            ),
            one.path,
        ]
    return "\n".join(lines) + "\n"


def segments_in(playlist: Path) -> list[tuple[float, Path]]:
    """Return how many seconds each segment of a playlist lasts, and its file.

    Raises:
        ToolFailed: There is none, or a file of them is not there.
    """
    found = [
        (float(length), playlist.parent / name) for length, name in SEGMENT.findall(playlist.read_text())
    ]
    if not found or not all(path.is_file() for _, path in found):
        raise ToolFailed(f"{playlist.name}: expected a playlist with all its segments; make it again")
    return found


def bandwidths(segments: Sequence[tuple[float, Path]]) -> tuple[int, int]:
    """Return the bits a second of the heaviest segment, and of all of them."""
    sizes = [(length, path.stat().st_size * 8) for length, path in segments]
    peak = max(bits / length for length, bits in sizes)
    average = sum(bits for _, bits in sizes) / sum(length for length, _ in sizes)
    return round(peak), round(average)


def h264_codec(beginning: bytes) -> str:
    """Return an H.264 stream's name by RFC 6381, from the box that says it (ISO/IEC 14496-15 section 5.3.3).

    Raises:
        ToolFailed: There is no such box.
    """
    at = beginning.find(b"avcC")
    record = beginning[at + 4 : at + 8]
    if at < 0 or len(record) < 4:  # noqa: PLR2004 - version, profile, constraints, level
        raise ToolFailed("expected H.264 in a segment's beginning, found none; make it again")
    return f"avc1.{record[1:4].hex()}"
