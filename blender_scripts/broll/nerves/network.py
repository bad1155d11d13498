"""Networks of cells: where they are, which are joined, and when each fires so that one sets off the next."""

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blender_scripts.broll.meshes import Floats

CELLS_PER_ROOT = 8
BEHIND = 0.9  # how far behind what is in focus layers have their middle
GOLDEN_ANGLE = 2.39996  # turning by it again and again fills a disc evenly


@dataclass(frozen=True)
class Link:
    """A fibre from one cell to another, which carries pulses or only might."""

    source: int
    target: int
    carries: bool


@dataclass(frozen=True)
class Firing:
    """What happens in a network, over and over.

    Attributes:
        links: All fibres, each from the cell that fires first.
        starts: When each cell fires, as shares of the cycle that repeats.
        fires: 1 for the cells that fire, 0 for the others.
    """

    links: tuple[Link, ...]
    starts: Floats
    fires: Floats


def joined_by_nearness(places: Floats, each: float, longest: float) -> list[tuple[int, int]]:
    """Join every place to about so many others, the nearest ones; only one that has no other goes further."""
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    pairs = sorted(
        (float(apart[one, other]), one, other)
        for one in range(len(places))
        for other in range(one + 1, len(places))
    )
    degrees, most = [0] * len(places), round(each * 1.6)
    joined: list[tuple[int, int]] = []
    for distance, one, other in pairs:
        if len(joined) >= each * len(places) / 2:
            break
        if distance <= longest and max(degrees[one], degrees[other]) < most:
            joined.append((one, other))
            degrees[one] += 1
            degrees[other] += 1
    alone = [number for number, degree in enumerate(degrees) if not degree]
    nearest = np.argsort(apart, axis=1)
    return joined + [(number, int(nearest[number, 1])) for number in alone]


def firing(
    chance: np.random.Generator, places: Floats, pairs: list[tuple[int, int]], pulses: int, reach: float
) -> Firing:
    """Choose when cells fire: some by themselves, the others when the first pulse reaches them.

    Args:
        chance: Which cells begin, and when.
        places: Of the cells.
        pairs: The cells that are joined.
        pulses: How many fibres carry a pulse each cycle, if there are so many.
        reach: How far a pulse runs in a cycle.
    """
    spread = _spread(chance, places, pairs, reach)
    links = [
        (one, other) if spread.times[one] <= spread.times[other] else (other, one) for one, other in pairs
    ]
    fancy = chance.random(len(pairs))

    def rank(number: int) -> tuple[bool, float]:
        """First the fibres that set off a cell, those near the beginning of a cascade before the others."""
        source, target = links[number]
        return (spread.parents[target] != source, spread.hops[target] + 1.5 * fancy[number])

    carrying = set(sorted(range(len(pairs)), key=rank)[:pulses])
    fires = np.zeros(len(places))
    for number in carrying:
        fires[list(links[number])] = 1.0
    return Firing(
        links=tuple(Link(*link, number in carrying) for number, link in enumerate(links)),
        starts=spread.times % 1.0,
        fires=fires,
    )


@dataclass(frozen=True)
class _Spread:
    """When excitement reaches each cell (in cycles), from which, and over how many others."""

    times: Floats
    parents: NDArray[np.int64]
    hops: NDArray[np.int64]


def _spread(
    chance: np.random.Generator, places: Floats, pairs: list[tuple[int, int]], reach: float
) -> _Spread:
    count = len(places)
    neighbours: list[list[int]] = [[] for _ in range(count)]
    for one, other in pairs:
        neighbours[one].append(other)
        neighbours[other].append(one)
    spread = _Spread(np.full(count, np.inf), np.full(count, -1), np.zeros(count, dtype=np.int64))
    order = [int(cell) for cell in chance.permutation(count)]
    roots = order[: count // CELLS_PER_ROOT + 1]
    late = [(2.0 + float(chance.random()), cell, -1) for cell in order]  # those that no cascade reaches
    queue = [((place + float(chance.random())) / len(roots), cell, -1) for place, cell in enumerate(roots)]
    queue += late
    heapq.heapify(queue)
    while queue:
        time, cell, parent = heapq.heappop(queue)
        if np.isfinite(spread.times[cell]):
            continue
        spread.times[cell], spread.parents[cell] = time, parent
        spread.hops[cell] = spread.hops[parent] + 1 if parent >= 0 else 0
        for other in neighbours[cell]:
            arrival = time + float(np.linalg.norm(places[other] - places[cell])) / reach
            heapq.heappush(queue, (arrival, other, cell))
    return spread


def joined_by_layers(
    chance: np.random.Generator, count: int, each: float, aspect: float
) -> tuple[Floats, list[tuple[int, int]]]:
    """Return places in layers, one after the other across a wide picture or up a tall one, and pairs."""
    layers = min(max(round(count**0.36), 3), 6)
    members = np.sort(np.arange(count) % layers)
    wide = aspect > 1
    places = np.empty((count, 3))
    for layer in range(layers):
        inside = np.flatnonzero(members == layer)
        share = np.sqrt((np.arange(len(inside)) + 0.5) / len(inside))
        turn = np.arange(len(inside)) * GOLDEN_ANGLE + layer
        along = np.full(len(inside), (layer / (layers - 1) - 0.5) * (7.6 if wide else 5.6))
        across, deep = (1.75 if wide else 1.5) * share * np.sin(turn), 2.1 * share * np.cos(turn)
        disc = (along, deep, across) if wide else (across, deep, along)
        places[inside] = np.stack(disc, axis=-1) + chance.normal(size=(len(inside), 3)) * 0.05
    joined = set()
    for layer in range(layers - 1):
        here, there = np.flatnonzero(members == layer), np.flatnonzero(members == layer + 1)
        for one in here:
            apart = np.linalg.norm(places[there] - places[one], axis=1)
            apart *= 1 + 0.6 * chance.random(len(there))
            joined |= {(int(one), int(there[other])) for other in np.argsort(apart)[: max(round(each), 1)]}
    return places @ _turned(0.45 if wide else 0.0) + (0.0, BEHIND, 0.0), sorted(joined)


def _turned(angle: float) -> Floats:
    """Return what turns places round the height: layers are seen aslant, as sheets and not as lines."""
    return np.array(
        [[np.cos(angle), np.sin(angle), 0.0], [-np.sin(angle), np.cos(angle), 0.0], [0.0, 0.0, 1.0]]
    )
