"""Other materials for some parts: what they share with others is copied first, so that the others stay."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import bpy

from blender_scripts.background import colour_of, scene_linear
from blender_scripts.job import MaterialOverride
from blender_scripts.materials import plain_material
from blender_scripts.name_pattern import NONE, NamePattern, last_matches, without_number
from blender_scripts.part_names import names_of_parts

_MOST_NAMES_TOLD = 20
_LONGEST_NAME_TOLD = 200


def override_materials(overrides: Sequence[MaterialOverride], names: Path | None) -> dict[str, object]:
    """Give parts other materials; `names` is the GLB that has their names, if there is one.

    Returns what to tell of patterns that no part matches: nothing if there are none.
    """
    parts = names_of_parts(names)
    patterns = [NamePattern(override.parts) for override in overrides]
    chosen, matched = last_matches(parts, patterns)
    _Painter(overrides, chosen).paint()
    unmatched = [override.parts for number, override in enumerate(overrides) if number not in matched]
    if not unmatched:
        return {}
    known = _in_order(parts.values())
    told = known[:_MOST_NAMES_TOLD]
    return {"unmatched": unmatched, "part_names": told, "more_part_names": len(known) - len(told)}


def _in_order(parts: Iterable[tuple[str, ...]]) -> list[str]:
    """Return the names of parts, products before what is placed of them."""
    first: set[str] = set()
    others: set[str] = set()
    for name, *more in parts:
        first.add(_told(name))
        others |= {_told(each) for each in more}
    return [*sorted(first), *sorted(others - first)]


def _told(name: str) -> str:
    return without_number(name)[:_LONGEST_NAME_TOLD]


class _Painter:
    """Copies each mesh and each prototype at most once for each override that is seen on it."""

    def __init__(self, overrides: Sequence[MaterialOverride], chosen: Mapping[str, int]) -> None:
        self._chosen = chosen
        self._materials = [_material(override) for override in overrides]
        self._meshes: dict[tuple[str, int], bpy.types.Mesh] = {}
        self._prototypes: dict[tuple[str, int], bpy.types.Collection] = {}
        self._placed = {thing.name: thing.instance_collection for thing in bpy.data.objects}

    def paint(self) -> None:
        """Paint what was chosen. Prototypes are copied before anything in them is painted for everybody."""
        things = [bpy.data.objects[name] for name in self._chosen]
        for thing in things:
            if placed := self._placed[thing.name]:
                thing.instance_collection = self._prototype(placed, self._chosen[thing.name])
        for thing in things:
            if thing.type == "MESH":
                self._paint_mesh(thing, self._chosen[thing.name])

    def _prototype(self, original: bpy.types.Collection, number: int) -> bpy.types.Collection:
        """Return a prototype's copy in another material, save for what in it has a later one."""
        key = (original.name, number)
        if key not in self._prototypes:
            copy = self._prototypes[key] = original.copy()
            for child in list(copy.children):
                copy.children.unlink(child)
                copy.children.link(self._prototype(child, number))
            for thing in list(copy.objects):
                copy.objects.unlink(thing)
                copy.objects.link(self._copied(thing, number))
        return self._prototypes[key]

    def _copied(self, thing: bpy.types.Object, number: int) -> bpy.types.Object:
        number = max(number, self._chosen.get(thing.name, NONE))
        copy = thing.copy()
        if copy.type == "MESH":
            self._paint_mesh(copy, number)
        if placed := self._placed[thing.name]:
            copy.instance_collection = self._prototype(placed, number)
        return copy

    def _paint_mesh(self, thing: bpy.types.Object, number: int) -> None:
        key = (thing.data.name, number)
        if key not in self._meshes:
            copy = self._meshes[key] = thing.data.copy()
            for slot in range(len(copy.materials)):
                copy.materials[slot] = self._materials[number]
            if not copy.materials:
                copy.materials.append(self._materials[number])
        thing.data = self._meshes[key]
        for slot in thing.material_slots:
            slot.link = "DATA"


def _material(override: MaterialOverride) -> bpy.types.Material:
    colour = scene_linear(colour_of(override.color))
    return plain_material(f"override {override.parts}"[:50], colour, override.metallic, override.roughness)
