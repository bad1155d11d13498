"""Nerve tissue: cells, the fibres between them, and the twigs that grow from each."""

from dataclasses import dataclass

import numpy as np

from blender_scripts.broll.meshes import Floats
from blender_scripts.broll.nerves.network import Firing
from blender_scripts.broll.nerves.pieces import Piece
from blender_scripts.broll.nerves.shapes import bent, body, fibre, twig

_BEND, _TIDY_BEND, _TIDY_THICKNESS = 0.055, 0.025, 0.6
_STEPS = 14  # of a twig
_FINE = 3.5  # what is not farther than this behind what is in focus is seen sharp, and gets more faces


@dataclass(frozen=True)
class Cells:
    """Cells that are to grow.

    Attributes:
        places: Where they are, n by 3.
        radii: How large.
        tints: How far from the first to the second colour each is.
        wild: Whether fibres wander and twigs grow; otherwise everything is as tidy as in a diagram.
    """

    places: Floats
    radii: Floats
    tints: Floats
    wild: bool


def grow_tissue(chance: np.random.Generator, cells: Cells, found: Firing) -> tuple[list[Piece], list[Piece]]:
    """Return the cells' bodies, and all fibres and twigs.

    The marks that a shader reads: `tint`, `start` and `carries` of both; of bodies `radius` and the middle's
    `X`, `Y` and `Z`; of threads `distance` and `root`.
    """
    threads: list[Piece] = []
    leaving: list[list[Floats]] = [[] for _ in cells.places]
    for link in found.links:
        ends = [link.source, link.target]
        points = bent(
            chance, cells.places[link.source], cells.places[link.target], _BEND if cells.wild else _TIDY_BEND
        )
        tints = np.linspace(float(cells.tints[link.source]), float(cells.tints[link.target]), len(points))
        marks: dict[str, Floats | float] = {
            "tint": tints,
            "start": float(found.starts[link.source]),
            "carries": float(link.carries),
        }
        one, other = map(float, cells.radii[ends])
        thin = chance.uniform(0.012, 0.022) if link.carries else chance.uniform(0.007, 0.014)
        if not cells.wild:
            one, other, thin = one * _TIDY_THICKNESS, other * _TIDY_THICKNESS, thin * _TIDY_THICKNESS
        threads.append(fibre(points, (one, other), thin, marks))
        for end, near in zip(ends, (points[2], points[-3]), strict=True):
            leaving[end].append(unit(near - cells.places[end]))
    bodies = []
    for cell, ways in enumerate(leaving):
        for way in unit(chance.normal(size=(int(chance.integers(3, 7)) * cells.wild, 3))):
            ways.append(way)
            threads += _twigs(chance, cells, cell, way)
        bodies.append(_body(chance, cells, cell, found, np.array(ways)))
    return bodies, threads


def unit(vectors: Floats) -> Floats:
    """Return vectors of length 1 (along the last axis)."""
    found: Floats = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return found


def _body(chance: np.random.Generator, cells: Cells, cell: int, found: Firing, ways: Floats) -> Piece:
    place, radius = cells.places[cell], float(cells.radii[cell])
    marks = {
        "tint": float(cells.tints[cell]),
        "start": float(found.starts[cell]),
        "carries": float(found.fires[cell]),
        "radius": radius,
        **{axis: float(part) for axis, part in zip("XYZ", place, strict=True)},
    }
    shape = body(chance, ways, marks, divisions=3 + (cell == 0) if place[1] < _FINE else 2)
    return Piece(place + shape.vertices * radius, shape.faces, shape.marks)


def _twigs(chance: np.random.Generator, cells: Cells, cell: int, way: Floats) -> list[Piece]:
    """Return a twig and what branches off it."""
    radius = float(cells.radii[cell])
    marks = {"tint": float(cells.tints[cell]), "start": 0.0, "carries": 0.0}
    begin = cells.places[cell] + way * 0.6 * radius
    points = _wandering(chance, begin, way, radius * chance.uniform(3.0, 7.0))
    grown = [twig(points, 0.2 * radius, marks)]
    for at in chance.integers(4, 11, size=int(chance.integers(1, 4))):
        aside = unit(unit(points[at + 1] - points[at]) + 0.7 * chance.normal(size=3))
        side = _wandering(chance, points[at], aside, radius * chance.uniform(1.2, 3.2))
        grown.append(twig(side, 0.14 * radius * (1 - at / _STEPS), marks))
    return grown


def _wandering(chance: np.random.Generator, start: Floats, way: Floats, length: float) -> Floats:
    """Return points of a curve that sets out one way and wanders."""
    ways = [way]
    for _ in range(_STEPS - 1):
        ways.append(unit(ways[-1] + 0.2 * chance.normal(size=3)))
    return np.concatenate([start[None], start + np.cumsum(np.array(ways), axis=0) * (length / _STEPS)])
