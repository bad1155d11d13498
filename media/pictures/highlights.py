"""Whether light burns out."""

import numpy as np

from media.pictures.clip import Frames

CLIPPED_FROM = 254
"""Of 255: the last step but one, since dither and denoiser leave what is clipped one below the end."""
CLIPPED_BOUND = 0.5


def clipped_highlights(frames: Frames) -> float:
    """Return the share of pixels, in per cent, with any channel at its end, in the frame with most of them.

    One channel is enough: a saturated colour that clips changes its hue and loses its shape.
    """
    return float(np.mean(np.any(frames >= CLIPPED_FROM, axis=-1), axis=(1, 2)).max()) * 100
