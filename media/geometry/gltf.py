"""A GLB file, parsed as if it were hostile: nothing is believed that its bytes do not bear out.

Khronos, glTF 2.0 specification: container 4.4, accessors 3.6.2.4, nodes 3.5. Standard library, pydantic and
numpy only; nothing here follows a reference out of the file.
"""

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from media.errors import BadInput
from media.geometry.gltf_document import Accessor, Document

JSON_CHUNK, BINARY_CHUNK = 0x4E4F534A, 0x004E4942
CHUNK_HEADER, FILE_HEADER = 8, 12
COMPONENT_BYTES = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}
COMPONENTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
MAX_JSON_BYTES = 256 * 2**20
# What Blender's importer refuses or reads wrongly is not here (EXT_meshopt_compression, KHR_texture_basisu).
READABLE_EXTENSIONS = (
    "KHR_draco_mesh_compression",
    "KHR_mesh_quantization",
    "KHR_materials_",
    "KHR_texture_transform",
    "KHR_lights_punctual",
    "EXT_texture_webp",
)


@dataclass(frozen=True)
class Gltf:
    """A checked GLB: every index, range and count in `document` is borne out by `binary`."""

    document: Document
    binary: memoryview


def read_glb(path: Path, name: str) -> Gltf:
    """Read and check a GLB.

    Args:
        path: The file.
        name: What its owner calls it.

    Raises:
        BadInput: It is cut short, inconsistent, or depends on other files.
    """
    return parse_glb(path.read_bytes(), name)


def parse_glb(data: bytes, name: str) -> Gltf:
    """Check the bytes of a GLB; see `read_glb`."""
    text, binary = _chunks(data, name)
    _, document = document_of(text, name)
    gltf = Gltf(document, binary)
    _check_self_contained(gltf, name)
    _check_ranges(gltf, name)
    _check_indices(gltf, name)
    _check_tree(document, name)
    return gltf


def document_of(text: bytes, name: str) -> tuple[dict[str, Any], Document]:
    """Return the JSON of a glTF as it is written, and as far as its structure was checked.

    Raises:
        BadInput: It is no JSON, or not of that structure.
    """
    try:
        raw = json.loads(text)
        return raw, Document.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        _refuse(name, "the glTF structure", f"{where}: {first['msg']}")
    except (ValueError, RecursionError) as error:
        _refuse(name, "JSON in its first chunk", str(error)[:120])


def _refuse(name: str, expected: str, found: str) -> NoReturn:
    raise BadInput(f"{name}: expected {expected}, found {found}; export the GLB again")


def _chunks(data: bytes, name: str) -> tuple[bytes, memoryview]:
    """Return the JSON chunk and the binary chunk, which may be empty."""
    if len(data) < FILE_HEADER + CHUNK_HEADER:
        _refuse(name, "a GLB header of 20 bytes", f"a file of {len(data)} bytes")
    magic, version, length, json_length, json_kind = struct.unpack_from("<4s4I", data)
    if magic != b"glTF" or version != 2:  # noqa: PLR2004 - the only version of the container
        _refuse(name, "glTF version 2", f"magic {magic!r}, version {version}")
    if length > len(data):
        _refuse(name, f"{length} bytes, as its header says", f"{len(data)}: it was cut short")
    if json_kind != JSON_CHUNK or json_length > min(length - FILE_HEADER - CHUNK_HEADER, MAX_JSON_BYTES):
        _refuse(name, "a JSON chunk within the file", f"a first chunk of {json_length} bytes")
    begin = FILE_HEADER + CHUNK_HEADER
    text, rest = data[begin : begin + json_length], begin + json_length
    if length - rest < CHUNK_HEADER:
        return text, memoryview(b"")
    binary_length, binary_kind = struct.unpack_from("<2I", data, rest)
    if binary_kind != BINARY_CHUNK or binary_length > length - rest - CHUNK_HEADER:
        _refuse(name, "a binary chunk within the file", f"a second chunk of {binary_length} bytes")
    return text, memoryview(data)[rest + CHUNK_HEADER : rest + CHUNK_HEADER + binary_length]


def _check_self_contained(gltf: Gltf, name: str) -> None:
    document = gltf.document
    uris = [buffer.uri for buffer in document.buffers] + [image.uri for image in document.images]
    outside = [uri for uri in uris if uri and not uri.startswith("data:")]
    if outside:
        raise BadInput(
            f"{name}: expected a GLB that holds everything, found references to other files "
            f"({', '.join(outside[:3])}); embed them when exporting"
        )
    for extension in document.extensions_required:
        if not extension.startswith(READABLE_EXTENSIONS):
            raise BadInput(
                f"{name}: expected a GLB that Blender can read, found the required extension {extension}; "
                "export without it"
            )


def _check_ranges(gltf: Gltf, name: str) -> None:
    """Check that every view lies in its buffer and every accessor in its view."""
    document = gltf.document
    for number, buffer in enumerate(document.buffers):
        if buffer.uri is None and buffer.byte_length > len(gltf.binary):
            found = f"{len(gltf.binary)} bytes of binary data"
            _refuse(name, f"{buffer.byte_length} bytes for buffer {number}", found)
    for number, view in enumerate(document.buffer_views):
        if view.buffer >= len(document.buffers):
            _refuse(name, f"buffer {view.buffer} for view {number}", f"{len(document.buffers)} buffers")
        if view.byte_offset + view.byte_length > document.buffers[view.buffer].byte_length:
            _refuse(
                name, f"view {number} within its buffer", f"it ends at {view.byte_offset + view.byte_length}"
            )
    for number, accessor in enumerate(document.accessors):
        _check_accessor(document, number, accessor, name)


def _check_accessor(document: Document, number: int, accessor: Accessor, name: str) -> None:
    if accessor.component_type not in COMPONENT_BYTES or accessor.type not in COMPONENTS:
        _refuse(name, f"a known type for accessor {number}", f"{accessor.component_type} {accessor.type}")
    if accessor.buffer_view is None:
        return
    if accessor.buffer_view >= len(document.buffer_views):
        _refuse(
            name,
            f"view {accessor.buffer_view} for accessor {number}",
            f"{len(document.buffer_views)} views",
        )
    view = document.buffer_views[accessor.buffer_view]
    item = COMPONENT_BYTES[accessor.component_type] * COMPONENTS[accessor.type]
    needed = accessor.byte_offset + (accessor.count - 1) * (view.byte_stride or item) + item
    if needed > view.byte_length:
        _refuse(name, f"{needed} bytes for accessor {number}", f"a view of {view.byte_length}")


def _check_indices(gltf: Gltf, name: str) -> None:
    """Check every reference between meshes, accessors, materials and nodes."""
    document = gltf.document
    for mesh in document.meshes:
        for primitive in mesh.primitives:
            used = [
                *primitive.attributes.values(),
                *(index for target in primitive.targets for index in target.values()),
                *([] if primitive.indices is None else [primitive.indices]),
            ]
            if any(index >= len(document.accessors) for index in used):
                _refuse(
                    name, f"accessors up to {max(used)} for mesh {mesh.name!r}", f"{len(document.accessors)}"
                )
            if primitive.material is not None and primitive.material >= len(document.materials):
                _refuse(name, f"material {primitive.material}", f"{len(document.materials)} materials")
    for node in document.nodes:
        if node.mesh is not None and node.mesh >= len(document.meshes):
            _refuse(name, f"mesh {node.mesh} for node {node.name!r}", f"{len(document.meshes)} meshes")


def _check_tree(document: Document, name: str) -> None:
    """Check that the shown nodes form trees: no node is reached twice, so none is its own ancestor."""
    if document.scene >= len(document.scenes):
        _refuse(name, f"scene {document.scene}", f"{len(document.scenes)} scenes")
    pending = list(document.scenes[document.scene].nodes)
    seen: set[int] = set()
    while pending:
        index = pending.pop()
        if index >= len(document.nodes):
            _refuse(name, f"node {index}", f"{len(document.nodes)} nodes")
        if index in seen:
            _refuse(name, "a tree of nodes", f"node {index} in two places or in a circle")
        seen.add(index)
        pending += document.nodes[index].children
