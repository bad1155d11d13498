"""Traces of a circuit board: bundles of parallel lanes that fan out from a chip's edges with bends of 45°."""

import math
from dataclasses import dataclass
from random import Random

import bpy
import numpy as np

from blender_scripts.broll.meshes import write_mark

Point = tuple[float, float]
_HALF_BEND = math.tan(math.radians(22.5))


@dataclass(frozen=True)
class Trace:
    """One lane, from the chip outwards.

    Attributes:
        points: Where it runs.
        marks: Numbers that every point of it carries for the shader, by name.
    """

    points: tuple[Point, ...]
    marks: dict[str, float]


def fanned_out(
    chance: Random, half_side: float, start: float, pitch: float, reach: float
) -> list[list[Point]]:
    """Return lanes that leave one side of a chip (towards +Y), none of which cross.

    Outer bundles bend first and go farthest aside; all lanes of a bundle keep their distance through a bend.
    """
    lanes: list[list[Point]] = []
    for side in (-1, 1):
        edge, bend, aside = half_side, half_side + 0.12, chance.uniform(0.75, 0.95)
        while edge > 2 * pitch:
            count = min(chance.randint(3, 7), int(edge / pitch) - 1)
            for number in range(count):
                x = side * (edge - number * pitch)
                corner = bend + number * pitch * _HALF_BEND
                end = reach * chance.uniform(0.5, 1.0)
                lanes.append(
                    [
                        (x, start),
                        (x, corner),
                        (x + side * aside, corner + aside),
                        (x + side * aside, corner + aside + end),
                    ]
                )
            edge -= (count + chance.choice((1, 1, 2))) * pitch
            bend += chance.uniform(0.05, 0.12) + 0.3 * pitch * count
            aside *= chance.uniform(0.55, 0.8)
    return lanes


def turned(points: list[Point], quarter: int) -> tuple[Point, ...]:
    """Return points turned by quarters of a circle."""
    for _ in range(quarter % 4):
        points = [(-y, x) for x, y in points]
    return tuple(points)


def trace_mesh(name: str, traces: list[Trace], width: float, height: float) -> bpy.types.Mesh:
    """Return all traces as one mesh of low ridges; a point carries `reach` (from the chip) and its marks."""
    section = ((-0.5, 0.0), (-0.36, 1.0), (0.36, 1.0), (0.5, 0.0))
    points, faces, marks = [], [], {name: [] for name in ("reach", *traces[0].marks)}  # type: ignore[var-annotated]
    for trace in traces:
        reach = 0.0
        for at, (x, y) in enumerate(trace.points):
            across = _mitre(trace.points, at)
            reach += math.dist(trace.points[at - 1], (x, y)) if at else 0.0
            base = len(points)
            points += [
                (x + across[0] * width * side, y + across[1] * width * side, height * up)
                for side, up in section
            ]
            if at:
                faces += [
                    (base - 4 + edge, base - 3 + edge, base + 1 + edge, base + edge) for edge in range(3)
                ]
            for mark, value in {"reach": reach, **trace.marks}.items():
                marks[mark] += [value] * 4
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(points, [], faces)
    for mark, values in marks.items():
        write_mark(mesh, mark, np.array(values))
    return mesh


def _mitre(points: tuple[Point, ...], at: int) -> Point:
    """Return the way across at a point, longer in a bend so that the width stays."""
    ways = []
    for one, other in ((at - 1, at), (at, at + 1)):
        if one >= 0 and other < len(points):
            length = math.dist(points[one], points[other])
            ways.append([(b - a) / length for a, b in zip(points[one], points[other], strict=True)])
    x, y = (sum(way[axis] for way in ways) for axis in (0, 1))
    length = math.hypot(x, y)
    straight = length / len(ways)  # the cosine of half the bend
    return -y / length / straight, x / length / straight
