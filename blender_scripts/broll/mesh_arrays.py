"""Meshes from arrays, with numbers at their points that a material can read."""

import bpy
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def mesh_of(name: str, points: Array, faces: NDArray[np.int64], **attributes: Array) -> bpy.types.Mesh:
    """Return a mesh.

    Args:
        name: Of the mesh.
        points: (n, 3).
        faces: (m, corners): which points each goes round.
        **attributes: For each point a number (n,) or a colour (n, 3), by the name that materials read it by.
    """
    mesh = bpy.data.meshes.new(name)
    count, corners = faces.shape
    mesh.vertices.add(len(points))
    mesh.vertices.foreach_set("co", points.astype(np.float32).ravel())
    mesh.loops.add(count * corners)
    mesh.loops.foreach_set("vertex_index", faces.astype(np.int32).ravel())
    mesh.polygons.add(count)
    mesh.polygons.foreach_set("loop_start", np.arange(0, count * corners, corners, dtype=np.int32))
    for key, values in attributes.items():
        kind, field = ("FLOAT", "value") if values.ndim == 1 else ("FLOAT_VECTOR", "vector")
        attribute = mesh.attributes.new(key, kind, "POINT")
        attribute.data.foreach_set(field, values.astype(np.float32).ravel())
    mesh.update(calc_edges=True)
    return mesh


def tiles(rings: Array) -> tuple[Array, NDArray[np.int64]]:
    """Return points and faces of polygons (n, corners, 3) of which none touches another."""
    count, corners = rings.shape[:2]
    return rings.reshape(-1, 3), np.arange(count * corners).reshape(count, corners)


def fans(centres: Array, rings: Array) -> tuple[Array, NDArray[np.int64]]:
    """Return points and triangles from each centre to its ring; the centre is each one's first point."""
    count, corners = rings.shape[:2]
    points = np.concatenate([centres[:, None], rings], axis=1).reshape(-1, 3)
    rim = np.arange(corners)
    fan = np.stack([np.zeros(corners, int), rim + 1, (rim + 1) % corners + 1], 1)
    return points, (np.arange(count)[:, None, None] * (corners + 1) + fan).reshape(-1, 3)


def hoses(rings: Array) -> tuple[Array, NDArray[np.int64]]:
    """Return points and quads of tubes (n, steps, corners, 3), open at their ends."""
    count, steps, corners = rings.shape[:3]
    numbers = np.arange(count * steps * corners).reshape(count, steps, corners)
    here, beside = numbers[:, :-1], np.roll(numbers, -1, axis=2)[:, :-1]
    ahead, across = numbers[:, 1:], np.roll(numbers, -1, axis=2)[:, 1:]
    return rings.reshape(-1, 3), np.stack([here, beside, across, ahead], -1).reshape(-1, 4)
