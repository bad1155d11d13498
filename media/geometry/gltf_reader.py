"""Read glTF with files beside it: a child process of its own, since JSON takes a hundred times its size.

    python -m media.geometry.witness gltf_reader job.json

The job says `folder`, `name`, and either `scenes`, places in the folder, or `scene` and `target`, a place and
the GLB to pack it into. Reports one JSON line on file descriptor 3: {"event": "refused", "found": …} or
{"event": "done", "needed": [[place, …], …]}, in the order of `scenes`.

Khronos, glTF 2.0 specification: URIs 2.8, buffers 3.6.1, images 3.8. What a file refers to is in its folder,
or it is refused. Blender never sees a reference: its own importer follows `..`, absolute and encoded paths.
"""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from media.errors import BadInput
from media.geometry.embedded import SCHEME, embedded
from media.geometry.glb_format import MAX_BINARY_BYTES
from media.geometry.glb_writer import Layout, write_glb
from media.geometry.gltf import MAX_JSON_BYTES, document_of
from media.geometry.gltf_accessor import BufferSpec
from media.geometry.gltf_document import Document, Image
from media.picture_header import BEGIN_BYTES, header_of
from media.reference import BadReference, resolved, shown

REPORT_FD = 3
PICTURES = ("image/png", "image/jpeg", "image/webp")


def main(argv: list[str]) -> None:
    """Do the job in the JSON file `argv[1]`."""
    job = json.loads(Path(argv[1]).read_text())
    folder, name = Path(job["folder"]), job["name"]
    needed = []
    try:
        for scene in job.get("scenes", ()):
            files = files_named_in(folder / scene, folder, name)
            needed.append(sorted(file.relative_to(folder).as_posix() for file in files))
        if "target" in job:
            pack(folder / job["scene"], folder, Path(job["target"]), name)
        answer = {"event": "done", "needed": needed}
    except BadInput as refusal:
        answer = {"event": "refused", "found": str(refusal)}
    with os.fdopen(REPORT_FD, "w") as reports:
        reports.write(json.dumps(answer) + "\n")


def files_named_in(path: Path, folder: Path, name: str) -> set[Path]:
    """Return the files within `folder` that a glTF needs.

    Raises:
        BadInput: It is damaged, or names a file that is not there or that lies elsewhere.
    """
    _, document = _read(path, name)
    uris = [buffer.uri for buffer in document.buffers] + [image.uri for image in document.images]
    outside = [uri for uri in uris if uri is not None and not uri.startswith(SCHEME)]
    return {_file(uri, path, folder, name) for uri in outside}


def pack(path: Path, folder: Path, target: Path, name: str) -> None:
    """Write a glTF and everything that it needs as one GLB.

    Args:
        path: The glTF (JSON).
        folder: What no reference may leave.
        target: Where the GLB goes.
        name: What its owner calls it.

    Raises:
        BadInput: It is damaged, or names a file that is too short, not there or elsewhere.
    """
    raw, document = _read(path, name)
    layout = Layout()
    starts = []
    for number, buffer in enumerate(document.buffers):
        source = _source(buffer, path, folder, name)
        _check_length(source, buffer, number, name)
        starts.append(layout.add(source, buffer.byte_length))
    views = [_moved_view(raw, document, number, starts, name) for number in range(len(document.buffer_views))]
    for number, image in enumerate(document.images):
        if image.uri is not None:
            source = _source(image, path, folder, name)
            length = _length(source)
            views.append({"buffer": 0, "byteOffset": layout.add(source, length), "byteLength": length})
            inside = {"bufferView": len(views) - 1, "mimeType": _picture_type(source, name)}
            raw["images"][number] = _without(raw["images"][number], "uri") | inside
    if layout.size > MAX_BINARY_BYTES:
        raise BadInput(
            f"{name}: expected at most {MAX_BINARY_BYTES} bytes of buffers and pictures, found more"
        )
    raw = _without(raw, "buffers", "bufferViews")
    if views:
        raw |= {"buffers": [{"byteLength": layout.size}], "bufferViews": views}
    write_glb(target, raw, layout)


def _read(path: Path, name: str) -> tuple[dict[str, Any], Document]:
    """Return a glTF as it is written, and as far as its structure was checked."""
    if (size := path.stat().st_size) > MAX_JSON_BYTES:
        raise BadInput(
            f"{name}: expected at most {MAX_JSON_BYTES} bytes of JSON, found {size}; pack it as GLB"
        )
    return document_of(path.read_bytes(), name)


def _without(thing: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in thing.items() if key not in keys}


def _file(uri: str, path: Path, folder: Path, name: str) -> Path:
    """Return the file that a URI names. Its query or fragment would name no file, so it has none."""
    wrong = re.search(r"[?#]", uri)
    try:
        return resolved("" if wrong else unquote(uri, errors="surrogateescape"), path, folder)
    except BadReference as error:
        found = f"a reference with a query or a fragment ({shown(uri)})" if wrong else error
        raise BadInput(
            f"{name}: expected the files that it needs beside it, found {found}; "
            "pack it as one .glb, or zip it with its files"
        ) from error


def _source(thing: BufferSpec | Image, path: Path, folder: Path, name: str) -> Path | bytes:
    """Return the file that a buffer or image is in, or its bytes if it is embedded."""
    if thing.uri is None:
        raise BadInput(f"{name}: expected a URI for every buffer, found one without; export it again")
    if thing.uri.startswith(SCHEME):
        return embedded(thing.uri, name)
    return _file(thing.uri, path, folder, name)


def _length(source: Path | bytes) -> int:
    return len(source) if isinstance(source, bytes) else source.stat().st_size


def _check_length(source: Path | bytes, buffer: BufferSpec, number: int, name: str) -> None:
    if (found := _length(source)) < buffer.byte_length:
        where = shown(source.name) if isinstance(source, Path) else "its embedded data"
        raise BadInput(
            f"{name}: expected {buffer.byte_length} bytes for buffer {number} in {where}, found {found}; "
            "export it again"
        )


def _moved_view(
    raw: dict[str, Any], document: Document, number: int, starts: list[int], name: str
) -> dict[str, Any]:
    """Return a view as it stands in the one buffer that is left."""
    view = document.buffer_views[number]
    if view.buffer >= len(starts):
        raise BadInput(
            f"{name}: expected buffer {view.buffer} for view {number}, found {len(starts)} buffers"
        )
    if view.byte_offset + view.byte_length > document.buffers[view.buffer].byte_length:
        raise BadInput(f"{name}: expected view {number} within its buffer, found that it ends after it")
    # An extension of a view holds a compressed copy in a buffer of its own; the plain one is kept.
    kept = _without(raw["bufferViews"][number], "extensions")
    return kept | {"buffer": 0, "byteOffset": starts[view.buffer] + view.byte_offset}


def _picture_type(source: Path | bytes, name: str) -> str:
    """Return the media type of a picture by its first bytes, whatever it is called."""
    if isinstance(source, bytes):
        begin, called = source, "an embedded one"
    else:
        with source.open("rb") as file:
            begin, called = file.read(BEGIN_BYTES), shown(source.name)
    header = header_of(begin)
    if header is None or header.media_type not in PICTURES:
        found = f"{header.media_type if header else 'something else'} ({called})"
        raise BadInput(f"{name}: expected PNG, JPEG or WebP pictures, found {found}; export it again")
    return header.media_type


if __name__ == "__main__":
    main(sys.argv)
