"""Make any footage plain: upright, whole frames, square pixels, even sides, opaque, BT.709.

What comes is filters as text, of numbers and words of ours alone.
"""

from media.codec import Encoder
from media.encoder import pixels_for
from media.footage.facts import VideoStream
from media.video.command import TAGS, TO_BT709
from media.video.settings import VideoSettings

UNSAID_MATRIX = 2
HD_LINES = 720
"""From so many lines on, unsaid colours are those of BT.709; ffmpeg takes BT.601 for all."""
WITHOUT_MATRIX = ("rgb", "bgr", "gbr", "pal8", "gray", "mono")
TRANSFERS = {"pq": "smpte2084", "hlg": "arib-std-b67"}
TO_SDR = (
    "zscale=t=linear:npl=203",
    "format=gbrpf32le",
    "zscale=p=bt709",
    "tonemap=hable:desat=0",
    "zscale=t=bt709:m=bt709:r=tv",
)
"""ITU-R BT.2408 puts white at 203 cd/m²; Hable's curve rolls off what is brighter."""


def plain(video: VideoStream, settings: VideoSettings, encoder: Encoder, *between: str) -> str:
    """Return the filters that turn frames of `video` into what an encoder takes.

    ffmpeg itself turns the picture as the file says.

    Args:
        video: What is read.
        settings: What is made of it; a size other than that shown is scaled to.
        encoder: By which.
        between: Filters on the plain picture, before it becomes what the encoder takes.
    """
    return ",".join([
        *(["bwdif=mode=send_frame"] if video.interlaced else []),
        *_said_colours(video),
        *(TO_SDR if video.transfer != "sdr" else ()),
        f"fps={settings.fps}:start_time=0",
        *_squared(video, settings),
        *([_over(settings.background)] if video.alpha and not settings.alpha else []),
        *_evened(settings),
        *between,
        *_converted(pixels_for(encoder, settings.layout)),
    ])  # fmt: skip


def said_of(video: VideoStream) -> list[str]:
    """Return what a user is told of how `video` was made plain."""
    told = [
        (video.variable, f"its frame rate varies; it is shown at a constant {video.rate} frames a second"),
        (video.transfer != "sdr", "it is HDR; its light was mapped to that of common screens"),
        (video.interlaced, "its frames are interlaced; they were made whole"),
        (video.alpha, "it is transparent; it was laid over the background"),
    ]
    return [sentence for holds, sentence in told if holds]


def _said_colours(video: VideoStream) -> list[str]:
    """Return how colours are told of that the file leaves unsaid: all filters that follow go by it."""
    if video.transfer != "sdr":
        light = TRANSFERS[video.transfer]
        return [f"setparams=color_primaries=bt2020:color_trc={light}:colorspace=bt2020nc"]
    if video.matrix != UNSAID_MATRIX or video.pixels.startswith(WITHOUT_MATRIX):
        return []
    return [f"setparams=colorspace={'bt709' if video.height >= HD_LINES else 'smpte170m'}"]


def _squared(video: VideoStream, settings: VideoSettings) -> list[str]:
    if video.shown == (settings.width, settings.height) and video.aspect == 1:
        return ["setsar=1"]
    return [
        f"scale={settings.width}:{settings.height}:flags=lanczos+accurate_rnd+full_chroma_int",
        "setsar=1",
    ]


def _over(colour: str) -> str:
    """Return how a picture is laid over a colour; without this its alpha is dropped and shows what it hid."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    paper = f"lutrgb=r={red}:g={green}:b={blue}:a=255"
    return f"format=rgba,split[over][under];[under]{paper}[paper];[paper][over]overlay=format=gbrp"


def _evened(settings: VideoSettings) -> list[str]:
    """Return how the last column or row is repeated where there is an odd number of them."""
    right, bottom = settings.width % 2, settings.height % 2
    if not right and not bottom:
        return []
    width, height = settings.padded
    planes = (
        f"gbr{'a' if settings.alpha else ''}p{'16le' if settings.layout.encoded.endswith('10le') else ''}"
    )
    return [f"format={planes},pad={width}:{height},fillborders=right={right}:bottom={bottom}:mode=smear"]


def _converted(pixels: str) -> list[str]:
    scale = ":".join(f"{name}={value}" for name, value in TO_BT709.items())
    tags = ":".join(f"{name}={value}" for name, value in TAGS.items())
    return [f"scale={scale}", f"format={pixels}", f"setparams={tags}"]
