"""What a catalogue may still spend, counted when work is begun, not when it is over."""

from dataclasses import dataclass


@dataclass
class Budget:
    """Seconds of the machines that render, which a run may use.

    Attributes:
        seconds: The most; infinite if there is no bound.
        spent: What is used up, and what is set aside for work that is begun.
    """

    seconds: float
    spent: float = 0.0

    @property
    def left(self) -> float:
        """What may still be begun."""
        return max(0.0, self.seconds - self.spent)

    def set_aside(self, seconds: float) -> None:
        """Count what is begun now as spent."""
        self.spent += seconds

    def settle(self, set_aside: float, used: float | None) -> None:
        """Put what was used in the place of what was set aside for it; unless nobody knows what was used."""
        if used is not None:
            self.spent += used - set_aside
