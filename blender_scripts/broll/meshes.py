"""Meshes from arrays, with marks: numbers at their points that materials read by their names."""

from collections.abc import Sequence

import bpy
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Axes = Sequence[Floats] | Floats  # directions in space, one by one


def mesh_of(name: str, points: Floats, faces: Whole, **marks: Floats) -> bpy.types.Mesh:
    """Return a mesh.

    Args:
        name: Of the mesh.
        points: (n, 3).
        faces: (m, corners): which points each goes round.
        **marks: For each point a number (n,) or three (n, 3), by the name that materials read it by.
    """
    mesh = bpy.data.meshes.new(name)
    count, corners = faces.shape
    mesh.vertices.add(len(points))
    mesh.vertices.foreach_set("co", points.astype(np.float32).ravel())
    mesh.loops.add(count * corners)
    mesh.loops.foreach_set("vertex_index", faces.astype(np.int32).ravel())
    mesh.polygons.add(count)
    mesh.polygons.foreach_set("loop_start", np.arange(0, count * corners, corners, dtype=np.int32))
    for mark, values in marks.items():
        write_mark(mesh, mark, values)
    mesh.update(calc_edges=True)
    return mesh


def write_mark(mesh: bpy.types.Mesh, name: str, values: Floats) -> None:
    """Give each point of a mesh a number, or three."""
    kind, field = ("FLOAT", "value") if values.ndim == 1 else ("FLOAT_VECTOR", "vector")
    mesh.attributes.new(name, kind, "POINT").data.foreach_set(field, values.astype(np.float32).ravel())


def tiles(rings: Floats) -> tuple[Floats, Whole]:
    """Return points and faces of polygons (n, corners, 3) of which none touches another."""
    count, corners = rings.shape[:2]
    return rings.reshape(-1, 3), np.arange(count * corners).reshape(count, corners)


def fans(centres: Floats, rings: Floats) -> tuple[Floats, Whole]:
    """Return points and triangles from each centre to its ring; the centre is each one's first point."""
    count, corners = rings.shape[:2]
    points = np.concatenate([centres[:, None], rings], axis=1).reshape(-1, 3)
    rim = np.arange(corners)
    fan = np.stack([np.zeros(corners, int), rim + 1, (rim + 1) % corners + 1], 1)
    return points, (np.arange(count)[:, None, None] * (corners + 1) + fan).reshape(-1, 3)


def hoses(rings: Floats) -> tuple[Floats, Whole]:
    """Return points and quads of tubes (n, steps, corners, 3), open at their ends."""
    count, steps, corners = rings.shape[:3]
    numbers = np.arange(count * steps * corners).reshape(count, steps, corners)
    here, beside = numbers[:, :-1], np.roll(numbers, -1, axis=2)[:, :-1]
    ahead, across = numbers[:, 1:], np.roll(numbers, -1, axis=2)[:, 1:]
    return rings.reshape(-1, 3), np.stack([here, beside, across, ahead], -1).reshape(-1, 4)


def circle(axes: Axes, corners: int) -> Floats:
    """Return points (…, corners, 3) of circles of radius 1 in planes of two axes (…, 1, 3) or (3,)."""
    angles = np.arange(corners) * (2 * np.pi / corners)
    return np.asarray(np.cos(angles)[:, None] * axes[0] + np.sin(angles)[:, None] * axes[1])


def discs(centres: Floats, radii: Floats, axes: Axes, corners: int) -> tuple[Floats, Whole]:
    """Return points and triangles of discs in planes of two axes, each disc's middle before its rim."""
    return fans(centres, centres[:, None] + circle(axes, corners) * radii[:, None, None])


def disc_mesh(
    name: str, centres: Floats, radii: Floats, axes: Axes, corners: int, **marks: Floats
) -> bpy.types.Mesh:
    """Return discs as a mesh, for points of light that a lens out of focus draws large and dim.

    A small bright thing far out of focus is met by few rays, and grainy; a disc that is as large and as dim
    as its image looks the same and needs few samples.

    Args:
        name: Of the mesh.
        centres: (n, 3).
        radii: (n,).
        axes: Two, in whose plane they lie.
        corners: Of each.
        **marks: For each disc a number (n,) or three (n, 3). One more, `reach`, is 0 in the middle of
            each and 1 at its rim.
    """
    spread = {mark: np.repeat(values, corners + 1, axis=0) for mark, values in marks.items()}
    reach = np.tile([0.0] + [1.0] * corners, len(centres))
    points, faces = discs(centres, radii, axes, corners)
    return mesh_of(name, points, faces, reach=reach, **spread)
