"""Normals of a mesh: those that point nowhere are replaced by what the triangles say."""

import numpy as np
import numpy.typing as npt

from media.geometry.mesh_model import Floats, Indices

SHORTEST = 1e-6


def sound(normals: Floats) -> npt.NDArray[np.bool_]:
    """Say which normals (n, 3) point somewhere."""
    with np.errstate(over="ignore", invalid="ignore"):
        lengths = np.linalg.norm(normals, axis=1)
    usable: npt.NDArray[np.bool_] = np.isfinite(lengths) & (lengths > SHORTEST)
    return usable


def of_triangles(corners: Floats) -> Floats:
    """Return the normals (m, 3) of triangles (m, 3, 3), as long as twice their area."""
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def of_length_one(normals: Floats, points: Floats, triangles: Indices) -> Floats:
    """Return normals (n, 3) of length 1.

    Args:
        normals: One for each point; one that points nowhere becomes that of the triangles at its point.
        points: The points (n, 3).
        triangles: Which points make a triangle (m, 3).
    """
    usable = sound(normals)
    if not usable.all():
        sums, faces = np.zeros_like(points), of_triangles(points[triangles])
        for corner in range(3):
            np.add.at(sums, triangles[:, corner], faces)
        normals = np.where(usable[:, None], normals, sums)
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    somewhere = np.isfinite(lengths) & (lengths > 0)
    unit: Floats = np.where(somewhere, normals, (0.0, 0.0, 1.0)) / np.where(somewhere, lengths, 1.0)
    return unit
