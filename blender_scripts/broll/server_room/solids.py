"""Many small solids as one mesh: boxes and tubes, each with a tint and a pulse that shaders read."""

import math
from collections.abc import Sequence

import bpy
import numpy as np
from mathutils import Vector

from blender_scripts.broll.palette import Rgb

Point = tuple[float, float, float]
TINT = "tint"
PULSE = "pulse"
STEADY: Point = (0.0, 0.0, 0.0)
_FACES = np.array(
    [(0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)], dtype=np.int32
)


class Solids:
    """Solids that become one mesh of quads.

    A mesh of thousands of them costs Blender one object, and shaders tell them apart by two attributes of
    their faces: `TINT`, a colour, and `PULSE`, three numbers of which the material makes what it likes.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._points: list[Point] = []
        self._quads: list[Sequence[int]] = []
        self._looks: list[tuple[int, Rgb, Point]] = []

    def box(self, low: Point, high: Point, material: int, tint: Rgb, pulse: Point = STEADY) -> None:
        """Add a box along the axes between two corners, made of the material of this index."""
        base = len(self._points)
        (a, b, c), (x, y, z) = low, high
        self._points += [
            (a, b, c),
            (x, b, c),
            (x, y, c),
            (a, y, c),
            (a, b, z),
            (x, b, z),
            (x, y, z),
            (a, y, z),
        ]
        self._quads += (_FACES + base).tolist()
        self._looks += [(material, tint, pulse)] * len(_FACES)

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

    def mesh(self, name: str, materials: Sequence[bpy.types.Material]) -> bpy.types.Mesh:
        """Return the mesh of them all."""
        mesh = bpy.data.meshes.new(name)
        mesh.from_pydata(self._points, [], self._quads)
        for material in materials:
            mesh.materials.append(material)
        count = len(self._quads)
        numbers = np.fromiter((look[0] for look in self._looks), np.int32, count)
        mesh.polygons.foreach_set("material_index", numbers)
        tints = np.array([(*look[1], 1.0) for look in self._looks], np.float32)
        mesh.attributes.new(TINT, "FLOAT_COLOR", "FACE").data.foreach_set("color", tints.ravel())
        pulses = np.array([look[2] for look in self._looks], np.float32)
        mesh.attributes.new(PULSE, "FLOAT_VECTOR", "FACE").data.foreach_set("vector", pulses.ravel())
        mesh.update()
        return mesh
