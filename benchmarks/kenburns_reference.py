"""What frames of a moving picture ought to be, by Lanczos-8 in floats, and how far others are off."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.kenburns_arms import HEIGHT, WIDTH, Luma
from media.kenburns.motion import Box

LOBES = 8
PATCH = 64
COLUMNS, ROWS = 8, 6
Numbers = NDArray[np.float64]


def luma_of(path: Path) -> Luma:
    """Return the luma of a grey picture, in limited range and unrounded."""
    with Image.open(path) as picture:
        return 16 + np.asarray(picture.convert("L")).astype(np.float64) * 219 / 255


def weights(begin: float, end: float, there: int, count: int, wanted: Sequence[int]) -> Numbers:
    """Return the weights of `there` samples in each wanted one of `count` between two places."""
    step = (end - begin) / count
    middles = begin + (np.asarray(wanted) + 0.5) * step - 0.5
    away = (np.arange(there)[None] - middles[:, None]) / max(step, 1.0)
    shares = np.where(np.abs(away) < LOBES, np.sinc(away) * np.sinc(away / LOBES), 0.0)
    result: Numbers = shares / shares.sum(axis=1, keepdims=True)
    return result


def ideal(luma: Luma, box: Box, rows: Sequence[int], columns: Sequence[int]) -> Luma:
    """Return some rows and columns of the frame that shows `box`."""
    left, top, right, bottom = box
    down = weights(top, bottom, luma.shape[0], HEIGHT, rows)
    across = weights(left, right, luma.shape[1], WIDTH, columns)
    result: Luma = down @ luma @ across.T
    return result


def psnr_of(frame: Luma, luma: Luma, box: Box) -> float:
    """Return the PSNR of a whole frame, in dB."""
    wanted = np.clip(ideal(luma, box, range(HEIGHT), range(WIDTH)), 0, 255)
    return float(10 * np.log10(255**2 / np.mean((frame - wanted) ** 2)))


@lru_cache(maxsize=1)
def places() -> tuple[list[int], list[int]]:
    """Return the rows and columns that lie in patches, evenly spread and off the edges."""
    tops = np.linspace(PATCH, HEIGHT - 2 * PATCH, ROWS).astype(int)
    lefts = np.linspace(PATCH, WIDTH - 2 * PATCH, COLUMNS).astype(int)
    rows = [int(top) + index for top in tops for index in range(PATCH)]
    columns = [int(left) + index for left in lefts for index in range(PATCH)]
    return rows, columns


def offsets(frame: Luma, luma: Luma, box: Box) -> Numbers:
    """Return how far each patch of a frame is off its place, as (ROWS * COLUMNS, 2) pixels.

    By the method of Lucas and Kanade (1981): one step of least squares on the ideal frame's slopes.
    """
    rows, columns = places()
    wanted = _patches(ideal(luma, box, rows, columns))
    found = _patches(frame[np.ix_(rows, columns)])
    result = []
    for one, other in zip(wanted, found, strict=True):
        soft, off = _soft(one), _soft(other)
        down, across = np.gradient(soft)
        inner = (slice(4, -4), slice(4, -4))
        slopes = np.stack([down[inner].ravel(), across[inner].ravel()], axis=1)
        moved, *_ = np.linalg.lstsq(slopes, (soft - off)[inner].ravel(), rcond=None)
        result.append(moved)
    return np.asarray(result)


def wobble(moved: Numbers) -> float:
    """Return the RMS of offsets, (frames, patches, 2), less the quadratic drift of each patch."""
    frames = moved.shape[0]
    flat = moved.reshape(frames, -1)
    times = np.linspace(-1, 1, frames)
    drift = np.stack([np.ones(frames), times, times**2], axis=1)
    fitted, *_ = np.linalg.lstsq(drift, flat, rcond=None)
    return float(np.sqrt(np.mean((flat - drift @ fitted) ** 2) * 2))


def _patches(strips: Luma) -> list[Luma]:
    return [
        strips[top : top + PATCH, left : left + PATCH]
        for top in range(0, strips.shape[0], PATCH)
        for left in range(0, strips.shape[1], PATCH)
    ]


def _soft(patch: Luma) -> Luma:
    """Return a patch without its finest detail, which slopes say nothing of."""
    for _ in range(2):
        for axis in (0, 1):
            patch = (np.roll(patch, 1, axis) + 2 * patch + np.roll(patch, -1, axis)) / 4
    return patch
