"""How far apart two pictures of one scene are."""

import io
import math

import numpy as np
from PIL import Image


def psnr_db(first: bytes, second: bytes) -> float:
    """Return two encoded pictures' peak signal-to-noise ratio in dB: infinite if equal, 0 if sizes differ."""
    one, other = (np.asarray(Image.open(io.BytesIO(data)), dtype=np.float64) for data in (first, second))
    if one.shape != other.shape:
        return 0.0
    error = float(np.mean((one - other) ** 2))
    return 10 * math.log10(255**2 / error) if error else math.inf
