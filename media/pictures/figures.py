"""What was measured, beside what it has to be."""

import math
from dataclasses import dataclass

from media.pictures.clip import Frames
from media.pictures.flicker import FLICKER_BOUND, flicker
from media.pictures.highlights import CLIPPED_BOUND, clipped_highlights
from media.pictures.likeness import DIFFERENT_FROM, difference, unequal_share
from media.pictures.motion import MOTION_BOUND, largest_motion
from media.pictures.seam import SEAM_BOUND, loop_seam

FRAME_SECONDS_BOUND = 60.0


@dataclass(frozen=True)
class Figure:
    """One number about a clip.

    Attributes:
        name: What was measured.
        value: The number; not a number where it could not be measured, which counts as broken.
        bound: What it has to keep.
        unit: Of both; empty for a ratio.
        sign: How value and bound have to compare: "<", "<=" or ">=".
    """

    name: str
    value: float
    bound: float
    unit: str = ""
    sign: str = "<"

    @property
    def holds(self) -> bool:
        """Whether the value keeps its bound."""
        if math.isnan(self.value):
            return False
        compared = {
            "<": self.value < self.bound,
            "<=": self.value <= self.bound,
            ">=": self.value >= self.bound,
        }
        return compared[self.sign]

    @property
    def wanted(self) -> str:
        """The bound as people read it."""
        sign = {"<": "<", "<=": "≤", ">=": "≥"}[self.sign]
        return f"{sign} {self.bound:g}{_spaced(self.unit)}"

    @property
    def found(self) -> str:
        """The value as people read it."""
        return "not measurable" if math.isnan(self.value) else f"{self.value:.2f}{_spaced(self.unit)}"


def figures_of_loop(frames: Frames) -> list[Figure]:
    """Measure a whole clip that was made to run for ever."""
    return [
        Figure("loop seam", loop_seam(frames), SEAM_BOUND, "times a step", "<="),
        Figure("clipped highlights", clipped_highlights(frames), CLIPPED_BOUND, "% of pixels"),
    ]


def figures_of_clip(frames: Frames) -> list[Figure]:
    """Measure neighbouring frames of a clip, as it is by default."""
    return [
        Figure("flicker of what is still", flicker(frames), FLICKER_BOUND, "/ 255"),
        Figure("largest motion", largest_motion(frames), MOTION_BOUND, "% of width"),
    ]


def figures_of_seeds(one: Frames, again: Frames, other: Frames) -> list[Figure]:
    """Compare pictures of one seed, of the same once more, and of another one."""
    return [
        Figure("one seed repeats", unequal_share(one, again), 0, "% of pixels differ", "<="),
        Figure("two seeds differ", difference(one, other), DIFFERENT_FROM, "/ 255", ">="),
    ]


def figures_of_poster(frames: Frames, seconds: float) -> list[Figure]:
    """Measure a frame in full size, and what it took to render."""
    return [
        Figure("clipped in full size", clipped_highlights(frames), CLIPPED_BOUND, "% of pixels"),
        Figure("a frame in full size", seconds, FRAME_SECONDS_BOUND, "s", "<="),
    ]


def _spaced(unit: str) -> str:
    return f" {unit}" if unit else ""
