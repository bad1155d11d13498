"""Which H.264 encoder a video gets, decided by trying, and why.

That ffmpeg lists NVENC proves nothing: the driver may be missing, the GPU may have no encoder, or all of its
sessions may be taken. So three small frames are really encoded. The answer is a value that the caller keeps.
"""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Literal

import imageio_ffmpeg
from pydantic import BaseModel, ConfigDict

from media.errors import TimedOut, ToolFailed
from media.process import Limits, run

Encoder = Literal["h264_nvenc", "libx264"]
Preset = Literal["veryfast", "fast", "medium", "slow"]
NVENC: Encoder = "h264_nvenc"
X264: Encoder = "libx264"

NVENC_PRESETS: dict[Preset, str] = {"veryfast": "p2", "fast": "p4", "medium": "p5", "slow": "p7"}
NVENC_SIDES = range(160, 4097)
"""Sides in pixels that NVENC takes for H.264: it refuses less than 145 and more than 4096."""
CQ_ABOVE_CRF = 4
"""NVENC's constant quality counts otherwise than x264's rate factor; this much more looks about the same."""
PEAK_BITS_PER_PIXEL = 0.4
"""NVENC's peaks are unbounded without a cap; rendered metal in motion stays well below this one."""
X264_THREADS = 8
"""Fixed, because x264's output depends on the number of threads: the same frames give the same bytes."""
PROBE_SIDE, PROBE_RATE, PROBE_FRAMES = 256, Fraction(30), 3
PROBE_S = 20.0

NVENC_FAILURES = (
    ("Cannot load libcuda.so.1", "no NVIDIA driver here (libcuda.so.1 cannot be loaded)"),
    (
        "Cannot load libnvidia-encode.so.1",
        "the driver lacks its encoder library; a container needs the capabilities compute,video,utility",
    ),
    ("minimum required Nvidia driver", "the NVIDIA driver is older than this ffmpeg asks for"),
    ("Unknown encoder", "this ffmpeg was built without NVENC"),
    ("10 bit encode not supported", "the GPU cannot encode 10-bit H.264"),
    ("Frame Dimension less than the minimum", "the picture is smaller than the GPU's encoder takes"),
    (
        "unsupported device",
        "the GPU has no encoder unit (as A100 and H100), or the container lacks the video capability",
    ),
    ("out of memory (10)", "the encoder's sessions or the GPU's memory are all taken"),
    ("incompatible client key", "the encoder's sessions are all taken, or driver and library do not match"),
    ("No NVENC capable devices found", "no GPU here can encode this video"),
    ("No capable devices found", "no GPU here can encode this video"),
)
"""What ffmpeg prints when NVENC fails and what it means, the more telling lines first."""


@dataclass(frozen=True)
class Ffmpeg:
    """An ffmpeg to encode with.

    Attributes:
        path: The executable.
        env: Variables it needs on this machine, such as where the GPU driver lies.
    """

    path: Path
    env: Mapping[str, str] = field(default_factory=dict)


class NvencProbe(BaseModel):
    """Whether NVENC really encodes on this machine, and how that was found out."""

    model_config = ConfigDict(frozen=True)

    works: bool
    reason: str
    ffmpeg_version: str


class EncoderChoice(BaseModel):
    """The encoder that a video gets, and why; goes into the manifest's record."""

    model_config = ConfigDict(frozen=True)

    encoder: Encoder
    reason: str
    ffmpeg_version: str


def find_ffmpeg(env: Mapping[str, str] | None = None) -> Ffmpeg:
    """Return the ffmpeg on PATH, or else the one packaged with imageio-ffmpeg.

    Args:
        env: Variables that ffmpeg needs on this machine, such as where the GPU driver lies.

    Raises:
        ToolFailed: There is neither.
    """
    if installed := shutil.which("ffmpeg"):
        return Ffmpeg(Path(installed), env or {})
    try:
        return Ffmpeg(Path(imageio_ffmpeg.get_ffmpeg_exe()), env or {})
    except RuntimeError as problem:
        raise ToolFailed("expected an ffmpeg on PATH or packaged, found neither; install ffmpeg") from problem


def codec_options(
    encoder: Encoder, *, preset: Preset, crf: int, rate: Fraction, pixels: int
) -> dict[str, str]:
    """Return ffmpeg's output options for one encoder; `pixels` is the size of a frame."""
    common = {"c:v": encoder, "profile:v": "high", "g": str(max(1, round(2 * rate)))}
    if encoder == X264:
        return common | {"preset": preset, "crf": str(crf), "threads": str(X264_THREADS)}
    peak = max(2_000_000, round(PEAK_BITS_PER_PIXEL * pixels * rate))
    return common | {
        "preset": NVENC_PRESETS[preset],
        "tune": "hq",
        "rc": "vbr",
        "cq": str(min(51, crf + CQ_ABOVE_CRF)),
        "b:v": "0",
        "maxrate": str(peak),
        "bufsize": str(2 * peak),
        "spatial-aq": "1",
        "temporal-aq": "1",
        "rc-lookahead": "20",
        "bf": "3",
    }


def probe_argv(executable: Path, preset: Preset, crf: int) -> list[str]:
    """Return the command that encodes three black frames by NVENC with a video's own options."""
    options = codec_options(NVENC, preset=preset, crf=crf, rate=PROBE_RATE, pixels=PROBE_SIDE**2)
    source = f"color=black:s={PROBE_SIDE}x{PROBE_SIDE}:r={PROBE_RATE}"
    return [
        *(str(executable), "-nostdin", "-nostats", "-f", "lavfi", "-i", source),
        *("-frames:v", str(PROBE_FRAMES), "-pix_fmt", "yuv420p"),
        *(part for name, value in options.items() for part in (f"-{name}", value)),
        *("-f", "null", "-"),
    ]


def probe_nvenc(ffmpeg: Ffmpeg, folder: Path, preset: Preset = "medium", crf: int = 18) -> NvencProbe:
    """Try NVENC on this machine; costs about 0.1 s without a GPU.

    Args:
        ffmpeg: Which one to try.
        folder: Where it runs; nothing is written.
        preset: As the video will have it.
        crf: As the video will have it.

    Raises:
        ToolFailed: It is no ffmpeg.
    """
    argv = probe_argv(ffmpeg.path, preset, crf)
    try:
        finished = run(argv, cwd=folder, limits=Limits(wall_s=PROBE_S), env=ffmpeg.env)
    except TimedOut:
        reason = f"NVENC's probe encode did not end within {PROBE_S:.0f} s"
        return NvencProbe(works=False, reason=reason, ffmpeg_version="unknown")
    version = re.search(r"^ffmpeg version (\S+)", finished.log_tail, re.MULTILINE)
    if not version:
        raise ToolFailed(
            f"{ffmpeg.path}: expected ffmpeg, found a program that says {finished.log_tail[-200:]!r}"
        )
    if finished.returncode == 0:
        reason = f"NVENC encoded {PROBE_FRAMES} frames when probed"
    else:
        reason = f"NVENC failed when probed: {explain_nvenc(finished.log_tail)}"
    return NvencProbe(works=finished.returncode == 0, reason=reason, ffmpeg_version=version[1])


def explain_nvenc(log: str) -> str:
    """Return why NVENC failed, from what ffmpeg printed."""
    for printed, meaning in NVENC_FAILURES:
        if printed in log:
            return meaning
    lines = log.strip().splitlines()
    return next(
        (line for line in lines if "nvenc" in line and "rror" in line),
        lines[-1] if lines else "it printed nothing",
    )


def choose_encoder(probe: NvencProbe, width: int, height: int) -> EncoderChoice:
    """Return NVENC where it works and takes frames of this size in pixels, else x264."""
    if not probe.works:
        encoder, reason = X264, probe.reason
    elif width not in NVENC_SIDES or height not in NVENC_SIDES:
        encoder = X264
        reason = (
            f"NVENC takes sides of {NVENC_SIDES.start} to {NVENC_SIDES.stop - 1} pixels, "
            f"the video is {width} x {height}"
        )
    else:
        encoder, reason = NVENC, probe.reason
    return EncoderChoice(encoder=encoder, reason=reason, ffmpeg_version=probe.ffmpeg_version)
