"""Many small solids as one mesh: boxes and tubes, each with a tint and a pulse that shaders read."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import bpy
import numpy as np
from mathutils import Vector

from blender_scripts.broll.palette import Rgb
from blender_scripts.broll.server_room.light import Numbers, Strip, light_on

Point = tuple[float, float, float]
TINT = "tint"
PULSE = "pulse"
STEADY: Point = (0.0, 0.0, 0.0)
SHINING = 1  # the index of the material that is not lit but shines
_CELL = 0.15  # metres: light changes evenly over no more than this, but along y it does not change at all


@dataclass(frozen=True)
class Finish:
    """What solids are made of, and what lights them.

    Attributes:
        materials: In the order of their indices; that of the index `SHINING` is lit by nothing.
        strips: What lights all else.
        x: Where in the aisle the solids' own x = 0 is.
    """

    materials: Sequence[bpy.types.Material]
    strips: Sequence[Strip]
    x: float = 0.0


class Solids:
    """Solids that become one mesh of quads.

    A mesh of thousands of them costs Blender one object, and shaders tell them apart by two attributes:
    `TINT`, a colour at each corner, and `PULSE`, three numbers a face. Of what shines, the numbers say how it
    blinks, see `materials.lamps`. Of all else the tint is lit; the first number is what the material makes of
    it, the second how much of the light is kept off, the third how much more off faces along the aisle.
    """

    def __init__(self, *, has_backs: bool = True) -> None:
        """Begin with none, of which no box has a face towards -x if nobody ever sees one."""
        self._has_backs = has_backs
        self._points: list[Point] = []
        self._quads: list[Sequence[int]] = []
        self._looks: list[tuple[int, Rgb, Point]] = []

    def box(self, low: Point, high: Point, material: int, tint: Rgb, pulse: Point = STEADY) -> None:
        """Add a box along the axes between two corners, made of the material of this index."""
        (a, b, c), (x, y, z) = low, high
        across, up = list(pairwise(_cuts(a, x))), list(pairwise(_cuts(c, z)))
        for bottom, top in up:
            self._quad((x, b, bottom), (x, y, bottom), (x, y, top), (x, b, top))
            if self._has_backs:
                self._quad((a, y, bottom), (a, b, bottom), (a, b, top), (a, y, top))
        for left, right in across:
            self._quad((left, b, z), (right, b, z), (right, y, z), (left, y, z))
            self._quad((left, y, c), (right, y, c), (right, b, c), (left, b, c))
        for (left, right), (bottom, top) in product(across, up):
            self._quad((left, b, bottom), (right, b, bottom), (right, b, top), (left, b, top))
            self._quad((right, y, bottom), (left, y, bottom), (left, y, top), (right, y, top))
        self._looks += [(material, tint, pulse)] * (len(self._quads) - len(self._looks))

    def tube(self, path: Sequence[Point], radius: float, material: int, tint: Rgb, sides: int = 6) -> None:
        """Add a tube along a path that never runs straight up, open at its ends."""
        base = len(self._points)
        for number, place in enumerate(path):
            ahead = Vector(path[min(number + 1, len(path) - 1)]) - Vector(path[max(number - 1, 0)])
            across = ahead.cross(Vector((0.31, 0.17, 1.0))).normalized()
            other = across.cross(ahead).normalized()
            for side in range(sides):
                turn = math.tau * side / sides
                self._points.append(
                    tuple(Vector(place) + radius * (math.cos(turn) * across + math.sin(turn) * other))
                )
        for number in range(len(path) - 1):
            for side in range(sides):
                here, there = base + number * sides, base + (number + 1) * sides
                following = (side + 1) % sides
                self._quads.append((here + side, there + side, there + following, here + following))
        self._looks += [(material, tint, STEADY)] * ((len(path) - 1) * sides)

    def mesh(self, name: str, finish: Finish) -> bpy.types.Mesh:
        """Return the mesh of them all, lit."""
        mesh = bpy.data.meshes.new(name)
        mesh.from_pydata(self._points, [], self._quads)
        for material in finish.materials:
            mesh.materials.append(material)
        numbers = np.array([look[0] for look in self._looks], np.int32)
        mesh.polygons.foreach_set("material_index", numbers)
        tints = np.repeat([(*look[1], 1.0) for look in self._looks], 4, axis=0)
        dull = np.repeat(numbers != SHINING, 4)
        tints[dull, :3] *= self._lit(finish)[dull]
        mesh.attributes.new(TINT, "FLOAT_COLOR", "CORNER").data.foreach_set(
            "color", tints.astype(np.float32).ravel()
        )
        pulses = np.array([look[2] for look in self._looks], np.float32)
        mesh.attributes.new(PULSE, "FLOAT_VECTOR", "FACE").data.foreach_set("vector", pulses.ravel())
        mesh.update()
        return mesh

    def _lit(self, finish: Finish) -> Numbers:
        """Return the light on the corners (4 n, 3) of the n faces."""
        corners = np.array(self._points)[np.array(self._quads)]
        normals = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        pulses = np.array([look[2] for look in self._looks])
        share = np.clip(1 - pulses[:, 1] - pulses[:, 2] * np.abs(normals[:, 1]), 0.0, 1.0)
        places = corners.reshape(-1, 3) + np.array((finish.x, 0.0, 0.0))
        light = light_on(finish.strips, places, np.repeat(normals, 4, axis=0))
        return np.asarray(light * np.repeat(share, 4)[:, np.newaxis])

    def _quad(self, *corners: Point) -> None:
        base = len(self._points)
        self._points += corners
        self._quads.append(range(base, base + 4))


def _cuts(low: float, high: float) -> list[float]:
    """Return where a side is cut so that light changes evenly over each piece, its ends included."""
    pieces = max(math.ceil((high - low) / _CELL - 1e-6), 1)
    return [*(low + (high - low) * number / pieces for number in range(pieces)), high]
