"""The shapes of nerve cells: bodies drawn out where fibres leave them, fibres, and twigs that end freely."""

from collections.abc import Mapping

import numpy as np

from blender_scripts.broll.meshes import Floats
from blender_scripts.broll.nerves.pieces import Piece, ball, tube

SIDES = 7
_HILLOCK = 0.8  # how far a body is drawn out towards a fibre, in radii
_NARROW = 60.0  # how narrow a hillock is
_LUMPS = 0.13


def body(chance: np.random.Generator, towards: Floats, marks: Mapping[str, float], divisions: int) -> Piece:
    """Return a cell's body of radius 1; `towards` (n by 3, of length 1) are where fibres and twigs leave."""
    vertices, faces = ball(divisions)
    waves = chance.normal(size=(5, 3)) * 1.8
    lumps = np.sin(vertices @ waves.T + chance.random(5) * 6.3).mean(axis=1)
    drawn = np.exp(_NARROW * (vertices @ towards.T - 1.0)).sum(axis=1)
    sizes = 1.0 + _LUMPS * lumps + _HILLOCK * np.minimum(drawn, 1.5)
    return Piece(vertices * sizes[:, None], faces, marks)


def bent(chance: np.random.Generator, start: Floats, end: Floats, bend: float, count: int = 28) -> Floats:
    """Return points from start to end, on a curve that wanders aside by about `bend` of its length."""
    share = np.linspace(0.0, 1.0, count)[:, None]
    length = float(np.linalg.norm(end - start))
    aside = chance.normal(size=(4, 3)) * length * bend * np.array([[1.0], [0.55], [0.25], [0.14]])
    waves = np.sin(np.pi * share * np.array([[1.0, 2.0, 3.0, 5.0]]))
    points: Floats = start + (end - start) * share + waves @ aside
    return points


def fibre(
    points: Floats, radii: tuple[float, float], thin: float, marks: Mapping[str, Floats | float]
) -> Piece:
    """Return a fibre between two cells of such radii: thick where it leaves them, thin between."""
    distance = run(points)
    length = distance[-1]
    roots = [
        0.34 * radius * np.exp(-((away - radius) / (1.1 * radius)).clip(0.0))
        for radius, away in zip(radii, (distance, length - distance), strict=True)
    ]
    thickness = thin + roots[0] + roots[1]
    root = np.exp(-distance / (2.5 * radii[0])) + np.exp(-(length - distance) / (2.5 * radii[1]))
    return tube(points, thickness, {**marks, "distance": distance, "root": root}, SIDES)


def twig(points: Floats, thick: float, marks: Mapping[str, Floats | float]) -> Piece:
    """Return a twig that thins out to nothing."""
    distance = run(points)
    share = distance / distance[-1]
    thickness = thick * ((1.0 - share) ** 1.3 * 0.85 + 0.15) * (1.0 - share**8)
    root = np.exp(-share * 4.0)
    return tube(points, thickness.clip(1e-4), {**marks, "distance": distance, "root": root}, 5)


def run(points: Floats) -> Floats:
    """Return how far each point of a curve is from its beginning, along it."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])
