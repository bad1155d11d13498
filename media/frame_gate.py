"""The gate that every rendered frame passes before it is committed: decoded to its last byte, and measured.

Blender reports success on a full disk and leaves a truncated PNG or an empty EXR; only decoding tells.
"""

import hashlib
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from pydantic import BaseModel, ConfigDict

from media.errors import OutOfResources
from media.exr_gate import EXR_SIGNATURE, Measured, measure_exr, measure_layers
from media.frame_spec import BadFrame, FileFormat, FrameSpec, UnreadableFrame
from media.png import BrokenPng, read_png
from media.webp import BrokenWebp, require_whole

__all__ = [
    "EXR_SIGNATURE",
    "BadFrame",
    "FileFormat",
    "FrameFacts",
    "FrameSpec",
    "UnreadableFrame",
    "inspect_frame",
]

MEDIA_TYPES: dict[FileFormat, str] = {
    "PNG": "image/png",
    "OPEN_EXR": "image/x-exr",
    "OPEN_EXR_MULTILAYER": "image/x-exr",
    "WEBP": "image/webp",
}


class FrameFacts(BaseModel):
    """What a rendered frame turned out to be.

    Attributes:
        width: In pixels.
        height: In pixels.
        channels: 3, or 4 with alpha.
        bit_depth: Bits per channel: 8 or 16 whole, or 16 (half) and 32 (float) for EXR; of combined.
        uniform: Whether all pixels are equal, or all are fully transparent.
        sha256: Of the file's bytes.
        size: Of the file, in bytes.
        media_type: Such as `image/png`.
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
    channels, bit_depth, uniform = MEASURES[expected.format](data, path, expected)
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


def _measure_png(data: bytes, _path: Path, expected: FrameSpec) -> Measured:
    """Return channels, bit depth and uniformity; 16-bit pixels are compared by their upper 8 bits."""
    try:
        header = read_png(data)
        expected.require(header.width, header.height, header.channels)
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            extrema = np.asarray(image.getextrema())  # decodes every pixel
    except BrokenPng as problem:
        raise UnreadableFrame(str(problem)) from problem
    except (OSError, SyntaxError, ValueError) as problem:
        raise UnreadableFrame(f"expected pixels that decode, found: {problem}") from problem
    transparent = header.has_alpha and extrema[-1, 1] == 0
    return header.channels, header.bit_depth, bool(transparent or (extrema[:, 0] == extrema[:, 1]).all())


def _measure_webp(data: bytes, _path: Path, expected: FrameSpec) -> Measured:
    """Return channels, bit depth and uniformity; an alpha that hides nothing may have been dropped."""
    try:
        require_whole(data)
        with Image.open(io.BytesIO(data), formats=["WEBP"]) as image:
            channels = 4 if image.mode == "RGBA" else 3
            expected.require(*image.size, max(channels, expected.channels))
            extrema = np.asarray(image.convert("RGBA").getextrema())  # decodes every pixel
    except BrokenWebp as problem:
        raise UnreadableFrame(str(problem)) from problem
    except (OSError, SyntaxError, ValueError) as problem:
        raise UnreadableFrame(f"expected pixels that decode, found: {problem}") from problem
    uniform = extrema[3, 1] == 0 or (extrema[:, 0] == extrema[:, 1]).all()
    return expected.channels, 8, bool(uniform)


MEASURES: dict[FileFormat, Callable[[bytes, Path, FrameSpec], Measured]] = {
    "PNG": _measure_png,
    "OPEN_EXR": measure_exr,
    "OPEN_EXR_MULTILAYER": measure_layers,
    "WEBP": _measure_webp,
}
