"""Which machines of which run are taken away, and at which point of its work."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from infra.rental.naming import read_name
from tests.fakes.runpod.pods import Pod

DOOMED = ("is lost with its host", "is restarted", "is deleted in the console", "is told that it ends")
"""What the stand-in tells of a machine at the points."""


@dataclass
class Dooms:
    """A list of points for each run: its machines are doomed at the first until it has happened, and so on.

    Points are those of tests/fakes/doomed. A machine that ends before its point leaves it to the next one.

    Attributes:
        points: The lists.
        in_order: What befalls the first, second, … machine of runs without a list: of those that runs send.
    """

    points: dict[UUID, list[str]] = field(default_factory=dict)
    in_order: list[str] = field(default_factory=list)
    _given: dict[UUID, list[tuple[Pod, str]]] = field(default_factory=lambda: defaultdict(list))

    def of(self, pod: Pod) -> str:
        """Return what befalls a new machine; nothing for one that is left alone."""
        name = read_name(pod.name)
        if name is None:
            return ""
        given = self._given[name.run_id]
        left = self.points.get(name.run_id, [])[sum(is_lost(earlier) for earlier, _ in given) :]
        if name.run_id not in self.points:
            left, self.in_order = self.in_order[:1], self.in_order[1:]
        given.append((pod, left[0] if left else ""))
        return given[-1][1]

    def happened(self) -> Counter[str]:
        """Return how many machines were lost at which point."""
        given = [one for ones in self._given.values() for one in ones]
        return Counter(point for pod, point in given if point and is_lost(pod))


def is_lost(pod: Pod) -> bool:
    """Tell whether that has happened to a machine which it was doomed to."""
    return any(what.startswith(DOOMED) for _, what in pod.history)
