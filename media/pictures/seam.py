"""Whether a clip that runs for ever shows where it begins again."""

import math
from collections.abc import Sequence

from media.pictures.clip import Frames
from media.pictures.likeness import difference

SEAM_BOUND = 1.5


def loop_seam(frames: Frames) -> float:
    """Return how much more the picture changes from the last frame to the first than within the clip.

    It is the mean absolute difference of the displayed values of these two frames over the mean of that of
    all neighbours: about 1 for a clip without a seam, however fast it is. A clip that stands still has a seam
    of 0, and an infinite one if its ends differ nevertheless.

    Args:
        frames: All frames of the clip, at least two.
    """
    neighbours = [frames[at : at + 2] for at in range(len(frames) - 1)]
    return seam_between(frames[-1], frames[0], neighbours)


def seam_between(last: Frames, first: Frames, neighbours: Sequence[Frames]) -> float:
    """Return the seam of a clip of which only some frames are at hand, see `loop_seam`.

    Args:
        last: The last frame.
        first: The first one.
        neighbours: Pairs of frames that follow each other, from all over the clip.
    """
    usual = sum(difference(one, other) for one, other in neighbours) / len(neighbours)
    seam = difference(last, first)
    return seam / usual if usual else (math.inf if seam else 0.0)
