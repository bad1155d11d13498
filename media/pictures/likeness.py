"""Whether two pictures are the same, or clearly not."""

import numpy as np

from media.pictures.clip import Frames

DIFFERENT_FROM = 2.0
"""Mean difference from which two pictures are different ones; neighbours in a slow clip have less."""


def difference(one: Frames, other: Frames) -> float:
    """Return the mean absolute difference of all displayed values of two pictures, in units of 1/255."""
    return float(np.mean(np.abs(one.astype(np.int16) - other)))


def unequal_share(one: Frames, other: Frames) -> float:
    """Return the share of pixels, in per cent, with any channel that differs: 0 where a seed repeats."""
    return float(np.mean(np.any(one != other, axis=-1))) * 100
