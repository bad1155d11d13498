"""What is etched on a die: cores, of blocks, of rows of memory and of logic. Flat, in two layers."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

import bpy

_LANE = 0.0045  # between cores: where light is brightest
_SLIT = 0.0011  # between blocks
_SMALLEST = 0.010
_ROW = 0.0026
_DEPTH = 0.00025
_MARKS = ("tone", "light", "edge", "hue", "order")


@dataclass(frozen=True)
class Patch:
    """A rectangle: its lower left corner, its size, its height and what it carries for the shader."""

    x: float
    y: float
    width: float
    depth: float
    z: float = 0.0
    tone: float = 0.0
    light: float = 0.0
    edge: float = 0.0
    hue: float = 0.0
    order: float = 0.0

    def shrunk(self, by: float) -> "Patch":
        """Return it narrower by so much on all sides."""
        return replace(
            self, x=self.x + by, y=self.y + by, width=self.width - 2 * by, depth=self.depth - 2 * by
        )


def cores_mesh(name: str, chance: Random, size: tuple[float, float], grid: tuple[int, int]) -> bpy.types.Mesh:
    """Return all cores of a die about the origin, the inner ones waking first."""
    across, deep = grid
    width, depth = (side - 0.016 for side in size)
    patches: list[Patch] = []
    for at in range(across * deep):
        column, row = at % across, at // across
        outwards = math.hypot((column + 0.5) / across - 0.5, (row + 0.5) / deep - 0.5) / 0.64
        order = min(max(outwards + chance.uniform(-0.12, 0.12), 0.0), 1.0)
        place = Patch(
            column * width / across - width / 2,
            row * depth / deep - depth / 2,
            width / across,
            depth / deep,
            order=order,
            hue=chance.uniform(0.0, 0.8),
        )
        patches += _core(chance, place)
    return _mesh(name, patches)


def _core(chance: Random, whole: Patch) -> Iterator[Patch]:
    """Yield a core's ground, which shines through all slits, and the blocks on it."""
    yield replace(whole.shrunk(_LANE * 0.2), z=-_DEPTH, light=2.2, tone=0.5)
    for block in _blocks(chance, whole.shrunk(_LANE / 2)):
        kind = chance.random()
        if kind < 0.38 and min(block.width, block.depth) > 3 * _ROW:  # noqa: PLR2004 - taste
            yield from _memory(chance, block)
        else:
            bright = chance.random() < 0.07  # noqa: PLR2004 - taste
            yield replace(
                block.shrunk(_SLIT / 2),
                tone=chance.random(),
                light=0.5 if bright else chance.choice((0.0, 0.004, 0.02)),
                edge=0.7 if bright else chance.choice((0.02, 0.08, 0.25)),
                hue=2.0 if bright and chance.random() < 0.4 else block.hue + chance.uniform(0, 0.2),  # noqa: PLR2004
            )


def _blocks(chance: Random, whole: Patch) -> Iterator[Patch]:
    """Yield a rectangle's parts, cut across its longer side again and again."""
    longer = max(whole.width, whole.depth)
    if longer < 2 * _SMALLEST or (longer < 5 * _SMALLEST and chance.random() < 0.16):  # noqa: PLR2004 - taste
        yield whole
        return
    share = chance.choice((0.5, 0.5, 0.36, 0.64))
    if whole.width >= whole.depth:
        cut = whole.width * share
        parts = replace(whole, width=cut), replace(whole, x=whole.x + cut, width=whole.width - cut)
    else:
        cut = whole.depth * share
        parts = replace(whole, depth=cut), replace(whole, y=whole.y + cut, depth=whole.depth - cut)
    for part in parts:
        yield from _blocks(chance, part)


def _memory(chance: Random, block: Patch) -> Iterator[Patch]:
    """Yield rows of memory: even strips of nearly one tone."""
    block = block.shrunk(_SLIT / 2)
    tone, light = chance.random(), chance.choice((0.004, 0.02, 0.06))
    lies = block.width >= block.depth
    count = max(int((block.depth if lies else block.width) / _ROW), 1)
    for row in range(count):
        marks = {"tone": tone + 0.12 * (row % 2), "light": light * (1.0 + 0.5 * (row % 3 == 0))}
        if lies:
            step = block.depth / count
            yield replace(block, y=block.y + row * step, depth=step * 0.82, **marks)
        else:
            step = block.width / count
            yield replace(block, x=block.x + row * step, width=step * 0.82, **marks)


def _mesh(name: str, patches: list[Patch]) -> bpy.types.Mesh:
    points = [
        (x, y, one.z)
        for one in patches
        for x, y in (
            (one.x, one.y),
            (one.x + one.width, one.y),
            (one.x + one.width, one.y + one.depth),
            (one.x, one.y + one.depth),
        )
    ]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(points, [], [tuple(range(at, at + 4)) for at in range(0, len(points), 4)])
    corners = [0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0] * len(patches)
    mesh.uv_layers.new(name="patch").data.foreach_set("uv", corners)
    for mark in _MARKS:
        values = [getattr(one, mark) for one in patches]
        mesh.attributes.new(mark, "FLOAT", "FACE").data.foreach_set("value", values)
    return mesh
