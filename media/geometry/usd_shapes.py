"""Points and triangles of one mesh or shape of a USD scene, as Blender's import makes them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from pxr import Usd, UsdGeom, Vt

TIME = Usd.TimeCode.EarliestTime()
# Triangles that Blender makes of each shape; tests/blender_scripts/test_usd.py compares them.
SHAPES = {
    UsdGeom.Cube: 12,
    UsdGeom.Sphere: 180,
    UsdGeom.Cylinder: 40,
    UsdGeom.Cylinder_1: 40,
    UsdGeom.Cone: 30,
    UsdGeom.Capsule: 160,
    UsdGeom.Capsule_1: 160,
    UsdGeom.Plane: 2,
}

Array = npt.NDArray[np.float64]
Points = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Part:
    """A different part: where it is first seen, its triangles, its points, the corners of their box."""

    prim: Usd.Prim
    triangles: int
    points: Points = field(default_factory=lambda: np.empty((0, 3)))
    corners: Array = field(default_factory=lambda: np.empty((0, 3)))


def measured(prim: Usd.Prim) -> Part | None:
    """Measure a prim with a surface; None if its kind is not drawn, no triangles if it is empty."""
    if prim.IsA(UsdGeom.Mesh):
        points, triangles = _points_of(prim), _triangles_of(prim)
    elif shape := next((shape for shape in SHAPES if prim.IsA(shape)), None):
        points, triangles = _corners(_extent_of(prim)), SHAPES[shape]
    else:
        return None
    if not len(points) or not triangles:
        return Part(prim, 0)
    return Part(prim, triangles, points, _corners(np.stack([points.min(axis=0), points.max(axis=0)])))


def _points_of(mesh: Usd.Prim) -> Points:
    """Return a mesh's points (n, 3), none if it states none."""
    points = UsdGeom.Mesh(mesh).GetPointsAttr().Get(TIME)
    return np.array(points) if isinstance(points, Vt.Vec3fArray) else np.empty((0, 3))


def _triangles_of(mesh: Usd.Prim) -> int:
    """Return how many triangles a mesh's polygons make."""
    counts = UsdGeom.Mesh(mesh).GetFaceVertexCountsAttr().Get(TIME)
    if not isinstance(counts, Vt.IntArray):
        return 0
    return int(np.maximum(np.array(counts, dtype=int) - 2, 0).sum())


def _extent_of(shape: Usd.Prim) -> Array:
    """Return the box of a shape (2, 3) by its radius, height and axis."""
    extent = UsdGeom.Boundable.ComputeExtentFromPlugins(UsdGeom.Boundable(shape), TIME)
    return np.array(extent, dtype=float).reshape(-1, 3)


def _corners(box: Points) -> Array:
    """Return the corners (8, 3) of a box (2, 3), none of an empty one."""
    return np.array(np.meshgrid(*box.T), dtype=float).reshape(3, -1).T
