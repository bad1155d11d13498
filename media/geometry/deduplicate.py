"""Turn the GLB that OCCT writes into one for the web and for us.

OCCT writes one mesh per placed part, which only share their accessors; it writes no metallic and roughness,
so that glTF's defaults make parts dark; and it names what has no name after entries of its own tree. Only
the JSON changes here; the binary chunk, which holds each distinct part once, is copied as it is.
"""

import json
import struct
from pathlib import Path
from typing import Any

from media.geometry.glb_format import CHUNK_HEADER, FILE_HEADER, JSON_CHUNK, MAGIC, VERSION
from media.geometry.gltf_document import TRIANGLES
from media.geometry.materials import finish_of
from media.geometry.names import first_real_name

GENERATOR = "rendermill"
DEFAULT_COLOUR = (0.53, 0.54, 0.56, 1.0)  # linear; a light steel for parts without a colour of their own

Json = dict[str, Any]


def deduplicate(source: Path, target: Path) -> None:
    """Write `source`, as OCCT wrote it, to `target`: meshes shared, finishes explicit, names readable.

    Args:
        source: GLB by OCCT's RWGltf.
        target: GLB to write.

    Raises:
        OSError: OCCT could not write all of it, which it does not say itself.
    """
    data = source.read_bytes()
    length, json_length = struct.unpack_from("<2I", data, 8)
    if length != len(data):
        raise OSError(
            f"{source}: OCCT should have written {length} bytes, not {len(data)}: is the disk full?"
        )
    document: Json = json.loads(data[20 : 20 + json_length])
    document["asset"] = {"version": "2.0", "generator": GENERATOR}
    _leave_triangles_alone(document)
    _name_everything(document)
    _share_meshes(document)
    _drop_unused_accessors(document)
    _finish_materials(document)
    target.write_bytes(packed(document, data[20 + json_length :]))


def _leave_triangles_alone(document: Json) -> None:
    """Leave out the points and lines of a designer's construction, which no renderer draws."""
    for mesh in document.get("meshes", []):
        mesh["primitives"] = [part for part in mesh["primitives"] if part.get("mode", TRIANGLES) == TRIANGLES]
    for node in document["nodes"]:
        if "mesh" in node and not document["meshes"][node["mesh"]]["primitives"]:
            del node["mesh"]


def _name_everything(document: Json) -> None:
    meshes = document.get("meshes", [])
    for number, mesh in enumerate(meshes, 1):
        mesh["name"] = first_real_name(mesh.get("name", ""), f"Part {number}")
    for node in document["nodes"]:
        product = meshes[node["mesh"]]["name"] if "mesh" in node else ""
        node["name"] = first_real_name(node.get("name", ""), product, "Assembly")


def _share_meshes(document: Json) -> None:
    """Fuse meshes that draw the same accessors with the same materials."""
    kept: list[Json] = []
    place: dict[str, int] = {}
    new_index: dict[int, int] = {}
    for index, mesh in enumerate(document.get("meshes", [])):
        if not mesh["primitives"]:
            continue
        key = json.dumps(mesh["primitives"], sort_keys=True)
        if key not in place:
            place[key] = len(kept)
            kept.append(mesh)
        new_index[index] = place[key]
    for node in document["nodes"]:
        if "mesh" in node:
            node["mesh"] = new_index[node["mesh"]]
    document["meshes"] = kept


def _drop_unused_accessors(document: Json) -> None:
    """Leave no accessor behind that only points or lines had."""
    primitives = [part for mesh in document["meshes"] for part in mesh["primitives"]]
    used = sorted({index for part in primitives for index in (part["indices"], *part["attributes"].values())})
    place = {old: new for new, old in enumerate(used)}
    for part in primitives:
        part["indices"] = place[part["indices"]]
        part["attributes"] = {name: place[index] for name, index in part["attributes"].items()}
    document["accessors"] = [document["accessors"][index] for index in used]


def _finish_materials(document: Json) -> None:
    """Give every primitive a material with explicit metallic and roughness."""
    materials: list[Json] = document.setdefault("materials", [])
    bare = [part for mesh in document["meshes"] for part in mesh["primitives"] if "material" not in part]
    for primitive in bare:
        primitive["material"] = len(materials)
    if bare:
        materials.append({"pbrMetallicRoughness": {"baseColorFactor": DEFAULT_COLOUR}, "doubleSided": True})
    for number, material in enumerate(materials, 1):
        pbr: Json = material.setdefault("pbrMetallicRoughness", {})
        finish = finish_of(*pbr.setdefault("baseColorFactor", DEFAULT_COLOUR)[:3])
        pbr["metallicFactor"], pbr["roughnessFactor"] = finish.metallic, finish.roughness
        kind = "metal" if finish.metallic else "paint"
        material["name"] = f"{kind} {number}"


def packed(document: Json, binary_chunk: bytes) -> bytes:
    """Return a GLB of `document` and a binary chunk that has its own header."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    length = FILE_HEADER + CHUNK_HEADER + len(text) + len(binary_chunk)
    header = struct.pack("<4s4I", MAGIC, VERSION, length, len(text), JSON_CHUNK)
    return header + text + binary_chunk
