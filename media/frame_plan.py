"""What rendering, storing and showing frames needs to know of a plan, whatever kind of work it is for."""

from collections.abc import Sequence
from typing import Protocol

from media.source import Source


class FramePlan(Protocol):
    """A plan that has frames."""

    @property
    def source(self) -> Source:
        """The file that all of it is made of."""

    @property
    def render(self) -> str:
        """Digest that names the frames; it knows nothing of how many there are."""

    @property
    def result(self) -> str:
        """Digest that names the finished job."""

    @property
    def numbers(self) -> Sequence[int]:
        """The numbers of the frames, in the order in which they are shown."""

    @property
    def frame_suffix(self) -> str:
        """The file name ending of a frame."""

    @property
    def shown_suffix(self) -> str:
        """The ending of the pictures that show frames: the frames' own, of others beside them, or none."""

    @property
    def noun(self) -> str:
        """What kind of work it is."""
