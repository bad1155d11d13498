"""Divide pictures into runs that are worth their start. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from media.catalogue.job import MOST_IN_A_BATCH
from media.catalogue.picture import Picture
from media.job import Queue


@dataclass(frozen=True)
class Batch:
    """Pictures that one run renders.

    Attributes:
        queue: Where that run belongs.
        pictures: In the order in which they are rendered.
        seconds: What they are expected to take.
    """

    queue: Queue
    pictures: tuple[Picture, ...]
    seconds: float


def batches_of(
    pictures: Iterable[Picture], seconds_of: Callable[[Picture], float], least_s: float
) -> list[Batch]:
    """Return the batches of pictures, in the order of their first ones.

    Each is of one queue and takes `least_s` or more, unless there is not so much to do on that queue. The
    pictures of a product stay together as far as the order has them so: one scene serves all of them.
    """
    by_queue: defaultdict[Queue, list[Picture]] = defaultdict(list)
    order = {}
    for number, picture in enumerate(pictures):
        by_queue[picture.plan.job.queue].append(picture)
        order[picture.result] = number
    made = [
        Batch(queue, tuple(part), sum(map(seconds_of, part)))
        for queue, all_of_it in by_queue.items()
        for part in _parts(all_of_it, seconds_of, least_s)
    ]
    return sorted(made, key=lambda batch: order[batch.pictures[0].result])


def _parts(
    pictures: Sequence[Picture], seconds_of: Callable[[Picture], float], least_s: float
) -> list[list[Picture]]:
    parts: list[list[Picture]] = [[]]
    seconds = 0.0
    for picture in pictures:
        if seconds >= least_s or len(parts[-1]) >= MOST_IN_A_BATCH:
            parts.append([])
            seconds = 0.0
        parts[-1].append(picture)
        seconds += seconds_of(picture)
    if len(parts) > 1 and seconds < least_s and len(parts[-2]) + len(parts[-1]) <= MOST_IN_A_BATCH:
        parts[-2:] = [parts[-2] + parts[-1]]
    return parts
