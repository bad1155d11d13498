"""How long pictures take: by what the same device took for others, or else by an assumption that says so."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from media.catalogue.index import Entry
from media.catalogue.picture import Picture

ASSUMED_S_PER_UNIT = 0.35
ASSUMED_SPREAD = 4.0
ASSUMPTION = "two CPU cores and a part of 140 solids, as in this project's own benchmarks"
ALIKE = 5
"""So many pictures of the same product say more than those of all products."""
SHARE = 0.95
"""Between the twentieth below and the twentieth above lie nine of ten, and four of five on a bad day:
pictures of one product are alike, so a hundred of them say less than a hundred strangers would."""
FEW_SPREAD = 1.5
"""By how much the extremes are widened where there are too few to know the twentieths."""

Basis = Literal["measured", "assumed"]


@dataclass(frozen=True)
class Estimate:
    """What something takes, in seconds: probably between `low` and `high`.

    Attributes:
        basis: Whether pictures on this hardware were measured.
        source: Of what the estimate is made, in words.
    """

    low: float
    likely: float
    high: float
    basis: Basis
    source: str


def units(width: int, height: int, samples: int, frames: int) -> float:
    """Return how much there is to render: samples, and what each pixel and frame takes besides."""
    megapixels = width * height * frames / 1e6
    return megapixels * (samples + 2) / 10 + frames / 2


def units_of(picture: Picture) -> float:
    """Return how much there is to render of a picture."""
    job = picture.plan.job
    return units(job.width, job.height, job.samples_per_pixel, picture.plan.frames)


class Estimator:
    """Estimates by pictures that were rendered before."""

    def __init__(self, measured: Iterable[Entry], device: str = "") -> None:
        """Learn from entries of one device; of the one that most of them name, if it is not said."""
        rendered = [entry for entry in measured if entry.seconds > 0]
        names = [entry.device for entry in rendered]
        self._device = device or max(names, key=names.count, default="")
        self._all: list[float] = []
        self._of_product: dict[str, list[float]] = {}
        for entry in rendered:
            if entry.device == self._device:
                rate = entry.seconds / units(entry.width, entry.height, entry.samples, entry.frames)
                self._all.append(rate)
                self._of_product.setdefault(entry.geometry, []).append(rate)

    def of(self, picture: Picture) -> Estimate:
        """Return what a picture takes."""
        much = units_of(picture)
        own = self._of_product.get(picture.plan.geometry, [])
        rates = own if len(own) >= ALIKE else self._all
        if not rates:
            likely = ASSUMED_S_PER_UNIT * much
            return Estimate(
                likely / ASSUMED_SPREAD, likely, likely * ASSUMED_SPREAD, "assumed", f"assumed: {ASSUMPTION}"
            )
        low, high = interval(rates)
        whose = "of this product" if rates is own else "of other products"
        source = f"{len(rates)} pictures {whose} on {self._device}"
        return Estimate(low * much, median(rates) * much, high * much, "measured", source)


def interval(rates: Sequence[float]) -> tuple[float, float]:
    """Return bounds that the next of such rates lies between with four chances in five, or more.

    The ranks are those of split conformal prediction (Vovk, Gammerman, Shafer: Algorithmic Learning in a
    Random World, 2005), which hold for any distribution as long as the next one comes from it too.
    """
    ordered = sorted(rates)
    count = len(ordered)
    upper = math.ceil((count + 1) * SHARE)
    lower = math.floor((count + 1) * (1 - SHARE))
    low = ordered[lower - 1] if lower >= 1 else ordered[0] / FEW_SPREAD
    high = ordered[upper - 1] if upper <= count else ordered[-1] * FEW_SPREAD
    return low, high
