"""A ladder for streaming: one video in several sizes, cut at the same places, to be changed between."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from media.asset_tree import store_tree
from media.deliverables import name_for_people
from media.errors import ToolFailed
from media.footage.command import beginning
from media.footage.convert import Conversion, run_ffmpeg
from media.footage.source import Footage
from media.footage.work import Finished
from media.manifest import Output
from media.transcode.here import Here, MadeVideo, encoded
from media.transcode.playlist import AAC, Variant, bandwidths, h264_codec, master_playlist, segments_in
from media.transcode.previews import previews, told
from media.transcode.report import rows_of
from media.transcode.wanted import Sound, fitted

LADDER = ((1080, 0), (720, 1), (480, 2), (360, 3))
"""Pixels of the shorter side, and by how much crf is raised: small pictures are watched on small screens."""
SEGMENT_S = 4
MEDIA_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
}
MASTER, PLAYLIST = "master.m3u8", "index.m3u8"


class Size(NamedTuple):
    """A rung of the ladder: its folder's name, its sides in pixels, and by how much crf is raised."""

    name: str
    width: int
    height: int
    raised: int


@dataclass(frozen=True)
class Rendition:
    """One size of the ladder.

    Attributes:
        name: Of its folder, such as 720p.
        video: As one file.
        variant: What the master playlist says of it.
    """

    name: str
    video: MadeVideo
    variant: Variant


def sizes_of(shown: tuple[int, int]) -> list[Size]:
    """Return the sizes of a ladder that are not above the footage's.

    The largest is the footage's own where that lies between two; a picture below the smallest has one.
    """
    short, long = min(shown), max(shown)
    rungs = [(side, raised) for side, raised in LADDER if side <= short]
    if not rungs or (rungs[0][0] != short and short < LADDER[0][0]):
        rungs = [(short, rungs[0][1] if rungs else LADDER[-1][1]), *rungs]
    sizes = []
    for side, raised in rungs:
        box = (long, side) if shown[0] >= shown[1] else (side, long)
        width, height = fitted(shown, *box)
        sizes.append(Size(f"{side}p", width, height, raised))
    return sizes


def segments_argv(executable: Path, video: str) -> list[str]:
    """Return the command that cuts a video of ours into pieces of MP4 and a playlist."""
    return [
        *beginning(executable),
        *("-protocol_whitelist", "file", "-format_whitelist", "mov", "-f", "mov", "-i", f"file:{video}"),
        *("-map", "0", "-c", "copy", "-fflags", "+bitexact", "-f", "hls", "-hls_time", str(SEGMENT_S)),
        *("-hls_playlist_type", "vod", "-hls_segment_type", "fmp4", "-hls_flags", "independent_segments"),
        *("-hls_fmp4_init_filename", "init.mp4", "-hls_segment_filename", "%05d.m4s", "-y", PLAYLIST),
    ]


def frames_argv(executable: Path, playlist: str) -> list[str]:
    """Return the command that decodes a playlist of ours to its end, reporting on descriptor 3."""
    return [
        *beginning(executable),
        *("-protocol_whitelist", "file", "-format_whitelist", "hls,mov", "-allowed_extensions", "ALL"),
        *("-f", "hls", "-i", playlist, "-map", "0:v:0", "-map", "0:a?"),
        *("-fps_mode", "passthrough", "-f", "null", "-"),
    ]


def make_ladder(here: Here, footage: Footage) -> Finished:
    """Make, check and store all sizes, as one tree of files."""
    began = time.monotonic()
    tree = here.folder / "tree"
    tree.mkdir()
    renditions = [_rendition(here, tree, size) for size in sizes_of(_largest(here))]
    _expect_one_length(renditions, tree)
    (tree / MASTER).write_text(master_playlist([one.variant for one in renditions]))
    made = time.monotonic() - began
    table = rows_of("before", footage.container.value, here.facts, footage.asset.size)
    for one in renditions:
        size = sum(path.stat().st_size for path in (tree / one.name).iterdir())
        table += rows_of(one.name, "hls", one.video.heard, size)
    _, asset = store_tree(tree, MEDIA_TYPES, here.tools.store)
    name = name_for_people(here.name, "hls", "", here.job.noun)
    largest = renditions[0].video
    return Finished(
        outputs=(Output(role="hls", asset=asset, download_name=name), *previews(here, largest, table)),
        encoder=largest.converted.choice.encoder,
        encoder_reason=largest.converted.choice.reason,
        seconds={"encode": made, "previews": time.monotonic() - began - made},
        warnings=tuple(told(here)),
        table=tuple(table),
    )


def _largest(here: Here) -> tuple[int, int]:
    """Return the size of the largest rendition's footage, within the bounds of the job."""
    return here.recoding.settings.width, here.recoding.settings.height


def _rendition(here: Here, tree: Path, size: Size) -> Rendition:
    settings = here.recoding.settings
    update = {"width": size.width, "height": size.height, "crf": min(40, settings.crf + size.raised)}
    sounds = tuple(replace(one, codec="aac") for one in here.recoding.sounds)
    recoding = replace(here.recoding, settings=settings.model_copy(update=update), sounds=sounds, steady=True)
    video = encoded(here, recoding, size.name)
    folder = tree / size.name
    folder.mkdir()
    ffmpeg = here.tools.ffmpeg
    run_ffmpeg(Conversion(here.name, ffmpeg, folder), segments_argv(ffmpeg.path, f"../../{video.path.name}"))
    _expect_all_frames(here, folder, video)
    return Rendition(size.name, video, _variant(folder, video, sounds))


def _variant(folder: Path, video: MadeVideo, sounds: tuple[Sound, ...]) -> Variant:
    peak, average = bandwidths(segments_in(folder / PLAYLIST))
    codec = h264_codec((folder / "init.mp4").read_bytes())
    return Variant(
        path=f"{folder.name}/{PLAYLIST}",
        width=video.facts.width,
        height=video.facts.height,
        rate=video.recoding.settings.rate,
        peak=peak,
        average=average,
        codecs=f"{codec},{AAC}" if sounds else codec,
    )


def _expect_all_frames(here: Here, folder: Path, video: MadeVideo) -> None:
    """Decode a rendition from its playlist, as players do, and count."""
    decoded = [0]
    ffmpeg = here.tools.ffmpeg
    conversion = Conversion(here.name, ffmpeg, folder, decoded.append)
    run_ffmpeg(conversion, frames_argv(ffmpeg.path, PLAYLIST))
    if decoded[-1] != video.facts.frames:
        raise ToolFailed(
            f"{folder.name}: expected {video.facts.frames} frames by its playlist, found {decoded[-1]}; "
            "make it again"
        )


def _expect_one_length(renditions: list[Rendition], tree: Path) -> None:
    """Refuse sizes that are not cut at the same places: players could not change between them."""
    lengths = {
        one.name: [f"{length:.3f}" for length, _ in segments_in(tree / one.name / PLAYLIST)]
        for one in renditions
    }
    first = lengths[renditions[0].name]
    if wrong := next((name for name, each in lengths.items() if each != first), ""):
        raise ToolFailed(
            f"{wrong}: expected segments of {', '.join(first[:8])} s as in {renditions[0].name}, found "
            f"{', '.join(lengths[wrong][:8])} s; encode it again"
        )
