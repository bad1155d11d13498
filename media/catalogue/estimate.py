"""How long pictures take: by what the same device took for others, or else by an assumption that says so.

What is estimated is what a budget counts: all that a picture takes, from its source to its manifest. One part
is geometry and scene, which only the first picture of a scene makes; the other, the start of Blender
included, is a fixed cost and a rate.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Literal

import numpy as np

from media.catalogue.fit import SPREAD_OF_ONE, Fit, Seen, fitted, interval
from media.catalogue.index import Entry
from media.catalogue.picture import Picture

ASSUMED_FIXED_S = 5.0
ASSUMED_S_PER_UNIT = 0.35
ASSUMED_PREPARING_S = 7.5
ASSUMPTION = "two CPU cores and a part of 140 solids, as in this project's own benchmarks"
UNITS_OF_A_FRAME = 0.2
ALIKE = 12
"""So many pictures of the same product say more than those of all products."""

Basis = Literal["measured", "assumed"]
Bounds = tuple[float, float, float]


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
    return megapixels * (samples + 2) / 10 + frames * UNITS_OF_A_FRAME


def units_of(picture: Picture) -> float:
    """Return how much there is to render of a picture."""
    job = picture.plan.job
    return units(job.width, job.height, job.samples_per_pixel, picture.plan.frames)


class Estimator:
    """Estimates by pictures that were made before."""

    def __init__(self, known: Iterable[Entry], device: str = "") -> None:
        """Learn from entries of one device; of the one that most of them name, if it is not said."""
        self._scenes: set[str] = set()
        self._entries: defaultdict[str, list[Entry]] = defaultdict(list)
        self._learn(known)
        self._choose(device or max(self._entries, key=lambda name: len(self._entries[name]), default=""))

    @property
    def measured(self) -> bool:
        """Whether all that pictures take on this device is known of any."""
        return bool(self._all)

    def learn(self, known: Iterable[Entry]) -> None:
        """Take in what was made just now, and estimate for its device from now on."""
        devices = self._learn(known)
        self._choose(devices[-1] if devices else self._device)

    def _learn(self, known: Iterable[Entry]) -> list[str]:
        devices = []
        for entry in known:
            self._scenes.add(entry.scene)
            if entry.whole > 0:
                self._entries[entry.device].append(entry)
                devices.append(entry.device)
        return devices

    def _choose(self, device: str) -> None:
        self._device = device
        self._all = self._entries.get(device, [])
        self._own: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in self._all:
            self._own[entry.geometry].append(entry)
        self._fits: dict[str, Fit] = {}
        self._prepared: dict[str, Bounds | None] = {}

    def of_all(self, pictures: Iterable[Picture]) -> list[Estimate]:
        """Return what pictures take one after the other: the first of a scene prepares it for the others."""
        prepared = set(self._scenes)
        estimates = []
        for picture in pictures:
            estimates.append(self.of(picture, first=picture.plan.scene not in prepared))
            prepared.add(picture.plan.scene)
        return estimates

    def of(self, picture: Picture, *, first: bool | None = None) -> Estimate:
        """Return what a picture takes; `first` says whether its scene is to be made, if who asks knows."""
        first = picture.plan.scene not in self._scenes if first is None else first
        much = units_of(picture)
        if not self.measured:
            bounds = _around(ASSUMED_FIXED_S + ASSUMED_S_PER_UNIT * much)
            if first:
                bounds = _sum(bounds, _around(ASSUMED_PREPARING_S))
            return Estimate(*bounds, "assumed", f"assumed: {ASSUMPTION}")
        bounds, source = self._rendering(picture.plan.geometry, much)
        basis: Basis = "measured"
        if first and (preparing := self._preparing(picture.plan.geometry)):
            bounds = _sum(bounds, preparing)
        elif first:
            bounds, basis = _sum(bounds, _around(ASSUMED_PREPARING_S)), "assumed"
            source += f"; preparing the model is assumed: {ASSUMPTION}"
        return Estimate(*bounds, basis, source)

    def _rendering(self, geometry: str, much: float) -> tuple[Bounds, str]:
        """Return what a picture takes that finds its scene, and of what that is known."""
        own = self._own.get(geometry, [])
        fit = self._fit(geometry, own) if len(own) >= ALIKE else None
        if fit and fit.reaches(much):
            source = f"{len(own)} pictures of this product on {self._device}"
        else:
            fit = self._fit("", self._all)
            source = f"{_count(len(self._all), 'picture')} of {_count(len(self._own), 'product')}"
            source += f", {len(own)} of them of this one, on {self._device}" if own else f" on {self._device}"
        if not fit.reaches(much):
            size = "large" if much > fit.most else "small"
            source += f"; none so {size} was measured, so the bounds are wider"
        return fit.bounds(much), source

    def _fit(self, name: str, entries: list[Entry]) -> Fit:
        if name not in self._fits:
            seen, products = _seen(entries)
            self._fits[name] = fitted(seen, len(entries) if name else products)
        return self._fits[name]

    def _preparing(self, geometry: str) -> Bounds | None:
        """Return what geometry and scene of a product take, if any were made on this device."""
        own = any(entry.preparing > 0 for entry in self._own.get(geometry, []))
        name = geometry if own else ""
        if name not in self._prepared:
            made = [entry for entry in (self._own[geometry] if own else self._all) if entry.preparing > 0]
            self._prepared[name] = _bounds_of(made, len(made) if own else len({one.geometry for one in made}))
        return self._prepared[name]


def _bounds_of(made: list[Entry], alike: int) -> Bounds | None:
    if not made:
        return None
    logs = [math.log(entry.preparing) for entry in made]
    low, high = interval(logs, alike)
    return math.exp(low), math.exp(median(logs)), math.exp(high)


def _seen(entries: list[Entry]) -> tuple[Seen, int]:
    """Return entries as numbers, and how many products they are of."""
    numbers = {geometry: n for n, geometry in enumerate(dict.fromkeys(entry.geometry for entry in entries))}
    rest = [max(entry.whole - entry.preparing, 0.001) for entry in entries]
    seen = Seen(
        np.array([units(one.width, one.height, one.samples, one.frames) for one in entries]),
        np.array(rest),
        np.array([entry.seconds for entry in entries]),
        np.array([numbers[entry.geometry] for entry in entries]),
    )
    return seen, len(numbers)


def _around(likely: float) -> Bounds:
    return likely / SPREAD_OF_ONE, likely, likely * SPREAD_OF_ONE


def _sum(some: Bounds, more: Bounds) -> Bounds:
    return some[0] + more[0], some[1] + more[1], some[2] + more[2]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
