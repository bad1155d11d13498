"""Divide the frames of a shot among runs: a pilot first, then chunks, those in the middle first. Pure."""

from collections.abc import Iterable, Sequence
from statistics import median

from media import chunks
from media.frames import Frame
from media.shot.plan import ShotPlan

START_S = 8.0
"""What a run takes from being sent to its first frame on a worker of this machine, the scene loaded."""


def pilot_of(missing: Sequence[int]) -> tuple[int, ...]:
    """Return the frames that are rendered first: the first, the middle and the last one that are missing."""
    return tuple(sorted({missing[0], missing[len(missing) // 2], missing[-1]})) if missing else ()


def parts_of(
    plan: ShotPlan, missing: Sequence[int], frames: Iterable[Frame], machines: int
) -> list[ShotPlan]:
    """Return the plans of the parts that all frames of `plan` are divided into, in order.

    Each has what one run renders of the missing frames, and those that lie between them and are there.

    Args:
        plan: Of the whole job.
        missing: The numbers that are not in the store.
        frames: Some that are, by which the time of others is estimated.
        machines: How many runs render at once.
    """
    seconds = [frame.seconds for frame in frames]
    frame_s = max(median(seconds), 0.001) if seconds else 1.0
    places = {number: place for place, number in enumerate(plan.all_numbers)}
    ranges = chunks.plan((places[number] for number in missing), machines, frame_s, START_S)
    starts = [0, *(one.first for one in ranges[1:])]
    ends = [*starts[1:], len(plan.all_numbers)]
    return [plan.only(plan.all_numbers[first:end]) for first, end in zip(starts, ends, strict=True)]


def from_the_middle(parts: Sequence[ShotPlan]) -> list[ShotPlan]:
    """Return parts by how near they are to the middle: what is wrong with a shot shows early."""
    middle = (len(parts) - 1) / 2
    order = sorted(range(len(parts)), key=lambda place: abs(place - middle))
    return [parts[place] for place in order]


def help_for(left: Sequence[Sequence[int]], frame_s: float) -> tuple[int, Sequence[int]] | None:
    """Return whom to help, and which frames to take off it: the end of what the slowest has left.

    Args:
        left: What each run that goes has left, as numbers in order.
        frame_s: What a frame takes, in seconds.

    Returns:
        The place in `left` and the numbers taken; None if no help is worth the start of a run.
    """
    worth = [place for place, some in enumerate(left) if len(some) > 1 and len(some) * frame_s > 2 * START_S]
    if not worth:
        return None
    place = max(worth, key=lambda one: len(left[one]))
    return place, left[place][-(len(left[place]) // 2) :]


def as_text(numbers: Sequence[int]) -> str:
    """Return numbers as a job says them: 1,12-24."""
    ranges = chunks.contiguous(numbers)
    return ",".join(str(one.first) if one.count == 1 else str(one) for one in ranges)
