"""The frames of a clip as numbers."""

import io
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from PIL import Image

from media.still import over_background

Frames = npt.NDArray[np.uint8]
"""Decoded frames as they are displayed: (frame, row, column, channel), three channels from 0 to 255."""
Planes = npt.NDArray[np.float32]
"""One number for each pixel of each frame: (frame, row, column)."""
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""ITU-R BT.709, of the displayed signal: the steps of it are about equally visible."""
BEHIND = "#000000"


def frames_of(pictures: Iterable[bytes]) -> Frames:
    """Decode PNG files of one size, in the order of the clip."""
    return np.stack([_decoded(picture) for picture in pictures])


def luma(frames: Frames) -> Planes:
    """Return how bright each pixel is, from 0 to 255."""
    return np.asarray(frames @ LUMA, np.float32)


def smoothed(planes: Planes, radius: int) -> Planes:
    """Return the mean of the square of `2 * radius + 1` pixels round each pixel; the edges are repeated."""
    for axis in (1, 2):
        planes = _mean_along(planes, radius, axis)
    return planes


def shrunk(frames: Frames, width: int) -> Planes:
    """Return the luma of frames made smaller by a whole number, so that they come near to a width."""
    planes = luma(frames)
    step = max(round(planes.shape[2] / width), 1)
    rows, columns = planes.shape[1] // step, planes.shape[2] // step
    cut = planes[:, : rows * step, : columns * step]
    return np.asarray(cut.reshape(-1, rows, step, columns, step).mean(axis=(2, 4)), np.float32)


def _decoded(picture: bytes) -> Frames:
    with Image.open(io.BytesIO(picture), formats=["PNG"]) as image:
        return np.asarray(over_background(image, BEHIND), np.uint8)


def _mean_along(planes: Planes, radius: int, axis: int) -> Planes:
    size = 2 * radius + 1
    margins = [(0, 0)] * planes.ndim
    margins[axis] = (radius, radius)
    sums = np.cumsum(np.pad(planes, margins, "edge"), axis=axis, dtype=np.float64)
    before = np.zeros_like(np.take(sums, [0], axis))
    sums = np.concatenate([before, sums], axis)
    ends = np.arange(size, sums.shape[axis])
    return np.asarray((np.take(sums, ends, axis) - np.take(sums, ends - size, axis)) / size, np.float32)
