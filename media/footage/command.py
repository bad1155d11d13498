"""The parts that ffmpeg commands over footage have in common: values, built without running anything.

No text of a user's is in any of them: files have names of ours, in the folder that ffmpeg runs in.
"""

from pathlib import Path

from media.codec import CODINGS, Encoder
from media.encoder_options import Wish, codec_options
from media.footage.container import Container
from media.video.command import PROGRESS_S, ticks_a_second
from media.video.settings import VideoSettings

STRICT = ("-err_detect", "explode")
"""A damaged picture is an error; else ffmpeg shows half of it and ends with 0."""


def beginning(executable: Path) -> list[str]:
    """Return how every command begins: silent, without a terminal, reporting on descriptor 3."""
    return [
        *(str(executable), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-xerror"),
        *("-progress", "pipe:3", "-stats_period", PROGRESS_S),
    ]


def reading(name: str, container: Container, *options: str, strict: bool = True) -> list[str]:
    """Return how a file of a user's is read: as its container and nothing else, from this file alone.

    Args:
        name: In the folder that ffmpeg runs in; ours.
        container: As it was found by its content.
        options: For this input, such as `-stream_loop -1`.
        strict: Whether a damaged picture is an error; a picture that lacks those before it looks damaged, as
            is found where one seeks into footage.
    """
    demuxer = container.demuxer
    return [
        *("-protocol_whitelist", "file", "-format_whitelist", demuxer),
        *(STRICT if strict else ()),
        *options,
        *("-f", demuxer.partition(",")[0], "-i", f"file:{name}"),
    ]


def writing_video(settings: VideoSettings, encoder: Encoder) -> list[str]:
    """Return how pictures are encoded, at a constant rate, the same bytes for the same pictures."""
    wish = Wish(
        settings.preset, settings.crf, settings.rate, settings.width * settings.height, settings.layout
    )
    options = codec_options(encoder, wish)
    return [
        *(part for name, value in options.items() for part in (f"-{name}", value)),
        *("-r", settings.fps, "-fps_mode", "cfr", "-flags:v", "+bitexact"),
    ]


def writing_file(settings: VideoSettings, name: str) -> list[str]:
    """Return how a file is written that begins to play before all of it is there.

    Args:
        settings: Of the pictures in it.
        name: In the folder that ffmpeg runs in; ours.
    """
    ticks = str(ticks_a_second(settings.rate))
    return [
        *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-movflags", "+faststart"),
        *("-movie_timescale", ticks, "-video_track_timescale", ticks),
        *("-f", CODINGS[settings.codec].suffix.removeprefix("."), "-y", f"file:{name}"),
    ]
