"""Shapes of machined and moulded parts: rounded slabs and frames, whose bevels catch the light.

Beside every bevel runs a narrow strip that is flat, so that smooth shading leaves the large faces even.
"""

import math

import bpy

Ring = list[tuple[float, float, float]]
Outline = tuple[float, float, float]  # width, depth, radius of the corners
_CORNER_STEPS = 6
_BEVEL_STEPS = 4
_STRIP = 0.15  # of the bevel


def slab(name: str, outline: Outline, height: float, bevel: float) -> bpy.types.Mesh:
    """Return a slab that stands on z = 0, its upper edge bevelled."""
    rings = [_ring(outline, inset, z) for inset, z in _edge(height, bevel)]
    return _lofted(name, rings, is_capped=True)


def frame(name: str, outer: Outline, inner: Outline, height: float, bevel: float) -> bpy.types.Mesh:
    """Return a frame that stands on z = 0, both its upper edges bevelled."""
    rings = [_ring(outer, inset, z) for inset, z in _edge(height, bevel)]
    rings += [_ring(inner, -inset, z) for inset, z in reversed(_edge(height, bevel))]
    return _lofted(name, rings, is_capped=False)


def ball(name: str, radius: float) -> bpy.types.Mesh:
    """Return a ball about the origin."""
    turns = [math.pi * (step / 10 - 0.5) for step in range(1, 10)]
    rings = [
        _ring((2 * radius, 2 * radius, radius), radius * (1 - math.cos(turn)), radius * math.sin(turn))
        for turn in turns
    ]
    return _lofted(name, rings, is_capped=True)


def _edge(height: float, bevel: float) -> list[tuple[float, float]]:
    """Return inset and height of the rings from the foot to the flat top."""
    strip = bevel * _STRIP
    turns = [math.pi / 2 * step / _BEVEL_STEPS for step in range(_BEVEL_STEPS + 1)]
    arc = [(bevel * (1 - math.cos(turn)), height - bevel * (1 - math.sin(turn))) for turn in turns]
    return [(0.0, 0.0), (0.0, height - bevel - strip), *arc, (bevel + strip, height)]


def _ring(outline: Outline, inset: float, z: float) -> Ring:
    width, depth, radius = outline
    radius = max(radius - inset, radius * 0.05)
    x, y = width / 2 - inset - radius, depth / 2 - inset - radius
    corners = ((x, y, 0.0), (-x, y, 0.5), (-x, -y, 1.0), (x, -y, 1.5))
    return [
        (cx + radius * math.cos(turn), cy + radius * math.sin(turn), z)
        for cx, cy, start in corners
        for turn in (math.pi * (start + step / _CORNER_STEPS / 2) for step in range(_CORNER_STEPS + 1))
    ]


def _lofted(name: str, rings: list[Ring], *, is_capped: bool) -> bpy.types.Mesh:
    count = len(rings[0])
    faces: list[tuple[int, ...]] = [
        (base + at, base + (at + 1) % count, base + count + (at + 1) % count, base + count + at)
        for base in range(0, count * (len(rings) - 1), count)
        for at in range(count)
    ]
    if is_capped:
        last = count * (len(rings) - 1)
        faces.append(tuple(range(last, last + count)))
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([point for ring in rings for point in ring], [], faces)
    mesh.polygons.foreach_set("use_smooth", [True] * len(faces))
    return mesh
