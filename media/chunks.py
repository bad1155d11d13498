"""Divide the frames of a job among machines: contiguous chunks at first, and help for stragglers at the end.

Pure functions of what is still missing. Nobody is told anything by them: whoever renders asks the store what
is there before each frame, so that two who come to different conclusions lose a frame's work, never a frame.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

START_SHARE = 0.05
"""What starting a machine and loading its scene may take of a chunk, where there is enough to do."""


@dataclass(frozen=True, order=True)
class FrameRange:
    """The frames from `first` to `last`, both included."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"frames {self.first} to {self.last}: expected at least one, found none")

    @property
    def count(self) -> int:
        """How many frames it has."""
        return self.last - self.first + 1

    @property
    def frames(self) -> range:
        """Its frames, in order."""
        return range(self.first, self.last + 1)

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


@dataclass(frozen=True)
class Split:
    """A straggler's chunk once somebody helps.

    Attributes:
        kept: What the straggler goes on with.
        taken: What the helper renders: the end of the chunk, so that the two never work towards each other.
    """

    kept: FrameRange
    taken: FrameRange


def contiguous(frames: Iterable[int]) -> list[FrameRange]:
    """Return the fewest ranges that have exactly these frames, in order; a frame counts once."""
    ranges: list[FrameRange] = []
    for frame in sorted(set(frames)):
        if ranges and ranges[-1].last == frame - 1:
            ranges[-1] = FrameRange(ranges[-1].first, frame)
        else:
            ranges.append(FrameRange(frame, frame))
    return ranges


def chunk_size(missing: int, machines: int, frame_s: float, start_s: float) -> int:
    """Return how many frames a chunk has at most.

    As few as keep the start below `START_SHARE` of a chunk's time, because small chunks balance well; but
    never so many that a machine is left without any.

    Args:
        missing: How many frames are to be rendered.
        machines: How many machines can be had.
        frame_s: Seconds that one frame takes.
        start_s: Seconds from renting a machine to its first frame, the scene loaded.
    """
    if missing < 1 or machines < 1 or frame_s <= 0 or start_s < 0:
        raise ValueError(
            f"expected frames and machines, and a time for each frame; found {missing} frames, {machines} "
            f"machines, {frame_s:g} s a frame, {start_s:g} s to start"
        )
    worth_a_start = math.ceil(start_s * (1 - START_SHARE) / START_SHARE / frame_s)
    return max(1, min(worth_a_start, math.ceil(missing / machines)))


def plan(missing: Iterable[int], machines: int, frame_s: float, start_s: float) -> list[FrameRange]:
    """Return the chunks that the missing frames are divided into, in order and nearly equal.

    Each missing frame is in exactly one of them. Arguments are those of `chunk_size`.
    """
    ranges = contiguous(missing)
    if not ranges:
        return []
    total = sum(one.count for one in ranges)
    most = chunk_size(total, machines, frame_s, start_s)

    def parts_of(one: FrameRange) -> int:
        its_machines = -(
            -one.count * machines // total
        )  # rounded up; without it, 12 frames make 6 parts for 11
        return min(one.count, max(math.ceil(one.count / most), its_machines))

    return [part for one in ranges for part in _parts(one, parts_of(one))]


def whom_to_help(left: Sequence[FrameRange]) -> int | None:
    """Return which of the chunks that others have left is helped first: the longest; None if none is left."""
    if not left:
        return None
    return max(range(len(left)), key=lambda one: (left[one].count, -one))


def split(left: FrameRange) -> Split:
    """Divide what a straggler has left with a helper, who takes half of it from the end.

    The straggler renders the first frame at this moment, so the larger half is its own. Of a single frame,
    both render the same: whoever is first has it stored, and at most this one frame is rendered twice. The
    straggler may have come further meanwhile, to the helper's first frame at most.
    """
    if left.count == 1:
        return Split(left, left)
    middle = left.last - left.count // 2
    return Split(FrameRange(left.first, middle), FrameRange(middle + 1, left.last))


def _parts(one: FrameRange, parts: int) -> list[FrameRange]:
    bounds = [one.first + one.count * part // parts for part in range(parts + 1)]
    return [FrameRange(first, after - 1) for first, after in pairwise(bounds)]
