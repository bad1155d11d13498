"""Meshes of many small things at once, with numbers at each vertex that a shader reads."""

from collections.abc import Mapping
from dataclasses import dataclass

import bmesh
import bpy
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Piece:
    """A part of a mesh.

    Attributes:
        vertices: n × 3.
        faces: m × 3 or m × 4 indices of them.
        marks: By name, a number for each vertex, or one for all.
    """

    vertices: Floats
    faces: Whole
    marks: Mapping[str, Floats | float]


def mesh_of(name: str, pieces: list[Piece], material: bpy.types.Material) -> bpy.types.Mesh:
    """Return one smooth mesh of pieces that have as many corners to a face, and the same marks, each."""
    counts = [len(piece.vertices) for piece in pieces]
    offsets = np.cumsum([0, *counts[:-1]])
    faces = np.concatenate([piece.faces + offset for piece, offset in zip(pieces, offsets, strict=True)])
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(sum(counts))
    mesh.vertices.foreach_set("co", np.concatenate([piece.vertices for piece in pieces]).ravel())
    mesh.loops.add(faces.size)
    mesh.loops.foreach_set("vertex_index", faces.ravel().astype(np.int32))
    mesh.polygons.add(len(faces))
    mesh.polygons.foreach_set("loop_start", np.arange(0, faces.size, faces.shape[1], dtype=np.int32))
    mesh.polygons.foreach_set("use_smooth", np.ones(len(faces), dtype=bool))
    for mark in pieces[0].marks:
        values = [
            np.broadcast_to(piece.marks[mark], (count,)) for piece, count in zip(pieces, counts, strict=True)
        ]
        data = mesh.attributes.new(mark, "FLOAT", "POINT").data
        data.foreach_set("value", np.concatenate(values).astype(np.float32))
    mesh.update(calc_edges=True)
    mesh.materials.append(material)
    return mesh


def ball(divisions: int) -> tuple[Floats, Whole]:
    """Return vertices and triangles of a sphere of radius 1: 20 faces, four times as many per division."""
    grown = bmesh.new()
    bmesh.ops.create_icosphere(grown, subdivisions=divisions + 1, radius=1.0)
    vertices = np.array([vertex.co for vertex in grown.verts])
    faces = np.array([[vertex.index for vertex in face.verts] for face in grown.faces])
    grown.free()
    return vertices, faces


def tube(points: Floats, radii: Floats, marks: Mapping[str, Floats | float], sides: int) -> Piece:
    """Return a tube through points (n × 3), so thick at each; marks are per point. Its ends stay open."""
    along = np.gradient(points, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.eye(3)[np.argmin(np.abs(points[-1] - points[0]))]
    one = np.cross(along, across)
    one /= np.linalg.norm(one, axis=1, keepdims=True)
    other = np.cross(along, one)
    turns = np.arange(sides) * (2 * np.pi / sides)
    ring = one[:, None] * np.cos(turns)[:, None] + other[:, None] * np.sin(turns)[:, None]
    vertices = (points[:, None] + radii[:, None, None] * ring).reshape(-1, 3)
    start = np.arange(len(points) - 1)[:, None] * sides
    here, there = np.arange(sides), (np.arange(sides) + 1) % sides
    corners = (start + here, start + there, start + sides + there, start + sides + here)
    spread = {name: np.repeat(np.broadcast_to(values, len(points)), sides) for name, values in marks.items()}
    return Piece(vertices, np.stack(corners, axis=-1).reshape(-1, 4), spread)


def discs(places: Floats, radii: Floats, marks: Mapping[str, Floats], sides: int = 20) -> list[Piece]:
    """Return flat round things that face -Y, with a mark `edge` that is 0 in the middle and 1 at the rim."""
    turns = np.arange(sides) * (2 * np.pi / sides)
    rim = np.stack([np.cos(turns), np.zeros(sides), np.sin(turns)], axis=-1)
    flat = np.concatenate([np.zeros((1, 3)), rim])
    around = np.arange(sides)
    faces = np.stack([np.zeros(sides, dtype=np.int64), 1 + around, 1 + (around + 1) % sides], axis=-1)
    edge = np.concatenate([[0.0], np.ones(sides)])
    return [
        Piece(
            place + flat * radius,
            faces,
            {"edge": edge, **{name: float(values[number]) for name, values in marks.items()}},
        )
        for number, (place, radius) in enumerate(zip(places, radii, strict=True))
    ]
