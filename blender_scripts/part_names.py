"""What the parts of the open file are called: by Blender, and by the people who made them.

A part is an object that shows a mesh, or that places a prototype.
"""

import json
import struct
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bpy

from blender_scripts.name_pattern import identifiers_for, without_number

_GLB_HEADER = struct.Struct("<12xI4x")
_ROOT = "Model"  # of our USD master, media/geometry/usd_master.py
_CUT_AT = 50
"""Blender cuts long names, and more where it numbers them; so much of an identifier is left at least."""


@dataclass(frozen=True)
class _Place:
    """A node of a GLB: its name and its mesh's, if it has one, and the nodes below by their identifiers."""

    names: tuple[str, ...]
    below: "dict[str, _Place]" = field(default_factory=dict)


def names_of_parts(glb: Path | None) -> dict[str, tuple[str, ...]]:
    """Return every part's names by its object's, first the one that is most likely its product's.

    Of a USD that we made, they are those in its GLB.
    """
    if glb is None:
        return _names_in_blender()
    found: dict[str, tuple[str, ...]] = {}
    below: dict[str, list[bpy.types.Object]] = defaultdict(list)
    for thing in bpy.data.objects:
        if thing.parent is not None:
            below[thing.parent.name].append(thing)
    pending = [(_ROOT, _tree(glb))]
    while pending:
        parent, places = pending.pop()
        for thing in below[parent]:
            place = _place_of(thing, places)
            if thing.instance_collection is not None:
                found[thing.name] = place.names or (without_number(thing.name),)
            pending.append((thing.name, place.below))
    return found


def _tree(glb: Path) -> dict[str, _Place]:
    """Return the nodes of a GLB of ours by the identifiers that our USD master gives them."""
    with glb.open("rb") as file:
        (length,) = _GLB_HEADER.unpack(file.read(_GLB_HEADER.size))
        document: dict[str, Any] = json.loads(file.read(length))
    nodes, meshes = document["nodes"], document.get("meshes", [])
    top: dict[str, _Place] = {}
    pending = [(top, document["scenes"][document.get("scene", 0)]["nodes"])]
    while pending:
        level, indices = pending.pop()
        siblings = [nodes[index] for index in indices]
        identifiers = identifiers_for(node.get("name", "") for node in siblings)
        for identifier, node in zip(identifiers, siblings, strict=True):
            place = level[identifier] = _place(node, meshes)
            pending.append((place.below, node.get("children", [])))
    return top


def _place(node: Mapping[str, Any], meshes: list[dict[str, Any]]) -> _Place:
    names = [meshes[node["mesh"]].get("name", "")] if "mesh" in node else []
    return _Place(tuple(name for name in [*names, node.get("name", "")] if name))


def _place_of(thing: bpy.types.Object, places: Mapping[str, _Place]) -> _Place:
    """Return the node that became an object, or what all have in common that may have."""
    identifier = without_number(thing.name)
    if identifier in places:
        return places[identifier]
    if len(identifier) < _CUT_AT:
        return _Place(())
    alike = [place for name, place in places.items() if name.startswith(identifier)]
    if len(alike) == 1:
        return alike[0]
    common = set.intersection(*(set(place.names) for place in alike)) if alike else set()
    return _Place(tuple(sorted(common)))


def _names_in_blender() -> dict[str, tuple[str, ...]]:
    """Return names by what was imported: an object's, its mesh's, and that of what holds nothing else."""
    children: dict[str, int] = defaultdict(int)
    for thing in bpy.data.objects:
        if thing.parent is not None:
            children[thing.parent.name] += 1
    found: dict[str, tuple[str, ...]] = {}
    for thing in bpy.data.objects:
        if thing.type != "MESH" and thing.instance_collection is None:
            continue
        names = [*([thing.data.name] if thing.data else []), thing.name]
        holder = thing.parent
        if holder is not None and children[holder.name] == 1 and holder.type == "EMPTY":
            names.insert(0, holder.name)
        found[thing.name] = tuple(
            dict.fromkeys(each for name in names for each in (without_number(name), name))
        )
    return found
