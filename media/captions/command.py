"""The ffmpeg commands over captions: values, built without running anything."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from media.captions.fonts import FOLDER
from media.codec import Encoder
from media.footage.command import beginning, reading, writing_file, writing_video
from media.footage.container import Container
from media.footage.facts import SoundStream, VideoStream
from media.footage.picture import plain
from media.video.settings import VideoSettings

VIDEO, SCRIPT, TRACK = "video", "captions.ass", "track.ass"
"""Names of ours in the folder that ffmpeg runs in."""
BURN = f"ass=filename={SCRIPT}:fontsdir={FOLDER}:shaping=complex"
"""Not `subtitles`: ffmpeg 5.1 joins Arabic letters in that by a simple method, which leaves boxes."""
IN_MP4 = {"aac", "mp3", "mp3float", "ac3", "eac3", "alac", "opus", "libopus"}
"""Sounds, as decoders are called, that are copied; of others AAC is made."""
IN_MOV = IN_MP4 | {"pcm_s16le", "pcm_s24le", "pcm_s16be", "pcm_s24be"}
PICTURES_IN_MP4 = {"h264", "hevc", "av1", "libdav1d", "mpeg4", "vp9", "libvpx-vp9", "mpeg2video"}
AAC_BITS = 192_000
LANGUAGE = re.compile(r"[a-z]{3}")


@dataclass(frozen=True)
class Film:
    """A video as it lies in the folder that ffmpeg runs in.

    Attributes:
        container: By its content.
        video: Its pictures.
        sounds: All of them; each is kept.
    """

    container: Container
    video: VideoStream
    sounds: Sequence[SoundStream]


def burned_argv(
    executable: Path, film: Film, settings: VideoSettings, encoder: Encoder, *, burn: bool = True
) -> list[str]:
    """Return the command that draws `captions.ass` into `video`, or else only encodes it, as `captioned`."""
    filters = plain(film.video, settings, encoder, *([BURN] if burn else []))
    return [
        *beginning(executable),
        *reading(VIDEO, film.container, *film.video.decoder),
        *_mapped(film),
        *("-vf", filters),
        *writing_video(settings, encoder),
        *_sounds(film, IN_MOV if settings.suffix == ".mov" else IN_MP4),
        *writing_file(settings, f"captioned{settings.suffix}"),
    ]


def soft_argv(executable: Path, film: Film, language: str) -> list[str]:
    """Return the command that copies `video` with `track.ass` as a track beside it, as `captioned.mp4`."""
    return [
        *beginning(executable),
        *reading(VIDEO, film.container),
        *(
            "-protocol_whitelist",
            "file",
            "-format_whitelist",
            "ass",
            "-f",
            "ass",
            "-i",
            f"file:{TRACK}",
        ),
        *_mapped(film),
        *("-map", "1:0", "-c:v", "copy", "-c:s", "mov_text"),
        *(("-tag:v", "hvc1") if film.video.codec == "hevc" else ()),
        *("-metadata:s:s:0", f"language={language}", "-disposition:s:0", "default"),
        *_sounds(film, IN_MP4),
        *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-movflags", "+faststart"),
        *("-f", "mp4", "-y", "file:captioned.mp4"),
    ]


def frame_argv(executable: Path, source: Sequence[str], stream: int, filters: str, name: str) -> list[str]:
    """Return the command that writes the first picture of a source, as `reading` names it, as a PNG."""
    return [
        *(part for part in beginning(executable) if part != "-xerror"),  # of a picture that is sought
        *source,
        *("-map", f"0:{stream}", "-an", "-sn", "-dn", "-frames:v", "1", "-vf", filters),
        *("-c:v", "png", "-f", "image2", "-update", "1", "-y", f"file:{name}"),
    ]


def _mapped(film: Film) -> list[str]:
    streams = [film.video.index, *(sound.index for sound in film.sounds)]
    return [part for stream in streams for part in ("-map", f"0:{stream}")]


def _sounds(film: Film, copied: set[str]) -> list[str]:
    argv = []
    for at, sound in enumerate(film.sounds):
        made = ["copy"] if sound.codec in copied else ["aac", f"-b:a:{at}", str(AAC_BITS)]
        argv += [f"-c:a:{at}", *made]
        if LANGUAGE.fullmatch(sound.language):
            argv += [f"-metadata:s:a:{at}", f"language={sound.language}"]
    return argv
