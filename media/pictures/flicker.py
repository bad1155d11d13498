"""Whether what stands still holds still: the noise that a denoiser leaves differs from frame to frame."""

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from media.pictures.clip import Frames, Planes, luma, smoothed

FLICKER_BOUND = 1.0
WINDOW = 9
"""Frames that a region has to stand still for: 0.3 s, in which a slow camera does not move it by much."""
STILL_BELOW = 3.0
"""By how much, in 1/255, the mean round a still pixel may differ from its median over the window."""
SMOOTH_BELOW = 4.0
"""Standard deviation, in 1/255, within the neighbourhood of a still pixel: a fine pattern moves unnoticed."""
NEIGHBOURHOOD = 0.01
"""Radius of it, as a share of the width: so many pixels average noise away, and a thing that moves not."""
BLOCKS_ACROSS = 30
"""Flicker is told of blocks of pixels, as it is seen, and not of single ones, whose figures are chance."""
STILL_ENOUGH = 0.5
"""Share of a block's pixels that have to be still for the block to count."""
PERCENTILE = 95


def flicker(frames: Frames) -> float:
    """Return the temporal standard deviation of regions that stand still, in 1/255 of the displayed luma.

    Still is a pixel while the mean of its neighbourhood keeps its value over `WINDOW` frames: noise averages
    out in it, and what moves through does not. It has to be smooth there, too, since the mean of a fine
    pattern stays while the pattern passes. The deviation is that from the straight line through three
    frames that follow each other, `|a - 2 b + c| / sqrt(6)`: the standard deviation of noise that differs
    from frame to frame, and nothing for light that slowly comes and goes or for a smooth surface under a
    camera that glides. It is averaged (as variance) over blocks and window; the figure is the 95th percentile
    of the blocks in the worst window, so that one corner that boils is not averaged away.

    Not a number if nothing smooth stands still: all moves, or all flickers by several steps. What boils by
    more than `SMOOTH_BELOW` in one place only looks like a pattern that moves, and is not seen.

    Args:
        frames: Neighbouring frames of one clip, at least `WINDOW`.
    """
    light = luma(frames)
    figures = [_of_window(light[start : start + WINDOW]) for start in _starts(len(light))]
    known = [figure for figure in figures if not math.isnan(figure)]
    return max(known) if known else math.nan


def still_pixels(light: Planes) -> npt.NDArray[np.bool_]:
    """Return which pixels (row, column) no moving thing touches during a window of frames."""
    radius = max(round(NEIGHBOURHOOD * light.shape[2]), 1)
    around = smoothed(light, radius)
    away = np.abs(around - np.median(around, axis=0)).max(axis=0)
    texture = np.sqrt(np.maximum(smoothed(light**2, radius) - around**2, 0)).max(axis=0)
    return np.asarray((away <= STILL_BELOW) & (texture <= SMOOTH_BELOW), np.bool_)


def _starts(frames: int) -> Iterator[int]:
    """Yield where windows begin that overlap by half; the last one ends with the clip."""
    last = frames - WINDOW
    if last < 0:
        raise ValueError(f"expected at least {WINDOW} frames to find what stands still, found {frames}")
    yield from range(0, last, WINDOW // 2)
    yield last


def _of_window(light: Planes) -> float:
    still = still_pixels(light)
    variance = np.mean((light[:-2] - 2 * light[1:-1] + light[2:]) ** 2, axis=0) / 6
    side = max(light.shape[2] // BLOCKS_ACROSS, 4)
    area, summed = _in_blocks(still, side), _in_blocks(variance * still, side)
    enough = area >= STILL_ENOUGH * side**2
    if not enough.any():
        return math.nan
    return float(np.percentile(np.sqrt(summed[enough] / area[enough]), PERCENTILE))


def _in_blocks(values: npt.NDArray[np.generic], side: int) -> npt.NDArray[np.float64]:
    """Return sums over squares of pixels; what is left over at the edges is left out."""
    rows, columns = values.shape[0] // side, values.shape[1] // side
    cut = values[: rows * side, : columns * side].astype(np.float64)
    return np.asarray(cut.reshape(rows, side, columns, side).sum(axis=(1, 3)))
