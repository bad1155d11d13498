"""A picture of a sound under the frames that it is heard with."""

import io
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Floats = npt.NDArray[np.float32]

WIDTH, MARGIN, GAP, SLIT = 1200, 24, 16, 4
STRIP, WAVE, TEXT = 84, 168, 15
FINER = 2
"""Drawn so much larger and shrunk, so that edges are smooth."""
PAPER, INK, RULE = "#f5f5f4", "#78716c", "#d6d3d1"
PEAKS, BODY, CLIPPED = "#8fc7bf", "#0f766e", "#dc2626"
FULL = 0.999
"""Of full scale: what reaches it was probably cut off."""
STEPS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
MOST_TICKS = 10
QUALITY = 88


@dataclass(frozen=True)
class Heading:
    """What is written below the picture.

    Attributes:
        seconds: How long it plays.
        fps: Frames a second.
        frames: How many.
        rate: Samples a second.
        channels: How many.
    """

    seconds: float
    fps: float
    frames: int
    rate: int
    channels: int


def waveform(frames: Sequence[bytes], samples: Path, heading: Heading) -> bytes:
    """Return a WebP of frames in a row and, below them, how loud the sound is at each moment.

    Light is the highest peak, dark the root of the mean square; red marks what reaches full scale.

    Args:
        frames: PNG files of one size, spread over the video.
        samples: A file of 32-bit floats, one channel.
        heading: What is written below.
    """
    inner = WIDTH - 2 * MARGIN
    top = MARGIN + STRIP + GAP
    picture = Image.new("RGB", (WIDTH, top + WAVE + GAP + 2 * TEXT + MARGIN), PAPER)
    picture.paste(_strip(frames, inner), (MARGIN, MARGIN))
    peaks, body = _shape(samples, inner)
    picture.paste(_wave(peaks, body, inner), (MARGIN, top))
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(TEXT - 2)
    _ticks(draw, font, heading.seconds, top + WAVE, inner)
    peak = float(peaks.max())
    decibels = f"{20 * np.log10(peak):.1f} dBFS" if peak > 0 else "none"
    channels = "mono" if heading.channels == 1 else "stereo"
    words = (
        f"{heading.seconds:.2f} s    {heading.frames} frames, {heading.fps:.4g} a second    "
        f"{heading.rate / 1000:g} kHz {channels}    peak {decibels}"
    )
    draw.text((MARGIN, picture.height - MARGIN - TEXT + 8), words, fill=INK, font=font)
    file = io.BytesIO()
    picture.save(file, "WEBP", quality=QUALITY, method=4)
    return file.getvalue()


def _strip(frames: Sequence[bytes], width: int) -> Image.Image:
    """Return frames side by side, each as wide as its share and cut to its middle."""
    strip = Image.new("RGB", (width, STRIP), PAPER)
    with Image.open(io.BytesIO(frames[0]), formats=["PNG"]) as first:
        wide = max(1, round(STRIP * first.width / first.height))
    count = max(1, min(len(frames) * 4, round(width / wide)))
    edges = [round(index * (width + SLIT) / count) for index in range(count + 1)]
    for index, (left, right) in enumerate(itertools.pairwise(edges)):
        data = frames[index * len(frames) // count]
        with Image.open(io.BytesIO(data), formats=["PNG"]) as frame:
            strip.paste(_covering(frame.convert("RGB"), right - left - SLIT), (left, 0))
    return strip


def _covering(frame: Image.Image, width: int) -> Image.Image:
    scale = max(width / frame.width, STRIP / frame.height)
    across, down = width / scale, STRIP / scale
    left, top = (frame.width - across) / 2, (frame.height - down) / 2
    box = (max(0.0, left), max(0.0, top), min(frame.width, left + across), min(frame.height, top + down))
    return frame.resize((width, STRIP), Image.Resampling.LANCZOS, box=box)


def _shape(samples: Path, columns: int) -> tuple[Floats, Floats]:
    """Return the peak and the root of the mean square of each of so many equal parts of a sound."""
    values = np.memmap(samples, "<f4", "r") if samples.stat().st_size else np.zeros(1, np.float32)
    edges = np.linspace(0, len(values), columns + 1).astype(int)
    peaks, body = np.zeros(columns, np.float32), np.zeros(columns, np.float32)
    for column, (begin, end) in enumerate(itertools.pairwise(edges)):
        part = np.asarray(values[begin : max(end, begin + 1)])
        peaks[column] = np.abs(part).max(initial=0.0)
        body[column] = np.sqrt(np.mean(np.square(part, dtype=np.float64)))
    return peaks, body


def _wave(peaks: Floats, body: Floats, width: int) -> Image.Image:
    """Draw a sound's shape on both sides of a line in the middle."""
    height, middle = WAVE * FINER, WAVE * FINER // 2
    wave = Image.new("RGB", (width * FINER, height), PAPER)
    draw = ImageDraw.Draw(wave)
    for level in (0.5, 1.0):  # -6 dB and full scale
        for side in (-1, 1):
            y = middle + side * level * (middle - FINER)
            draw.line((0, y, wave.width, y), fill=RULE, width=1)
    draw.line((0, middle, wave.width, middle), fill=RULE, width=FINER)
    at = (np.arange(width) * FINER).tolist()
    for values, colour in ((peaks, PEAKS), (body, BODY)):
        reach = (np.minimum(values, 1) * (middle - FINER)).tolist()
        for x, far in zip(at, reach, strict=True):
            if far > 0:
                draw.rectangle((x, middle - far, x + FINER - 1, middle + far), fill=colour)
    for x in np.flatnonzero(peaks >= FULL).tolist():
        draw.rectangle((x * FINER, 0, x * FINER + FINER - 1, 3 * FINER), fill=CLIPPED)
    return wave.resize((width, WAVE), Image.Resampling.LANCZOS)


def _ticks(
    draw: ImageDraw.ImageDraw,
    font: ImageFont.ImageFont | ImageFont.FreeTypeFont,
    seconds: float,
    top: int,
    width: int,
) -> None:
    step = next((step for step in STEPS if seconds / step <= MOST_TICKS), STEPS[-1])
    for number in range(int(seconds / step) + 1):
        x = MARGIN + round(number * step / seconds * width)
        draw.line((x, top, x, top + 5), fill=INK)
        draw.text((x + 3, top + 3), _clock(number * step, step), fill=INK, font=font)


def _clock(seconds: float, step: float) -> str:
    if step < 1:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}" if minutes or step >= 60 else f"{rest} s"  # noqa: PLR2004 - a minute
