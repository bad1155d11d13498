"""The options that ffmpeg's encoders get: equal quality at equal rate factors as far as that goes."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from media.codec import CODINGS, Encoder, Layout, codec_of, is_nvenc

Preset = Literal["veryfast", "fast", "medium", "slow"]

NVENC_PRESETS: dict[Preset, str] = {"veryfast": "p2", "fast": "p4", "medium": "p5", "slow": "p7"}
SVT_PRESETS: dict[Preset, str] = {"veryfast": "11", "fast": "9", "medium": "7", "slow": "5"}
CQ_ABOVE_CRF = 4
"""NVENC's constant quality counts otherwise than x264's rate factor; this much more looks about the same."""
PEAK_BITS_PER_PIXEL = 0.4
"""NVENC's peaks are unbounded without a cap; rendered metal in motion stays well below this one."""
X264_THREADS = 8
"""Fixed, because x264's output depends on the number of threads: the same frames give the same bytes."""
X264_LOOKAHEAD = 12
"""Frames that it looks ahead; its preset's 40 are 40 that a video waits for once its last frame is there."""
X265_FRAME_THREADS = 2
"""Fixed for the same reason; left alone, x265 takes more the more processors there are."""


@dataclass(frozen=True)
class Wish:
    """What is asked of an encoder.

    Attributes:
        preset: How much time it takes for a smaller file.
        crf: Constant rate factor.
        rate: Frames a second.
        pixels: Of a frame.
        layout: Of the pixels.
    """

    preset: Preset
    crf: int
    rate: Fraction
    pixels: int
    layout: Layout


def codec_options(encoder: Encoder, wish: Wish) -> dict[str, str]:
    """Return ffmpeg's output options for one encoder."""
    options: dict[str, str] = {"c:v": encoder}
    if wish.layout.profile:
        options["profile:v"] = wish.layout.profile
    if encoder != "prores_ks":  # of which every frame stands by itself
        fewest = 2 if encoder == "libx265" else 1  # which takes another profile where every frame does
        options["g"] = str(max(fewest, round(2 * wish.rate)))
    if tag := CODINGS[codec_of(encoder)].tag:
        options["tag:v"] = tag
    return options | (_nvenc(wish) if is_nvenc(encoder) else SOFTWARE[encoder](wish))


def _nvenc(wish: Wish) -> dict[str, str]:
    peak = max(2_000_000, round(PEAK_BITS_PER_PIXEL * wish.pixels * wish.rate))
    return {
        "preset": NVENC_PRESETS[wish.preset],
        "tune": "hq",
        "rc": "vbr",
        "cq": str(min(51, wish.crf + CQ_ABOVE_CRF)),
        "b:v": "0",
        "maxrate": str(peak),
        "bufsize": str(2 * peak),
        "spatial-aq": "1",
        "temporal-aq": "1",
        "rc-lookahead": "20",
        "bf": "3",
    }


def _x264(wish: Wish) -> dict[str, str]:
    held_back = {"threads": str(X264_THREADS), "rc-lookahead": str(X264_LOOKAHEAD)}
    return {"preset": wish.preset, "crf": str(wish.crf), **held_back}


def _x265(wish: Wish) -> dict[str, str]:
    fixed = f"frame-threads={X265_FRAME_THREADS}:log-level=error"
    return {"preset": wish.preset, "crf": str(wish.crf), "x265-params": fixed}


def _svt(wish: Wish) -> dict[str, str]:
    return {"preset": SVT_PRESETS[wish.preset], "crf": str(wish.crf)}


def _prores(_: Wish) -> dict[str, str]:
    return {"vendor": "apl0"}  # some editors take no other's


SOFTWARE: dict[Encoder, Callable[[Wish], dict[str, str]]] = {
    "libx264": _x264,
    "libx265": _x265,
    "libsvtav1": _svt,
    "prores_ks": _prores,
}
