"""Which encoder of its codec a video gets, decided by trying, and why.

That ffmpeg lists NVENC proves nothing: the driver may be missing, the GPU may have no encoder, or all of its
sessions may be taken. So three small frames are really encoded. The answer is a value that the caller keeps.
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
from pydantic import BaseModel, ConfigDict

from media.codec import CODINGS, Bits, Codec, Encoder, Layout, codec_of, is_nvenc, layout_of
from media.encoder_options import Wish, codec_options
from media.errors import TimedOut, ToolFailed
from media.nvenc_sessions import NvencSessions
from media.process import Limits, run

PROBE_SIDE, PROBE_RATE, PROBE_FRAMES = 256, Fraction(30), 3
PROBE_CRF, PROBE_S = 18, 20.0

NVENC_FAILURES = (
    ("Cannot load libcuda.so.1", "no NVIDIA driver here (libcuda.so.1 cannot be loaded)"),
    (
        "Cannot load libnvidia-encode.so.1",
        "the driver lacks its encoder library; a container needs the capabilities compute,video,utility",
    ),
    ("minimum required Nvidia driver", "the NVIDIA driver is older than this ffmpeg asks for"),
    ("Unknown encoder", "this ffmpeg was built without NVENC"),
    ("10 bit encode not supported", "the GPU cannot encode 10-bit video"),
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
        sessions: Of the GPU's encoder, shared with other processes; if None, they are not counted.
    """

    path: Path
    env: Mapping[str, str] = field(default_factory=dict)
    sessions: NvencSessions | None = None


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


def probe_argv(executable: Path, encoder: Encoder, wish: Wish) -> list[str]:
    """Return the command that encodes three black frames with a video's own options."""
    source = f"color=black:s={PROBE_SIDE}x{PROBE_SIDE}:r={wish.rate}"
    return [
        *(str(executable), "-nostdin", "-nostats", "-f", "lavfi", "-i", source),
        *("-frames:v", str(PROBE_FRAMES), "-pix_fmt", pixels_for(encoder, wish.layout)),
        *(part for name, value in codec_options(encoder, wish).items() for part in (f"-{name}", value)),
        *("-f", "null", "-"),
    ]


def pixels_for(encoder: Encoder, layout: Layout) -> str:
    """Return the format in which an encoder takes a layout: NVENC knows ten bits by another name."""
    return "p010le" if is_nvenc(encoder) and layout.encoded == "yuv420p10le" else layout.encoded


def probe_nvenc(ffmpeg: Ffmpeg, folder: Path, *, codec: Codec = "h264", bits: Bits = 8) -> NvencProbe:
    """Try NVENC on this machine; costs about 0.1 s without a GPU.

    Args:
        ffmpeg: Which one to try.
        folder: Where it runs; nothing is written.
        codec: As the video will have it.
        bits: As the video will have it.

    Raises:
        ToolFailed: It is no ffmpeg.
    """
    encoder = CODINGS[codec].nvenc or CODINGS[codec].software
    wish = Wish("medium", PROBE_CRF, PROBE_RATE, PROBE_SIDE**2, layout_of(codec, bits, alpha=False))
    argv = probe_argv(ffmpeg.path, encoder, wish)
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
    if CODINGS[codec].nvenc is None:
        reason = "no GPU encodes ProRes"
    elif finished.returncode == 0:
        reason = f"NVENC encoded {PROBE_FRAMES} frames when probed"
    else:
        reason = f"NVENC failed when probed: {explain_nvenc(finished.log_tail)}"
    works = finished.returncode == 0 and CODINGS[codec].nvenc is not None
    return NvencProbe(works=works, reason=reason, ffmpeg_version=version[1])


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


def choose_encoder(probe: NvencProbe, width: int, height: int, codec: Codec = "h264") -> EncoderChoice:
    """Return NVENC where it works and takes frames of this size in pixels, else what needs no GPU."""
    coding = CODINGS[codec]
    encoder, reason = coding.software, probe.reason
    if probe.works and coding.nvenc:
        if width in coding.sides and height in coding.sides:
            encoder = coding.nvenc
        else:
            reason = (
                f"NVENC takes sides of {coding.sides.start} to {coding.sides.stop - 1} pixels, "
                f"the video is {width} x {height}"
            )
    return EncoderChoice(encoder=encoder, reason=reason, ffmpeg_version=probe.ffmpeg_version)


@contextmanager
def held_session(ffmpeg: Ffmpeg, choice: EncoderChoice) -> Iterator[EncoderChoice]:
    """Hold a session of the GPU's encoder for the length of the block, if that encoder was chosen.

    Provides the choice: by the processor, and why, where no session came free in time.
    """
    if ffmpeg.sessions is None or not is_nvenc(choice.encoder):
        yield choice
        return
    with ffmpeg.sessions.one() as why:
        software = CODINGS[codec_of(choice.encoder)].software
        yield choice.model_copy(update={"encoder": software, "reason": why}) if why else choice
