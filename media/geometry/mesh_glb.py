"""Write a mesh model as GLB: metres, Y up, one mesh and one node for each part, finishes explicit."""

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np

from media.geometry.deduplicate import DEFAULT_COLOUR, packed
from media.geometry.glb_chunk import BinaryChunk, Json
from media.geometry.gltf import MAX_JSON_BYTES
from media.geometry.materials import PAINT, finish_of
from media.geometry.mesh_model import LARGEST_COORDINATE, BadMesh, Floats, Look, MeshModel, MeshPart
from media.geometry.normals import of_length_one

BINARY_CHUNK = 0x004E4942
TRIANGLES = 4
ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER = 34962, 34963

PLAIN = Look("default", DEFAULT_COLOUR, finish_of(*DEFAULT_COLOUR[:3]))
COLOURED = Look("vertex colours", (1.0, 1.0, 1.0, 1.0), PAINT)  # whoever draws it multiplies by COLOR_0


def write_mesh_glb(model: MeshModel, path: Path, *, metres: float, up_axis: str) -> None:
    """Write `model` to `path`.

    Args:
        model: Checked by `mesh_checks.checked`.
        path: The file to write.
        metres: The length of the model's unit.
        up_axis: The model's axis that points up, y or z.

    Raises:
        BadMesh: It is too large for the format.
    """
    binary = BinaryChunk()
    looks, unsaid = _looks(model)
    turned = (_turned(part, metres, up_axis) for part in model.parts)
    meshes = [_mesh(part, binary, looks, unsaid[part.colours is not None]) for part in turned]
    document: Json = {
        "asset": {"version": "2.0", "generator": "rendermill"},
        "scene": 0,
        "scenes": [{"nodes": list(range(len(meshes)))}],
        "nodes": [{"name": part.name, "mesh": number} for number, part in enumerate(model.parts)],
        "meshes": meshes,
        **_materials(looks, binary),
        "accessors": binary.accessors,
        "bufferViews": binary.views,
        "buffers": [{"byteLength": binary.length}],
    }
    chunk = struct.pack("<2I", binary.length, BINARY_CHUNK) + b"".join(binary.pieces)
    data = packed(document, chunk)
    if int.from_bytes(data[12:16], "little") > MAX_JSON_BYTES:
        raise BadMesh("more parts and materials than a GLB describes")
    path.write_bytes(data)


def _looks(model: MeshModel) -> tuple[list[Look], dict[bool, int]]:
    """Return all looks, and which one is of triangles without one of their own, without and with colours."""
    looks, unsaid = list(model.looks), {False: -1, True: -1}
    for coloured, look in ((False, PLAIN), (True, COLOURED)):
        parts = (part for part in model.parts if (part.colours is not None) is coloured)
        if any(run.look is None for part in parts for run in part.runs):
            unsaid[coloured] = len(looks)
            looks.append(look)
    return looks, unsaid


def _turned(part: MeshPart, metres: float, up_axis: str) -> MeshPart:
    """Return the part in metres, with Y up and normals of length 1."""
    normals = part.normals
    if normals is not None:
        triangles = np.concatenate([run.triangles for run in part.runs])
        normals = _y_up(of_length_one(normals, part.points, triangles), up_axis)
    return replace(part, points=_y_up(part.points * metres, up_axis), normals=normals)


def _y_up(vectors: Floats, up_axis: str) -> Floats:
    """Turn vectors (n, 3) so that Y is up."""
    return vectors if up_axis == "y" else np.stack([vectors[:, 0], vectors[:, 2], -vectors[:, 1]], axis=1)


def _mesh(part: MeshPart, binary: BinaryChunk, looks: list[Look], unsaid: int) -> Json:
    """Describe a part; triangles without a look get the one numbered `unsaid`.

    Colours at points are left out where there is a picture, which they would darken.
    """
    runs = [(run.triangles, unsaid if run.look is None else run.look) for run in part.runs]
    runs = [(triangles, look) for triangles, look in runs if len(triangles)]
    pictured = {look for _, look in runs if looks[look].picture}
    attributes = _attributes(part, binary, coloured=any(look not in pictured for _, look in runs))
    without_colours = {key: number for key, number in attributes.items() if key != "COLOR_0"}
    primitives = [
        {
            "attributes": without_colours if look in pictured else attributes,
            "indices": binary.accessor(triangles.reshape(-1, 1).astype("<u4"), ELEMENT_ARRAY_BUFFER),
            "material": look,
            "mode": TRIANGLES,
        }
        for triangles, look in runs
    ]
    return {"name": part.name, "primitives": primitives}


def _attributes(part: MeshPart, binary: BinaryChunk, *, coloured: bool) -> dict[str, int]:
    """Return the accessors of a part's points, which all its primitives share."""
    points = part.points.astype("<f4")
    extremes = {"min": points.min(axis=0).tolist(), "max": points.max(axis=0).tolist()}
    attributes = {"POSITION": binary.accessor(points, ARRAY_BUFFER, **extremes)}
    if part.normals is not None:
        attributes["NORMAL"] = binary.accessor(part.normals.astype("<f4"), ARRAY_BUFFER)
    if part.places is not None:
        places = np.where(np.abs(part.places) <= LARGEST_COORDINATE, part.places, 0.0)
        upper_left = (places * [1, -1] + [0, 1]).astype("<f4")  # glTF's origin
        attributes["TEXCOORD_0"] = binary.accessor(upper_left, ARRAY_BUFFER)
    if part.colours is not None and coloured:
        colours = np.rint(part.colours * 65535).astype("<u2")
        attributes["COLOR_0"] = binary.accessor(colours, ARRAY_BUFFER, normalized=True)
    return attributes


def _materials(looks: list[Look], binary: BinaryChunk) -> Json:
    """Return the document's materials, textures and images; the pictures go into the binary chunk."""
    materials: list[Json] = []
    images: list[Json] = []
    pictures: dict[bytes, int] = {}
    for look in looks:
        pbr: Json = {
            "baseColorFactor": list(look.colour),
            "metallicFactor": look.finish.metallic,
            "roughnessFactor": look.finish.roughness,
        }
        if look.picture:
            if look.picture not in pictures:
                pictures[look.picture] = len(images)
                kind = "image/png" if look.picture.startswith(b"\x89PNG") else "image/jpeg"
                images.append({"bufferView": binary.view(look.picture), "mimeType": kind})
            pbr["baseColorTexture"] = {"index": pictures[look.picture]}
        material: Json = {"name": look.name, "pbrMetallicRoughness": pbr, "doubleSided": True}
        materials.append(material | ({"alphaMode": "BLEND"} if look.colour[3] < 1 else {}))
    textures: Json = {"images": images, "textures": [{"source": number} for number in range(len(images))]}
    return {"materials": materials, **(textures if images else {})}
