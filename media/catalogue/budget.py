"""What a catalogue may still spend, counted when work is begun, not when it is over."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from media.catalogue.picture import Picture


@dataclass
class Budget:
    """Seconds of rendering that a run may use.

    Attributes:
        seconds: The most; infinite if there is no bound.
        spent: What is used up, and what is set aside for pictures that are begun.
    """

    seconds: float
    spent: float = 0.0

    @property
    def left(self) -> float:
        """What may still be begun."""
        return max(0.0, self.seconds - self.spent)

    def affordable(
        self, pictures: Iterable[Picture], most_s: Callable[[Picture], float]
    ) -> tuple[list[Picture], list[Picture]]:
        """Return the pictures that may begin, for which time is set aside now, and those that may not."""
        begun: list[Picture] = []
        left_out: list[Picture] = []
        for picture in pictures:
            seconds = most_s(picture)
            fits = self.spent + seconds <= self.seconds
            self.spent += seconds if fits else 0.0
            (begun if fits else left_out).append(picture)
        return begun, left_out

    def settle(self, set_aside: float, used: float) -> None:
        """Put what was used in the place of what was set aside for it."""
        self.spent += used - set_aside
