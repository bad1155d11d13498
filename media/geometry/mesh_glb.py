"""Write a mesh model as GLB: metres, Y up, one mesh and one node for each part, finishes explicit."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from media.geometry.deduplicate import DEFAULT_COLOUR, packed
from media.geometry.materials import finish_of
from media.geometry.mesh_model import BadMesh, Floats, Look, MeshModel, MeshPart

BINARY_CHUNK = 0x004E4942
LARGEST_GLB = 2**32 - 2**24  # a GLB states its length in 32 bits
TRIANGLES = 4
FLOAT, UNSIGNED_SHORT, UNSIGNED_INT = 5126, 5123, 5125
ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER = 34962, 34963
WIDTHS = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}
SHORTEST_NORMAL = 1e-6

Json = dict[str, Any]


class _Binary:
    """The binary chunk while it is filled, with the views and accessors that describe it."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.length = 0
        self.views: list[Json] = []
        self.accessors: list[Json] = []

    def view(self, data: bytes, target: int | None = None) -> int:
        """Append bytes; returns the number of their view."""
        view: Json = {"buffer": 0, "byteOffset": self.length, "byteLength": len(data)}
        self.views.append(view | ({"target": target} if target else {}))
        self.pieces.append(data + bytes(-len(data) % 4))
        self.length += len(self.pieces[-1])
        if self.length > LARGEST_GLB:
            raise BadMesh("more triangles than a GLB of 4 GiB holds; export it with fewer")
        return len(self.views) - 1

    def accessor(self, values: npt.NDArray[np.generic], target: int, **more: object) -> int:
        """Append an array (n, k); returns the number of its accessor."""
        types = {"f": FLOAT, "u": UNSIGNED_SHORT if values.dtype.itemsize == 2 else UNSIGNED_INT}  # noqa: PLR2004 - bytes
        self.accessors.append(
            {
                "bufferView": self.view(np.ascontiguousarray(values).tobytes(), target),
                "componentType": types[values.dtype.kind],
                "count": len(values),
                "type": WIDTHS[values.shape[1]],
                **more,
            }
        )
        return len(self.accessors) - 1


def write_mesh_glb(model: MeshModel, path: Path, *, metres: float, up_axis: str) -> None:
    """Write `model` to `path`.

    Args:
        model: Checked by `mesh_model.checked`.
        path: The file to write.
        metres: The length of the model's unit.
        up_axis: The model's axis that points up, y or z.

    Raises:
        BadMesh: It is too large for the format.
    """
    binary = _Binary()
    looks = list(model.looks)
    if any(run.look is None for part in model.parts for run in part.runs):
        looks.append(Look("default", DEFAULT_COLOUR, finish_of(*DEFAULT_COLOUR[:3])))
    meshes = [_mesh(part, binary, len(looks) - 1, metres, up_axis) for part in model.parts]
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
    path.write_bytes(packed(document, chunk))


def _mesh(part: MeshPart, binary: _Binary, default: int, metres: float, up_axis: str) -> Json:
    points = _y_up(part.points * metres, up_axis).astype("<f4")
    extremes = {"min": points.min(axis=0).tolist(), "max": points.max(axis=0).tolist()}
    attributes = {"POSITION": binary.accessor(points, ARRAY_BUFFER, **extremes)}
    normals = _unit(part.normals)
    if normals is not None:
        turned = _y_up(normals, up_axis).astype("<f4")
        attributes["NORMAL"] = binary.accessor(turned, ARRAY_BUFFER)
    if part.places is not None and np.isfinite(part.places).all():
        places = (part.places * [1, -1] + [0, 1]).astype("<f4")  # glTF's origin is the upper left
        attributes["TEXCOORD_0"] = binary.accessor(places, ARRAY_BUFFER)
    if part.colours is not None:
        colours = np.rint(part.colours * 65535).astype("<u2")
        attributes["COLOR_0"] = binary.accessor(colours, ARRAY_BUFFER, normalized=True)
    primitives = [
        {
            "attributes": attributes,
            "indices": binary.accessor(run.triangles.reshape(-1, 1).astype("<u4"), ELEMENT_ARRAY_BUFFER),
            "material": default if run.look is None else run.look,
            "mode": TRIANGLES,
        }
        for run in part.runs
        if len(run.triangles)
    ]
    return {"name": part.name, "primitives": primitives}


def _y_up(vectors: Floats, up_axis: str) -> Floats:
    """Turn vectors (n, 3) so that Y is up."""
    return vectors if up_axis == "y" else np.stack([vectors[:, 0], vectors[:, 2], -vectors[:, 1]], axis=1)


def _unit(normals: Floats | None) -> Floats | None:
    """Return normals of length 1; none at all if one of them points nowhere."""
    if normals is None:
        return None
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    return normals / lengths if (lengths > SHORTEST_NORMAL).all() and np.isfinite(lengths).all() else None


def _materials(looks: list[Look], binary: _Binary) -> Json:
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
