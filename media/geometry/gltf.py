"""A GLB file, parsed as if it were hostile: nothing is believed that its bytes do not bear out.

Khronos, glTF 2.0 specification: container 4.4. Standard library, pydantic and numpy only; nothing here
follows a reference out of the file.
"""

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from media.geometry.glb_format import BINARY_CHUNK, CHUNK_HEADER, FILE_HEADER, JSON_CHUNK, MAGIC, VERSION
from media.geometry.gltf_checks import check, refuse
from media.geometry.gltf_document import Document

MAX_JSON_BYTES = 256 * 2**20


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
        BadInput: It is cut short, inconsistent, depends on other files, or is more than Blender reads.
    """
    return parse_glb(path.read_bytes(), name)


def parse_glb(data: bytes, name: str) -> Gltf:
    """Check the bytes of a GLB; see `read_glb`."""
    text, binary = _chunks(data, name)
    _, document = document_of(text, name)
    check(document, len(binary), name)
    return Gltf(document, binary)


def document_of(text: bytes, name: str) -> tuple[dict[str, Any], Document]:
    """Return the JSON of a glTF as it is written, and as far as its structure was checked.

    It can take a hundred times its size in memory, so what strangers wrote is read in a child process.

    Raises:
        BadInput: It is no JSON, or not of that structure.
    """
    try:
        raw = json.loads(text, parse_constant=_refuse_constant)
        return raw, Document.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        refuse(name, "the glTF structure", f"{where}: {first['msg']}")
    except (ValueError, RecursionError) as error:
        refuse(name, "JSON", str(error)[:120])


def _refuse_constant(constant: str) -> NoReturn:
    """Refuse what Python takes for a number and Blender does not."""
    raise ValueError(f"{constant}, which is no number")


def _chunks(data: bytes, name: str) -> tuple[bytes, memoryview]:
    """Return the JSON chunk and the binary chunk, which may be empty."""
    if len(data) < FILE_HEADER + CHUNK_HEADER:
        refuse(name, "a GLB header of 20 bytes", f"a file of {len(data)} bytes")
    magic, version, length, json_length, json_kind = struct.unpack_from("<4s4I", data)
    if magic != MAGIC or version != VERSION:
        refuse(name, "glTF version 2", f"magic {magic!r}, version {version}")
    if length > len(data):
        refuse(name, f"{length} bytes, as its header says", f"{len(data)}: it was cut short")
    if length < len(data):
        refuse(name, f"{length} bytes, as its header says", f"{len(data)}: something follows its end")
    if json_kind != JSON_CHUNK or json_length > min(length - FILE_HEADER - CHUNK_HEADER, MAX_JSON_BYTES):
        refuse(name, "a JSON chunk within the file", f"a first chunk of {json_length} bytes")
    begin = FILE_HEADER + CHUNK_HEADER
    text, rest = data[begin : begin + json_length], begin + json_length
    if length - rest < CHUNK_HEADER:
        return text, memoryview(b"")
    binary_length, binary_kind = struct.unpack_from("<2I", data, rest)
    if binary_kind != BINARY_CHUNK or binary_length > length - rest - CHUNK_HEADER:
        refuse(name, "a binary chunk within the file", f"a second chunk of {binary_length} bytes")
    return text, memoryview(data)[rest + CHUNK_HEADER : rest + CHUNK_HEADER + binary_length]
