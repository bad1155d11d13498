"""What pictures take as a fixed part and a rate, and how far off such a line is for others."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SHARE = 0.95
"""Between the twentieth below and the twentieth above lie nine of ten, and four of five on a bad day:
pictures of one product are alike, so a hundred of them say less than a hundred strangers would."""
ENOUGH = math.ceil(SHARE / (1 - SHARE))
"""With fewer than this, nobody knows the twentieths."""
SPREAD_OF_ONE = 4.0
FOLDS = 10
STEPS = 40
NARROW = 2.0
"""Where the largest that was measured is not so many times the smallest, they tell nothing of the rate."""
SLOW, STEEP = 0.5, 1.4
"""Powers of the work. Beyond what was measured, what is fixed may grow as the first, for pictures are encoded
and stored too; all of it grows no faster than the second, when memory runs out, and perhaps not even as the
first, when light settles early."""


@dataclass(frozen=True)
class Seen:
    """Pictures that were measured, one number each.

    Attributes:
        units: How much there was to render.
        seconds: What all of it took.
        rendering: What of that its frames took.
        products: Whose it was, by number.
    """

    units: Floats
    seconds: Floats
    rendering: Floats
    products: npt.NDArray[np.int64]

    def only(self, which: npt.NDArray[np.bool_]) -> "Seen":
        """Return some of them."""
        return Seen(self.units[which], self.seconds[which], self.rendering[which], self.products[which])

    @property
    def is_narrow(self) -> bool:
        """Whether all of them are about as much to render."""
        return bool(self.units.max() < NARROW * self.units.min())


@dataclass(frozen=True)
class Line:
    """Seconds as a fixed part and a rate."""

    fixed: float
    rate: float

    def at(self, units: float) -> float:
        """Return what so much takes."""
        return self.fixed + self.rate * units


@dataclass(frozen=True)
class Fit:
    """A line, and by what factors pictures that it was not drawn by lie beside it.

    Attributes:
        line: The line.
        low: One of twenty takes less than this many times what the line says.
        high: One of twenty takes more.
        least, most: Between so many units was measured.
        narrow: Whether that says nothing of the rate.
    """

    line: Line
    low: float
    high: float
    least: float
    most: float
    narrow: bool

    def reaches(self, units: float) -> bool:
        """Return whether about so much was measured."""
        return self.least / NARROW <= units <= self.most * NARROW

    def bounds(self, units: float) -> tuple[float, float, float]:
        """Return what so much takes at least, likely and at most; wider beyond what was measured."""
        likely = self.line.at(units)
        within = min(max(units, self.least), self.most)
        edge, beyond = self.line.at(within), units / within
        slow = edge * beyond ** (0.0 if self.narrow else SLOW)
        steep = self.line.fixed * beyond**SLOW + self.line.rate * within * beyond**STEEP
        low, high = min(likely, slow, steep) * self.low, max(likely, slow, steep) * self.high
        return low, min(max(likely, low), high), high


def fitted(seen: Seen, alike: int) -> Fit:
    """Draw a line through what was seen, and learn how far off it is for what it has not seen.

    Args:
        seen: One picture or more.
        alike: How many of them are strangers to each other; few tell little.
    """
    low, high = interval(_misses(seen), alike)
    return Fit(
        _line(seen),
        math.exp(low),
        math.exp(high),
        float(seen.units.min()),
        float(seen.units.max()),
        seen.is_narrow,
    )


def interval(logs: Sequence[float] | Floats, alike: int) -> tuple[float, float]:
    """Return bounds that the next of such logarithms lies between with four chances in five, or more.

    The ranks are those of split conformal prediction (Vovk, Gammerman, Shafer: Algorithmic Learning in a
    Random World, 2005), which hold for any distribution as long as the next one comes from it too. Where
    there are too few, or too few strangers, to know the twentieths, the bounds are moved apart.
    """
    ordered = sorted(logs)
    count = len(ordered)
    rank = math.ceil((count + 1) * SHARE)
    few = min(count, alike)
    margin = math.log(1 + (SPREAD_OF_ONE - 1) / few) if few < ENOUGH else 0.0
    return ordered[max(count - rank, 0)] - margin, ordered[min(rank, count) - 1] + margin


def _misses(seen: Seen) -> Floats:
    """Return the logarithm of seconds over what a line says that was drawn without that picture's fold.

    The pictures of a product are in one fold if there are several products, as they are alike.
    """
    count = len(seen.units)
    products = len(np.unique(seen.products))
    folds = (seen.products if products > 1 else np.arange(count)) % FOLDS
    logs = np.zeros(count)
    for fold in np.unique(folds):
        held_out = folds == fold
        line = _line(seen.only(~held_out)) if not held_out.all() else _line(seen)
        says = line.fixed + line.rate * seen.units[held_out]
        logs[held_out] = np.log(seen.seconds[held_out] / says)
    return logs


def _line(seen: Seen) -> Line:
    """Return the line of least absolute relative deviations; where the rate is unknown, frames tell it."""
    units, seconds = seen.units, seen.seconds
    if seen.is_narrow:
        rate = float(np.median(np.minimum(seen.rendering, seconds) / units))
        return Line(float(np.median(np.maximum(seconds - rate * units, 0.01 * seconds))), rate)
    fixed, rate = 0.0, float(np.median(seconds / units))
    floor = 0.1 * float(seconds.min())
    for _ in range(STEPS):  # iteratively reweighted least squares
        says = np.maximum(fixed + rate * units, floor)
        weights = 1 / (says * np.maximum(np.abs(seconds - says), 0.001 * says))
        fixed, rate = _least_squares(units, seconds, weights)
    if fixed <= 0:
        return Line(0.0, float(np.median(seconds / units)))
    if rate <= 0:
        return Line(float(np.median(seconds)), 0.0)
    return Line(fixed, rate)


def _least_squares(units: Floats, seconds: Floats, weights: Floats) -> tuple[float, float]:
    total = weights.sum()
    mean_units, mean_seconds = (weights * units).sum() / total, (weights * seconds).sum() / total
    apart = units - mean_units
    rate = (weights * apart * (seconds - mean_seconds)).sum() / (weights * apart**2).sum()
    return float(mean_seconds - rate * mean_units), float(rate)
