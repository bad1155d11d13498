"""The dolly: a closed path of least movement between two bounds. Pure numpy."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_ROUNDS = 3000
_STEP = 4.0  # weight of the pull between the smooth path and the bounded one; any positive value converges
_BEND = 40.0  # how much bending costs against moving: slow starts and stops instead of corners


def least_movement(low: Array, high: Array, tolerance: float) -> Array:
    """Return a smooth closed path (n,) that stays between `low` and `high` to within `tolerance`.

    Minimises the squared speed and, weighted, the squared bending round the circle, by the alternating
    direction method of multipliers (Boyd et al. 2011, section 5.2): a smoothing step, exact by Fourier
    transform since the path is closed, and a step back between the bounds, in turn.
    """
    count = len(low)
    slope = 2 * np.sin(np.pi * np.arange(count // 2 + 1) / count)
    smoothing = _STEP / (_STEP + slope**2 * count + _BEND * slope**4 * count)
    bounded = (low + high) / 2
    debt = np.zeros(count)
    path = bounded
    for _ in range(_ROUNDS):
        path = np.fft.irfft(np.fft.rfft(bounded - debt) * smoothing, count)
        bounded = np.clip(path + debt, low, high)
        debt += path - bounded
        if max((low - path).max(), (path - high).max()) < tolerance:
            break
    return path


def at_angle(track: Array, degrees: float) -> float:
    """Read a closed track (n,), sampled evenly over a turn, at any angle (Catmull-Rom between samples)."""
    position = (degrees % 360) * len(track) / 360
    index = int(position)
    t = position - index
    before, start, end, after = (float(track[(index + k) % len(track)]) for k in (-1, 0, 1, 2))
    return start + t / 2 * (
        end
        - before
        + t * (2 * before - 5 * start + 4 * end - after + t * (3 * (start - end) + after - before))
    )
