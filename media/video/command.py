"""The ffmpeg command that turns PNG frames on stdin into a video: a value, built without running anything."""

from fractions import Fraction
from pathlib import Path

import ffmpeg
from ffmpeg.nodes import FilterableStream

from media.codec import Encoder
from media.encoder import pixels_for
from media.encoder_options import Wish, codec_options
from media.video.settings import VideoSettings

PROGRESS_S = "0.2"
FINE_CLOCK = 1000
TO_BT709 = {
    "out_color_matrix": "bt709",
    "out_range": "tv",
    "flags": "accurate_rnd+full_chroma_int+bitexact",
}
TAGS = {"range": "tv", "colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709"}


def encode_argv(
    executable: Path, settings: VideoSettings, encoder: Encoder, output: Path, *, alpha: bool
) -> list[str]:
    """Return the command that reads PNG files from stdin and writes `output`, reporting on descriptor 3.

    Args:
        executable: ffmpeg.
        settings: Size of the frames, rate and quality.
        encoder: By which the video is made.
        output: The video to write; one that is there is overwritten.
        alpha: Whether the frames are transparent, and so are laid over the background if it has no alpha.
    """
    frames = ffmpeg.input(
        "pipe:0",
        **{
            "f": "image2pipe",
            "c:v": "png",
            "framerate": settings.fps,
            "protocol_whitelist": "pipe",
            "format_whitelist": "image2pipe",
            "err_detect": "crccheck+explode",
        },
    )
    pixels = settings.width * settings.height
    wish = Wish(settings.preset, settings.crf, settings.rate, pixels, settings.layout)
    ticks = ticks_a_second(settings.rate)
    opaque = _lay_over(frames, settings) if alpha and not settings.alpha else frames
    video = _convert(_pad(opaque, settings), pixels_for(encoder, settings.layout))
    written = ffmpeg.output(
        video,
        f"file:{output}",
        **codec_options(encoder, wish),
        **{
            "f": settings.suffix.removeprefix("."),
            "fps_mode": "cfr",
            "movflags": "+faststart",
            "movie_timescale": str(ticks),
            "video_track_timescale": str(ticks),
            "fflags": "+bitexact",
            "flags:v": "+bitexact",
        },
    )
    command = [
        *(str(executable), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-xerror"),
        *("-progress", "pipe:3", "-stats_period", PROGRESS_S),
    ]
    argv: list[str] = ffmpeg.compile(written, cmd=command, overwrite_output=True)
    return argv


def ticks_a_second(rate: Fraction) -> int:
    """Return a clock in which a frame lasts a whole number of ticks; MP4's own rounds to milliseconds."""
    return rate.numerator if rate.numerator >= FINE_CLOCK else rate.numerator * FINE_CLOCK


def _lay_over(frames: FilterableStream, settings: VideoSettings) -> FilterableStream:
    """Put frames over the background colour; without this ffmpeg drops their alpha and shows what it hid."""
    red, green, blue = (int(settings.background[at : at + 2], 16) for at in (1, 3, 5))
    copies = frames.filter("format", "rgba").filter_multi_output("split")
    background = copies[0].filter("lutrgb", r=red, g=green, b=blue, a=255)
    return ffmpeg.overlay(background, copies[1], format="gbrp")


def _pad(frames: FilterableStream, settings: VideoSettings) -> FilterableStream:
    """Repeat the last column or row of odd frames: 4:2:0 needs even sides, and a black line would show."""
    right, bottom = settings.width % 2, settings.height % 2
    if not right and not bottom:
        return frames
    width, height = settings.padded
    padded = frames.filter("format", _planes(settings)).filter("pad", width, height)
    return padded.filter("fillborders", right=right, bottom=bottom, mode="smear")


def _planes(settings: VideoSettings) -> str:
    """Return in which planes a frame is padded, so that nothing of it is lost."""
    deep = "16le" if settings.layout.encoded.endswith("10le") else ""
    return f"gbr{'a' if settings.alpha else ''}p{deep}"


def _convert(frames: FilterableStream, pixels: str) -> FilterableStream:
    """Convert to BT.709 and say so; ffmpeg alone converts by BT.601 and says nothing (39 of 255 wrong)."""
    return frames.filter("scale", **TO_BT709).filter("format", pixels).filter("setparams", **TAGS)
