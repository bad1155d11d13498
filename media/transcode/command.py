"""The commands that transcode: values, built without running anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from media.codec import Encoder, is_nvenc
from media.footage.command import beginning, reading, writing_file, writing_video
from media.footage.container import Container
from media.footage.facts import VideoStream
from media.footage.picture import plain
from media.transcode.wanted import Sound, Span
from media.video.settings import VideoSettings

AAC_BITS = 80_000
"""A channel and second."""
AAC_RATES = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000}
BT709 = 1


@dataclass(frozen=True)
class Recoding:
    """One video that is made of another.

    Attributes:
        video: The footage's pictures.
        container: What the footage is in.
        settings: What is made.
        sounds: That it has.
        span: Of the footage, if not all of it.
        steady: Whether key frames stand at equal distances and nowhere else, as streaming asks for.
    """

    video: VideoStream
    container: Container
    settings: VideoSettings
    sounds: Sequence[Sound]
    span: Span | None = None
    steady: bool = False


def transcode_argv(executable: Path, recoding: Recoding, encoder: Encoder, output: str) -> list[str]:
    """Return the command that makes a video of the footage `video` in the folder it runs in.

    Args:
        executable: ffmpeg.
        recoding: What is made of what.
        encoder: By which.
        output: Name of the video, beside the footage; one that is there is overwritten.
    """
    on_gpu = stays_on_gpu(recoding, encoder)
    video, settings = recoding.video, recoding.settings
    pictures = plain_on_gpu(video, settings) if on_gpu else plain(video, settings, encoder)
    return [
        *beginning(executable),
        *reading("video", recoding.container, *(ON_GPU if on_gpu else video.decoder), *since(recoding)),
        *("-map", f"0:{video.index}", *(part for one in recoding.sounds for part in _mapped(one))),
        *("-vf", pictures, *writing_video(settings, encoder)),
        *(_steady(encoder, settings) if recoding.steady else []),
        *(part for number, one in enumerate(recoding.sounds) for part in _sound(number, one)),
        *_until(recoding.span),
        *writing_file(settings, output),
    ]


ON_GPU = ("-hwaccel", "cuda", "-hwaccel_output_format", "cuda")
"""Frames that are decoded on the GPU stay there. Without a driver this is fatal, so it is tried once."""


def stays_on_gpu(recoding: Recoding, encoder: Encoder) -> bool:
    """Return whether no frame has to leave the GPU: it encodes there, and nothing but its size changes.

    Filters on the processor would have every frame copied to and fro, which takes longer than it saves.
    """
    video, settings = recoding.video, recoding.settings
    needs_a_filter = (
        video.rotation
        or video.aspect != 1
        or video.alpha
        or video.interlaced
        or video.variable
        or video.full_range
        or video.transfer != "sdr"
        or video.matrix != BT709
        or video.bits != settings.bits
        or video.pixels not in {"yuv420p", "nv12"}
        or settings.rate != video.rate
        or settings.width % 2
        or settings.height % 2
    )
    return is_nvenc(encoder) and video.codec in {"h264", "hevc", "vp9"} and not needs_a_filter


def plain_on_gpu(video: VideoStream, settings: VideoSettings) -> str:
    """Return the filters that frames in the GPU's memory pass."""
    size = (settings.width, settings.height)
    scale = [] if video.shown == size else [f"scale_cuda={size[0]}:{size[1]}:interp_algo=lanczos"]
    return ",".join([*scale, "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"])


def since(recoding: Recoding) -> list[str]:
    """Return how the footage is read from where the part begins: a little before the frame that is first."""
    if not recoding.span or not recoding.span.start:
        return []
    begin = max(Fraction(0), recoding.span.start - 1 / (4 * recoding.video.rate))
    return ["-ss", f"{float(begin):.6f}"]


def _until(span: Span | None) -> list[str]:
    return ["-t", f"{float(span.duration):.6f}"] if span else []


def _mapped(sound: Sound) -> list[str]:
    return ["-map", f"0:{sound.stream.index}"]


def _sound(number: int, sound: Sound) -> list[str]:
    """Return how one sound is written."""
    if sound.codec == "copy":
        return [f"-c:a:{number}", "copy"]
    rate = sound.stream.rate if sound.stream.rate in AAC_RATES else 48_000
    said = [
        f"-c:a:{number}",
        sound.codec,
        f"-ac:a:{number}",
        str(sound.channels),
        f"-ar:a:{number}",
        str(rate),
    ]
    bits = [f"-b:a:{number}", str(AAC_BITS * sound.channels)] if sound.codec == "aac" else []
    # Gaps and late beginnings are filled with silence, or everything after them would be heard too early.
    return [*said, *bits, f"-filter:a:{number}", "aresample=async=1:first_pts=0"]


def _steady(encoder: Encoder, settings: VideoSettings) -> list[str]:
    """Return how key frames stand at the same places in every size."""
    distance = str(max(1, round(2 * settings.rate)))
    never = ["-no-scenecut", "1", "-forced-idr", "1"] if is_nvenc(encoder) else ["-sc_threshold", "0"]
    return ["-g", distance, "-keyint_min", distance, *never]
