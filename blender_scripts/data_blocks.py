"""Every data-block of the open file, and every part of one that can name a file."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import bpy

_SUBTYPES = ("FILE_PATH", "DIR_PATH")
# Of the user interface or of where something came from; nothing of a render reads them.
_UNREAD = ("screens", "window_managers", "workspaces")
_UNREAD_STRUCTS = (
    "LibraryWeakReference",
    "ImagePackedFile",
    "Depsgraph",
)  # the last is what was made of all this


def data_blocks() -> Iterator[tuple[str, Any]]:
    """Yield every data-block of the open file and of its libraries, node trees inside others too.

    Each comes with the name that people know it by: a tree inside another bears the other's.
    """
    for collection in bpy.data.bl_rna.properties:
        if collection.type != "COLLECTION" or collection.identifier in _UNREAD:
            continue
        for block in list(getattr(bpy.data, collection.identifier)):
            yield block.name, block
            # A node group is found by its own name; only a tree inside a material or the like is not.
            tree = getattr(block, "node_tree", None)
            if tree is not None and tree.is_embedded_data:
                yield block.name, tree


def node_trees() -> Iterator[tuple[str, Any]]:
    """Yield every node tree, whoever uses it, as `data_blocks` does."""
    return (pair for pair in data_blocks() if isinstance(pair[1], bpy.types.NodeTree))


class PathProperties:
    """Finds what can name a file by what Blender says about its own types, so that no kind is forgotten."""

    def __init__(self) -> None:
        self._leading = _types_that_lead_to_paths()

    def of(self, block: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - any data-block
        """Yield each struct of a data-block with each of its properties that names a file or folder."""
        seen = set()
        stack = [block]
        while stack:
            struct = stack.pop()
            key = (struct.bl_rna.identifier, struct.as_pointer())
            if key in seen:
                continue
            seen.add(key)
            for prop in struct.bl_rna.properties:
                if prop.type == "STRING" and prop.subtype in _SUBTYPES:
                    yield struct, prop
                elif prop.type in ("POINTER", "COLLECTION") and self._leads(prop.fixed_type):
                    stack.extend(_parts(struct, prop))

    def _leads(self, kind: Any) -> bool:  # noqa: ANN401 - Blender's types have no public type
        return kind.identifier in self._leading


def _parts(struct: Any, prop: Any) -> list[Any]:  # noqa: ANN401 - the same
    """Return what a property holds; data-blocks are left out, since each is looked at by itself."""
    value = getattr(struct, prop.identifier, None)
    found = [value] if prop.type == "POINTER" else list(value or ())
    return [part for part in found if part is not None and not isinstance(part, bpy.types.ID)]


def _types_that_lead_to_paths() -> set[str]:
    """Return the names of the types that name files, by themselves, by a subtype or by what they hold."""
    holders = defaultdict(set)
    leading = set()
    kinds = [kind for name in dir(bpy.types) if hasattr(kind := getattr(bpy.types, name), "bl_rna")]
    blocks = {kind.bl_rna.identifier for kind in kinds if issubclass(kind, bpy.types.ID)}
    for rna in [kind.bl_rna for kind in kinds]:
        if rna.identifier in _UNREAD_STRUCTS:
            continue
        if rna.base is not None:
            holders[rna.identifier].add(rna.base.identifier)
        for prop in rna.properties:
            if prop.type == "STRING" and prop.subtype in _SUBTYPES:
                leading.add(rna.identifier)
            elif prop.type in ("POINTER", "COLLECTION") and prop.fixed_type.identifier not in blocks:
                holders[prop.fixed_type.identifier].add(rna.identifier)
    fresh = list(leading)
    while fresh:
        more = holders[fresh.pop()] - leading
        leading |= more
        fresh.extend(more)
    return leading


def tree_and_groups(tree: bpy.types.NodeTree) -> Iterator[bpy.types.NodeTree]:
    """Yield a node tree and those of the groups in it, each once."""
    seen, waiting = set(), [tree]
    while waiting:
        one = waiting.pop()
        if one.as_pointer() in seen:
            continue
        seen.add(one.as_pointer())
        yield one
        waiting += [inner for node in one.nodes if (inner := getattr(node, "node_tree", None))]
