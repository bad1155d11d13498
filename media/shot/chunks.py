"""Divide the frames of a shot among runs: a pilot first, then chunks, those in the middle first. Pure."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import cast

from media.chunks import chunk_size
from media.frames import Frame
from media.shot.job import AnimationJob
from media.shot.plan import ShotPlan

MOST_IN_A_CHUNK = 10_000
"""A run is told the numbers of its frames one by one where they have gaps."""


def pilot_of(missing: Sequence[int]) -> tuple[int, ...]:
    """Return the frames that are rendered first: the first, the middle and the last one that are missing."""
    return tuple(sorted({missing[0], missing[len(missing) // 2], missing[-1]})) if missing else ()


def parts_of(
    plan: ShotPlan, missing: Sequence[int], frames: Iterable[Frame], start_s: float
) -> list[ShotPlan]:
    """Return the plans of the parts that all frames of `plan` are divided into, in order.

    Each has what one run renders of the missing frames, and those that lie between them and are there.

    Args:
        plan: Of the whole job, which may say how many frames a chunk has.
        missing: The numbers that are not in the store, in order.
        frames: Some that are, by which the time of others is estimated.
        start_s: What a run takes from being sent to its first frame, the scene loaded, in seconds.
    """
    job = cast("AnimationJob", plan.job)
    if not missing:
        return [plan.only(plan.all_numbers)]
    seconds = [frame.seconds for frame in frames]
    frame_s = max(median(seconds), 0.001) if seconds else 1.0
    most = job.chunk or chunk_size(len(missing), job.machines, frame_s, start_s)
    count = math.ceil(len(missing) / min(most, MOST_IN_A_CHUNK))
    firsts = [missing[len(missing) * part // count] for part in range(1, count)]
    numbers = plan.all_numbers
    bounds = [0, *(numbers.index(first) for first in firsts), len(numbers)]
    return [plan.only(numbers[first:end]) for first, end in pairwise(bounds)]


def from_the_middle(parts: Sequence[ShotPlan]) -> list[ShotPlan]:
    """Return parts by how near they are to the middle: what is wrong with a shot shows early."""
    middle = (len(parts) - 1) / 2
    order = sorted(range(len(parts)), key=lambda place: abs(place - middle))
    return [parts[place] for place in order]


def help_for(
    left: Sequence[Sequence[int]], frame_s: float, start_s: float
) -> tuple[int, Sequence[int]] | None:
    """Return whom to help, and which frames to take off it: the end of what the slowest has left.

    Args:
        left: What each run that goes has left, as numbers in order.
        frame_s: What a frame takes, in seconds.
        start_s: What a run takes before its first frame, in seconds.

    Returns:
        The place in `left` and the numbers taken; None if no help is worth the start of a run.
    """
    worth = [place for place, some in enumerate(left) if len(some) > 1 and len(some) * frame_s > 2 * start_s]
    if not worth:
        return None
    place = max(worth, key=lambda one: len(left[one]))
    return place, left[place][-(len(left[place]) // 2) :]
