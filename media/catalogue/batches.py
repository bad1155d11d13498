"""Divide pictures into runs that are worth their start, and begin none that a budget may not hold. Pure."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from media.catalogue.budget import Budget
from media.catalogue.cut import Cut
from media.catalogue.estimate import Estimate, Estimator, units_of
from media.catalogue.index import Entry
from media.catalogue.picture import Picture
from media.job import Queue

AT_A_TIME = 16
"""Runs that are waited for at once, of each queue; how many of them render is for the queues to say."""
START_SPREAD = 1.5
"""Other runs start more slowly than the slowest so far, but seldom by more than half."""


@dataclass(frozen=True)
class Batch:
    """Pictures that one run renders.

    Attributes:
        queue: Where that run belongs.
        pictures: In the order in which they are rendered.
        estimates: What each is expected to take.
        start_s: What the run may take besides.
    """

    queue: Queue
    pictures: tuple[Picture, ...]
    estimates: tuple[Estimate, ...]
    start_s: float = 0.0

    @property
    def seconds(self) -> float:
        """What its pictures are expected to take."""
        return sum(one.likely for one in self.estimates)

    @property
    def set_aside(self) -> float:
        """What the whole run may take."""
        return self.start_s + sum(one.high for one in self.estimates)


class Batches:
    """The pictures that no run was sent for yet, and what of them goes next.

    Runs of one queue never wait for those of another. As long as there is a budget and nothing was measured,
    one run goes at a time, and the smallest pictures go first: nobody knows what the others would cost.
    """

    def __init__(
        self,
        pictures: Iterable[Picture],
        estimator: Estimator,
        budget: Budget,
        least_s: float,
        start_s: float = 0.0,
    ) -> None:
        """Take pictures in their order.

        Args:
            pictures: What is to be rendered. Those of a product stay together as far as they are so.
            estimator: Learns from each run that ends.
            budget: What may be spent.
            least_s: So long a batch takes, or longer, if there is so much to do on its queue.
            start_s: What is assumed that a run takes besides its pictures.
        """
        self._waiting: defaultdict[Queue, list[Picture]] = defaultdict(list)
        for picture in pictures:
            self._waiting[picture.plan.job.queue].append(picture)
        self._estimator = estimator
        self._budget = budget
        self._least_s = least_s
        self._assumed_start_s = start_s
        self._longest_start_s = 0.0
        self._going: Counter[Queue] = Counter()

    def next(self) -> Batch | None:
        """Return what may begin now and set its time aside; None if that is nothing before another ends."""
        careful = math.isfinite(self._budget.seconds) and not self._estimator.measured
        if careful and self._going.total():
            return None
        queues = [queue for queue, some in self._waiting.items() if some]
        if careful:
            for queue in queues:
                self._waiting[queue].sort(key=units_of)
            queues.sort(key=lambda queue: units_of(self._waiting[queue][0]))
        for queue in queues:
            if self._going[queue] < AT_A_TIME and (batch := self._cut(queue)):
                self._going[queue] += 1
                self._budget.set_aside(batch.set_aside)
                return batch
        return None

    def ended(
        self,
        batch: Batch,
        used: float | None,
        *,
        beside: float = 0.0,
        made: Iterable[Entry] = (),
        not_begun: Sequence[Picture] = (),
    ) -> None:
        """Take in that a run is over.

        Args:
            batch: What it was sent for.
            used: How long it lasted, if that is known; otherwise what was set aside for it stays so.
            beside: How much of that went into no picture.
            made: What it made.
            not_begun: What it had no time for, which goes next.
        """
        self._waiting[batch.queue][:0] = not_begun
        self._going[batch.queue] -= 1
        self._budget.settle(batch.set_aside, used)
        self._longest_start_s = max(self._longest_start_s, beside)
        self._estimator.learn(made)

    def left_out(self) -> dict[str, str]:
        """Return why what still waits, when nothing goes any more, is not begun; by digest."""
        waiting = [picture for some in self._waiting.values() for picture in some]
        return {
            picture.result: f"it may take {self._start + self._estimator.of(picture).high:.0f} s, "
            f"{self._budget.left:.0f} s are left of the budget; raise it"
            for picture in waiting
        }

    @property
    def _start(self) -> float:
        """What a run may take besides its pictures: as assumed, until one was seen."""
        return START_SPREAD * self._longest_start_s or self._assumed_start_s

    def _cut(self, queue: Queue) -> Batch | None:
        """Return the next batch of a queue, or None if the budget holds none of its pictures."""
        waiting = self._waiting[queue]
        cut = Cut(self._budget.left - self._start)
        kept: list[Picture] = []
        is_last = False
        for number, picture in enumerate(waiting):
            if cut.seconds >= self._least_s and not is_last:
                is_last = not self._is_worth_a_run(waiting[number:])
            if cut.is_full(picture) or (cut.seconds >= self._least_s and not is_last):
                kept += waiting[number:]
                break
            first = False if picture.plan.scene in cut.scenes else None
            if not cut.takes(picture, self._estimator.of(picture, first=first)):
                kept.append(picture)
        if not cut.pictures:
            return None
        self._waiting[queue] = kept
        return Batch(queue, tuple(cut.pictures), tuple(cut.estimates), self._start)

    def _is_worth_a_run(self, pictures: Iterable[Picture]) -> bool:
        seconds = accumulate(self._estimator.of(picture).likely for picture in pictures)
        return any(so_far >= self._least_s for so_far in seconds)
