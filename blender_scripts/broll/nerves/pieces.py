"""Pieces of a mesh, such as bodies and tubes, and how they become one."""

from collections.abc import Mapping
from dataclasses import dataclass

import bpy
import numpy as np

from blender_scripts.broll.meshes import Floats, Whole, circle, hoses, mesh_of


@dataclass(frozen=True)
class Piece:
    """A part of a mesh.

    Attributes:
        vertices: n by 3.
        faces: m by 3, or m by 4, indices of them.
        marks: By name, a number for each vertex, or one for all.
    """

    vertices: Floats
    faces: Whole
    marks: Mapping[str, Floats | float]


def joined(name: str, pieces: list[Piece], material: bpy.types.Material) -> bpy.types.Mesh:
    """Return one mesh of pieces that have as many corners to a face, and the same marks, each."""
    counts = [len(piece.vertices) for piece in pieces]
    offsets = np.cumsum([0, *counts[:-1]])
    faces = np.concatenate([piece.faces + offset for piece, offset in zip(pieces, offsets, strict=True)])
    marks = {
        mark: np.concatenate(
            [
                np.broadcast_to(piece.marks[mark], (count,))
                for piece, count in zip(pieces, counts, strict=True)
            ]
        )
        for mark in pieces[0].marks
    }
    mesh = mesh_of(name, np.concatenate([piece.vertices for piece in pieces]), faces, **marks)
    mesh.materials.append(material)
    return mesh


def ball(divisions: int) -> tuple[Floats, Whole]:
    """Return vertices and triangles of a sphere of radius 1: 20 faces, four times as many per division."""
    vertices, faces = _icosahedron()
    for _ in range(divisions):
        sides = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
        edges, which = np.unique(sides, axis=0, return_inverse=True)
        middles = vertices[edges].sum(axis=1)
        between = len(vertices) + which.reshape(3, -1)
        vertices = np.concatenate([vertices, middles / np.linalg.norm(middles, axis=1, keepdims=True)])
        one, two, three = faces.T
        corners = (
            (one, between[0], between[2]),
            (two, between[1], between[0]),
            (three, between[2], between[1]),
        )
        faces = np.concatenate([np.stack(corner, axis=1) for corner in (*corners, tuple(between))])
    return vertices, faces


def _icosahedron() -> tuple[Floats, Whole]:
    """Return its top, two rings of five, and its bottom."""
    turns = np.arange(5) * (2 * np.pi / 5)
    high, wide = 1 / np.sqrt(5), 2 / np.sqrt(5)
    upper = np.stack([wide * np.cos(turns), wide * np.sin(turns), np.full(5, high)], axis=1)
    lower = -upper[[3, 4, 0, 1, 2]]
    vertices = np.concatenate([[[0.0, 0.0, 1.0]], upper, lower, [[0.0, 0.0, -1.0]]])
    here, after = np.arange(5), (np.arange(5) + 1) % 5
    top, bottom = np.zeros(5, dtype=np.int64), np.full(5, 11)
    faces = (
        (top, 1 + here, 1 + after),
        (1 + here, 6 + here, 1 + after),
        (1 + after, 6 + here, 6 + after),
        (6 + here, bottom, 6 + after),
    )
    return vertices, np.concatenate([np.stack(corners, axis=1) for corners in faces])


def tube(points: Floats, radii: Floats, marks: Mapping[str, Floats | float], sides: int) -> Piece:
    """Return a tube through points (n by 3), so thick at each; marks are per point. Its ends stay open."""
    along = np.gradient(points, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.eye(3)[np.argmin(np.abs(points[-1] - points[0]))]
    one = np.cross(along, across)
    one /= np.linalg.norm(one, axis=1, keepdims=True)
    other = np.cross(along, one)
    rings = points[:, None] + radii[:, None, None] * circle((one[:, None], other[:, None]), sides)
    spread = {name: np.repeat(np.broadcast_to(values, len(points)), sides) for name, values in marks.items()}
    return Piece(*hoses(rings[None]), spread)
