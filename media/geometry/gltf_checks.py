"""What must hold of a glTF's JSON before its numbers are read or Blender sees it.

Khronos, glTF 2.0 specification: nodes 3.5, accessors 3.6.2; EXT_mesh_gpu_instancing.
"""

from typing import NoReturn

import numpy as np

from media.errors import BadInput
from media.geometry.gltf_accessor import COMPONENTS, DTYPES, UNSIGNED, Accessor
from media.geometry.gltf_document import INSTANCE_TYPES, Document, Instancing, Primitive
from media.geometry.gltf_readable import check_readable


def refuse(name: str, expected: str, found: str) -> NoReturn:
    """Refuse a file that is not sound. Raises `BadInput`, always."""
    raise BadInput(f"{name}: expected {expected}, found {found}; export it again")


def check(document: Document, binary_length: int, name: str) -> None:
    """Check that nothing lies outside the file or its `binary_length` bytes, and that Blender takes it.

    Raises:
        BadInput: It does not hold; the sentence says what.
    """
    check_readable(document, name)
    _check_ranges(document, binary_length, name)
    for mesh in document.meshes:
        for primitive in mesh.primitives:
            _check_primitive(document, primitive, mesh.name, name)
    _check_nodes(document, name)
    _check_tree(document, name)


def _check_ranges(document: Document, binary_length: int, name: str) -> None:
    """Check that every view lies in its buffer and every accessor in its view."""
    for number, buffer in enumerate(document.buffers):
        if buffer.uri is None and buffer.byte_length > binary_length:
            found = f"{binary_length} bytes of binary data"
            refuse(name, f"{buffer.byte_length} bytes for buffer {number}", found)
    for number, view in enumerate(document.buffer_views):
        if view.buffer >= len(document.buffers):
            refuse(name, f"buffer {view.buffer} for view {number}", f"{len(document.buffers)} buffers")
        if view.byte_offset + view.byte_length > document.buffers[view.buffer].byte_length:
            refuse(
                name, f"view {number} within its buffer", f"it ends at {view.byte_offset + view.byte_length}"
            )
    for number, accessor in enumerate(document.accessors):
        _check_accessor(document, number, accessor, name)
        _check_sparse(document, number, accessor, name)


def _check_sparse(document: Document, number: int, accessor: Accessor, name: str) -> None:
    """Check that the elements that replace others are there, and no more than can be replaced."""
    if accessor.replaced is None:
        return
    where, what = accessor.replaced
    if where.component_type not in UNSIGNED:
        refuse(name, f"whole numbers of sparse elements for accessor {number}", f"{where.component_type}")
    if where.count > accessor.count:
        refuse(name, f"at most {accessor.count} sparse elements for accessor {number}", f"{where.count}")
    for part in (where, what):
        _check_accessor(document, number, part, name)


def _check_accessor(document: Document, number: int, accessor: Accessor, name: str) -> None:
    if accessor.component_type not in DTYPES or accessor.type not in COMPONENTS:
        refuse(name, f"a known type for accessor {number}", f"{accessor.component_type} {accessor.type}")
    if accessor.buffer_view is None:
        return
    if accessor.buffer_view >= len(document.buffer_views):
        found = f"{len(document.buffer_views)} views"
        refuse(name, f"view {accessor.buffer_view} for accessor {number}", found)
    view = document.buffer_views[accessor.buffer_view]
    item = np.dtype(DTYPES[accessor.component_type]).itemsize * COMPONENTS[accessor.type]
    needed = accessor.byte_offset + (accessor.count - 1) * (view.byte_stride or item) + item
    if needed > view.byte_length:
        refuse(name, f"{needed} bytes for accessor {number}", f"a view of {view.byte_length}")


def _check_primitive(document: Document, primitive: Primitive, mesh: str, name: str) -> None:
    used = [
        *primitive.attributes.values(),
        *(index for target in primitive.targets for index in target.values()),
        *([] if primitive.indices is None else [primitive.indices]),
    ]
    if any(index >= len(document.accessors) for index in used):
        refuse(name, f"accessors up to {max(used)} for mesh {mesh!r}", f"{len(document.accessors)}")
    if primitive.indices is not None:
        indices = document.accessors[primitive.indices]
        if indices.type != "SCALAR" or indices.component_type not in UNSIGNED:
            refuse(name, f"whole numbers for mesh {mesh!r}", f"{indices.component_type} {indices.type}")
    if primitive.material is not None and primitive.material >= len(document.materials):
        refuse(name, f"material {primitive.material}", f"{len(document.materials)} materials")


def _check_nodes(document: Document, name: str) -> None:
    for node in document.nodes:
        if node.mesh is not None and node.mesh >= len(document.meshes):
            refuse(name, f"mesh {node.mesh} for node {node.name!r}", f"{len(document.meshes)} meshes")
        if node.instancing is not None:
            _check_instances(document, node.instancing, node.name, name)


def _check_instances(document: Document, instancing: Instancing, node: str, name: str) -> None:
    """Check that as many instances are moved as turned and scaled."""
    counts = set()
    for attribute, index in instancing.places.items():
        accessor = document.accessors[index] if index < len(document.accessors) else None
        if accessor is None or accessor.type != INSTANCE_TYPES[attribute]:
            found = "none" if accessor is None else accessor.type
            refuse(name, f"{INSTANCE_TYPES[attribute]} for the instances of node {node!r}", found)
        counts.add(accessor.count)
    if len(counts) > 1:
        refuse(name, f"one number of instances for node {node!r}", f"{sorted(counts)}")


def _check_tree(document: Document, name: str) -> None:
    """Check that the nodes form trees, those that are not drawn too: Blender makes all of them."""
    count = len(document.nodes)
    if document.scene >= len(document.scenes):
        refuse(name, f"scene {document.scene}", f"{len(document.scenes)} scenes")
    children = {child for node in document.nodes for child in node.children}
    highest = max(children.union(*(scene.nodes for scene in document.scenes)), default=0)
    if highest >= max(count, 1):
        refuse(name, f"node {highest}", f"{count} nodes")
    reached = _reached(document, [index for index in range(count) if index not in children], name)
    if len(reached) < count:
        found = min(set(range(count)) - reached)
        refuse(name, "a tree of nodes", f"node {found} in two places or in a circle")
    _reached(document, document.roots, name)


def _reached(document: Document, roots: list[int], name: str) -> set[int]:
    """Return the nodes from `roots` down; each is to be there once."""
    pending = list(roots)
    seen: set[int] = set()
    while pending:
        index = pending.pop()
        if index in seen:
            refuse(name, "a tree of nodes", f"node {index} in two places or in a circle")
        seen.add(index)
        pending += document.nodes[index].children
    return seen
