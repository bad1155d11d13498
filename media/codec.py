"""The codecs that a video can have: what encodes each, in which layout of pixels, and in which container."""

from dataclasses import dataclass
from typing import Literal

Codec = Literal["h264", "hevc", "av1", "prores"]
CodecOrNone = Literal[Codec, "none"]
Bits = Literal[8, 10]
Encoder = Literal["h264_nvenc", "libx264", "hevc_nvenc", "libx265", "av1_nvenc", "libsvtav1", "prores_ks"]


@dataclass(frozen=True)
class Layout:
    """How a codec keeps pixels.

    Attributes:
        encoded: The format of pixels that goes into the encoder.
        decoded: The format that decoders say they get out.
        profile: The codec's own name for it, as the encoder takes it; "" where it finds out by itself.
        called: The same as decoders say it.
    """

    encoded: str
    decoded: str
    profile: str
    called: str


@dataclass(frozen=True)
class Coding:
    """How one codec is used here.

    Attributes:
        software: What encodes on the processor.
        nvenc: What encodes on an NVIDIA GPU, if anything does.
        sides: In pixels, those that NVENC takes.
        least: Pixels a side that every encoder of it takes.
        suffix: Of the file, and by that its container.
        tag: The four characters by which the container names the codec, where they are not the usual ones.
        layouts: By bits a channel.
    """

    software: Encoder
    nvenc: Encoder | None
    sides: range
    least: int
    suffix: str
    tag: str
    layouts: dict[Bits, Layout]


H264_HIGH = Layout("yuv420p", "yuv420p", "high", "High")
PRORES_HQ = Layout("yuv422p10le", "yuv422p10le", "hq", "HQ")
PRORES_4444 = Layout("yuva444p10le", "yuva444p12le", "4444", "4444")
"""Its decoder gives 12 bits by the name of the profile, however many went in."""

CODINGS: dict[Codec, Coding] = {
    # NVENC refuses less than 145 pixels a side and more than 4096 for H.264, 8192 for the others.
    "h264": Coding("libx264", "h264_nvenc", range(160, 4097), 2, ".mp4", "", {8: H264_HIGH, 10: H264_HIGH}),
    "hevc": Coding(
        software="libx265",
        nvenc="hevc_nvenc",
        sides=range(160, 8193),
        least=16,
        suffix=".mp4",
        tag="hvc1",  # Apple's players show nothing of hev1, which ffmpeg writes if left alone
        layouts={
            8: Layout("yuv420p", "yuv420p", "main", "Main"),
            10: Layout("yuv420p10le", "yuv420p10le", "main10", "Main 10"),
        },
    ),
    "av1": Coding(
        software="libsvtav1",
        nvenc="av1_nvenc",
        sides=range(256, 8193),
        least=64,
        suffix=".mp4",
        tag="",
        layouts={
            8: Layout("yuv420p", "yuv420p", "", "Main"),
            10: Layout("yuv420p10le", "yuv420p10le", "", "Main"),
        },
    ),
    "prores": Coding("prores_ks", None, range(0), 2, ".mov", "", {8: PRORES_HQ, 10: PRORES_HQ}),
}


def layout_of(codec: Codec, bits: Bits, *, alpha: bool) -> Layout:
    """Return how a codec keeps pixels of so many bits a channel; only ProRes keeps alpha."""
    return PRORES_4444 if codec == "prores" and alpha else CODINGS[codec].layouts[bits]


def is_nvenc(encoder: Encoder) -> bool:
    """Return whether it encodes on a GPU."""
    return encoder.endswith("_nvenc")


def codec_of(encoder: Encoder) -> Codec:
    """Return what an encoder makes."""
    return next(codec for codec, one in CODINGS.items() if encoder in {one.software, one.nvenc})
