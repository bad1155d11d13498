"""The gate that every rendered frame passes before it is committed: decoded to its last byte, and measured.

Blender reports success on a full disk and leaves a truncated PNG or an empty EXR; only decoding tells.
"""

import hashlib
import io
import shutil
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field

from media.errors import OutOfResources, ToolFailed
from media.png import BrokenPng, read_png

MAX_SIDE = 16384
BYTES_PER_SAMPLE = {"PNG": 2, "OPEN_EXR": 4}  # the most that a sample can take
MEDIA_TYPES = {"PNG": "image/png", "OPEN_EXR": "image/x-exr"}
EXR_SIGNATURE = b"\x76\x2f\x31\x01"
SPARE_BYTES = 1 << 20


class BadFrame(ToolFailed):
    """A rendered frame is not what was asked for; the renderer is at fault, so once more may help."""


class UnreadableFrame(BadFrame):
    """A rendered frame is missing, cut short or damaged."""


class FrameSpec(BaseModel):
    """What a rendered frame must be: size in pixels, channels (3 or 4 with alpha) and file format."""

    model_config = ConfigDict(frozen=True)

    width: int = Field(ge=1, le=MAX_SIDE)
    height: int = Field(ge=1, le=MAX_SIDE)
    channels: Literal[3, 4]
    format: Literal["PNG", "OPEN_EXR"] = "PNG"

    @property
    def largest_file(self) -> int:
        """What the frame takes uncompressed, in bytes; a compressed file stays below it."""
        return self.width * self.height * self.channels * BYTES_PER_SAMPLE[self.format] + SPARE_BYTES


class FrameFacts(BaseModel):
    """What a rendered frame turned out to be.

    Attributes:
        width: In pixels.
        height: In pixels.
        channels: 3, or 4 with alpha.
        bit_depth: Bits per channel: 8 or 16 whole, or 16 (half) and 32 (float) for EXR.
        uniform: Whether all pixels are equal, or all are fully transparent.
        sha256: Of the file's bytes.
        size: Of the file, in bytes.
        media_type: `image/png` or `image/x-exr`.
    """

    model_config = ConfigDict(frozen=True)

    width: int
    height: int
    channels: int
    bit_depth: int
    uniform: bool
    sha256: str
    size: int
    media_type: str


def inspect_frame(path: Path, expected: FrameSpec) -> FrameFacts:
    """Decode a rendered frame completely and return what it is.

    Raises:
        UnreadableFrame: Missing, cut short or damaged.
        BadFrame: Of another size or layout, or with NaN or infinite pixels.
        OutOfResources: Unreadable, and the disk it lies on has no room for such a frame.
    """
    try:
        return _inspect(path, expected)
    except UnreadableFrame as problem:
        free = shutil.disk_usage(path.parent).free
        if free < expected.largest_file:
            raise OutOfResources(
                f"{path.name}: {problem}; the disk is full ({free} bytes free, such a frame may take "
                f"{expected.largest_file}): make room in {path.parent}"
            ) from problem
        raise UnreadableFrame(f"{path.name}: {problem}; render it again") from problem
    except BadFrame as problem:
        raise BadFrame(f"{path.name}: {problem}; render it again") from problem


def _inspect(path: Path, expected: FrameSpec) -> FrameFacts:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableFrame("expected a rendered frame, found no file") from None
    if not data:
        raise UnreadableFrame("expected a rendered frame, found an empty file")
    measure = _measure_exr if expected.format == "OPEN_EXR" else _measure_png
    channels, bit_depth, uniform = measure(data, path, expected)
    return FrameFacts(
        width=expected.width,
        height=expected.height,
        channels=channels,
        bit_depth=bit_depth,
        uniform=uniform,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        media_type=MEDIA_TYPES[expected.format],
    )


def _measure_png(data: bytes, _path: Path, expected: FrameSpec) -> tuple[int, int, bool]:
    """Return channels, bit depth and uniformity; 16-bit pixels are compared by their upper 8 bits."""
    try:
        header = read_png(data)
        _require_layout(expected, header.width, header.height, header.channels)
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            extrema = np.asarray(image.getextrema())  # decodes every pixel
    except BrokenPng as problem:
        raise UnreadableFrame(str(problem)) from problem
    except (OSError, SyntaxError, ValueError) as problem:
        raise UnreadableFrame(f"expected pixels that decode, found: {problem}") from problem
    transparent = header.has_alpha and extrema[-1, 1] == 0
    return header.channels, header.bit_depth, bool(transparent or (extrema[:, 0] == extrema[:, 1]).all())


def _measure_exr(data: bytes, path: Path, expected: FrameSpec) -> tuple[int, int, bool]:
    """Return channels, bit depth and uniformity of a scanline EXR.

    Its ZIP blocks carry checksums; PIZ, DWA and uncompressed ones do not, so there a flipped byte can pass.
    """
    import OpenEXR  # noqa: PLC0415 - EXR is rare, and OpenEXR takes 0.4 s to import

    if not data.startswith(EXR_SIGNATURE):
        raise UnreadableFrame(f"expected an EXR, found {data[:8]!r} at the start of {len(data)} bytes")
    try:
        header: dict[str, Any] = OpenEXR.File(str(path), header_only=True).header()
        first, last = header["dataWindow"]
        width, height = (int(side) for side in last - first + 1)
        _require_layout(expected, width, height, len(header["channels"]))
        planes = OpenEXR.File(str(path), separate_channels=True).channels()
        pixels = np.stack([planes[name].pixels for name in sorted(planes)], axis=-1)
    except (RuntimeError, ValueError, KeyError) as problem:
        raise UnreadableFrame(f"expected an EXR that decodes, found: {problem}") from problem
    if not (finite := np.isfinite(pixels)).all():
        raise BadFrame(f"expected finite pixels, found {int((~finite).sum())} NaN or infinite values")
    transparent = "A" in planes and not planes["A"].pixels.any()
    return len(planes), pixels.dtype.itemsize * 8, bool(transparent or (pixels == pixels[0, 0]).all())


def _require_layout(expected: FrameSpec, width: int, height: int, channels: int) -> None:
    wanted = f"{expected.width} x {expected.height} pixels of {expected.channels} channels"
    found = f"{width} x {height} pixels of {channels} channels"
    if found != wanted:
        raise BadFrame(f"expected {wanted}, found {found}")
