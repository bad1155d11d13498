"""How alike two pictures look: structural similarity.

Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli: Image quality assessment: from error visibility to
structural similarity. IEEE Transactions on Image Processing 13 (4), 2004. On luminance, with the paper's own
window and constants.
"""

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

WINDOW, SIGMA = 11, 1.5  # pixels; a Gaussian
LUMINANCE, CONTRAST = (0.01 * 255) ** 2, (0.03 * 255) ** 2
Plane = npt.NDArray[np.float64]


def ssim(first: bytes, second: bytes) -> float:
    """Return two encoded pictures' mean structural similarity: 1 if equal, 0 if their sizes differ.

    Raises:
        ValueError: They are smaller than the window, 11 pixels a side.
    """
    one, other = (_luminance(data) for data in (first, second))
    if one.shape != other.shape:
        return 0.0
    if min(one.shape) < WINDOW:
        raise ValueError(f"expected pictures of at least {WINDOW} pixels a side, found {one.shape}")
    mean_one, mean_other = _blurred(one), _blurred(other)
    variances = _blurred(one**2) - mean_one**2 + _blurred(other**2) - mean_other**2
    covariance = _blurred(one * other) - mean_one * mean_other
    alike = (2 * mean_one * mean_other + LUMINANCE) * (2 * covariance + CONTRAST)
    return float(np.mean(alike / ((mean_one**2 + mean_other**2 + LUMINANCE) * (variances + CONTRAST))))


def _luminance(data: bytes) -> Plane:
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture.convert("L"), dtype=np.float64)


def _blurred(plane: Plane) -> Plane:
    """Return a plane's Gaussian means, where the whole window lies within it."""
    offsets = np.arange(WINDOW) - WINDOW // 2
    weights = np.exp(-(offsets**2) / (2 * SIGMA**2))
    weights /= weights.sum()
    rows = np.lib.stride_tricks.sliding_window_view(plane, WINDOW, axis=0) @ weights
    return np.asarray(np.lib.stride_tricks.sliding_window_view(rows, WINDOW, axis=1) @ weights)
