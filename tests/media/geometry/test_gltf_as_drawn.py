"""What is reported of a GLB is what a real Blender draws of it."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from media.geometry.gltf import parse_glb
from media.geometry.gltf_readable import READABLE_EXTENSIONS
from media.geometry.placement import bounds, content
from tests.blender_scripts.blender import Blender, blenders_to_test
from tests.media.geometry.test_gltf import packed

TRIANGLE = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0.5]], "<f4")
FAR = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0.5], [30, 0, 0], [0, 40, 0], [0, 0, 50]], "<f4")
TURNED = {"rotation": [0, 0, np.sin(np.pi / 8), np.cos(np.pi / 8)]}
TYPES = {"f4": 5126, "i1": 5120, "u1": 5121, "i2": 5122, "u2": 5123, "u4": 5125}
KINDS = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}


class Binary:
    """Arrays in a binary chunk, with the views and accessors that describe them."""

    def __init__(self) -> None:
        self.data = b""
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []

    def view(self, array: np.ndarray) -> int:
        """Append an array, each row at a multiple of four bytes where it is more than a number wide."""
        rows = array.reshape(len(array), -1)
        stride = rows.shape[1] * rows.itemsize
        padded = stride + -stride % 4 if rows.shape[1] > 1 else stride
        data = b"".join(row.tobytes().ljust(padded, b"\0") for row in rows)
        view = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data)}
        self.views.append(view | ({"byteStride": padded} if rows.shape[1] > 1 else {}))
        self.data += data + bytes(-len(data) % 4)
        return len(self.views) - 1

    def add(self, array: np.ndarray, *, stored: bool = True, **more: object) -> int:
        rows = array.reshape(len(array), -1)
        kind = {
            "componentType": TYPES[array.dtype.str[1:]],
            "count": len(array),
            "type": KINDS[rows.shape[1]],
        }
        view = {"bufferView": self.view(array)} if stored else {}
        extremes = {"min": rows.min(axis=0).tolist(), "max": rows.max(axis=0).tolist()}
        self.accessors.append(view | kind | extremes | more)
        return len(self.accessors) - 1

    def sparse(self, places: list[int], array: np.ndarray) -> dict[str, Any]:
        return {
            "count": len(places),
            "indices": {"bufferView": self.view(np.array(places, "<u2")), "componentType": 5123},
            "values": {"bufferView": self.view(array)},
        }

    def glb(self, primitives: list[dict[str, Any]], **more: object) -> bytes:
        document = {
            "asset": {"version": "2.0"},
            "scene": 0,
            "scenes": [{"nodes": [0]}],
            "nodes": [{"mesh": 0, **TURNED}],
            "meshes": [{"primitives": primitives}],
            "accessors": self.accessors,
            "bufferViews": self.views,
            "buffers": [{"byteLength": len(self.data)}],
        }
        return packed(document | more, self.data)


def required(extension: str) -> dict[str, list[str]]:
    return {"extensionsUsed": [extension], "extensionsRequired": [extension]}


def of(index: int, **more: object) -> dict[str, Any]:
    return {"attributes": {"POSITION": index}, **more}


def quantized(dtype: str, largest: int, *, normalized: bool) -> bytes:
    """A triangle as `gltf-transform quantize` writes it; its node undoes what was done to its points."""
    binary = Binary()
    points = np.round((TRIANGLE / 2) * largest).astype(dtype)
    scale = 2.0 if normalized else 2.0 / largest
    position = binary.add(points, normalized=normalized)
    nodes = [{"mesh": 0, "scale": [scale] * 3, **TURNED, "translation": [1, 2, 3]}]
    return binary.glb([of(position)], nodes=nodes, **required("KHR_mesh_quantization"))


def clipped() -> bytes:
    """The least of the normalized bytes is -1 too."""
    binary = Binary()
    points = np.array([[-128, 0, 0], [127, 0, 0], [0, -127, 64]], "i1")
    position = binary.add(points, normalized=True)
    return binary.glb([of(position)], **required("KHR_mesh_quantization"))


def sparse(*, stored: bool) -> bytes:
    """A triangle, of which two corners are elsewhere than its view says, or that has no view."""
    binary = Binary()
    moved = np.array([[5, 0, 0], [0, 7, 1]], "<f4")
    position = binary.add(TRIANGLE, stored=stored, sparse=binary.sparse([1, 2], moved))
    return binary.glb([of(position)])


def pool() -> bytes:
    """Two meshes of two primitives that share six points; each mesh draws three of them, in two colours."""
    binary = Binary()
    points = binary.add(FAR)
    near, far = (binary.add(np.array(numbers, "<u2")) for numbers in ([0, 1, 2], [3, 4, 5]))
    meshes = [
        {"name": name, "primitives": [of(points, indices=drawn), of(points, indices=drawn, material=0)]}
        for name, drawn in (("near", near), ("far", far))
    ]
    nodes = [{"mesh": 0, **TURNED}, {"mesh": 1, "scale": [0.1] * 3, "translation": [4, 0, 0]}]
    return binary.glb([], meshes=meshes, nodes=nodes, scenes=[{"nodes": [0, 1]}], materials=[{}])


def instances() -> bytes:
    """Three instances, moved, turned by normalized quaternions and scaled, of a mesh on a scaled node."""
    binary = Binary()
    position = binary.add(TRIANGLE)
    places = {
        "TRANSLATION": binary.add(np.array([[0, 0, 0], [5, 0, 0], [0, 0, 9]], "<f4")),
        "ROTATION": binary.add(
            np.array([[0, 0, 0, 32767], [0, 0, 23170, 23170], [32767, 0, 0, 0]], "<i2"), normalized=True
        ),
        "SCALE": binary.add(np.array([[1, 1, 1], [2, 2, 2], [1, 3, 1]], "<f4")),
    }
    extension = "EXT_mesh_gpu_instancing"
    nodes = [{"mesh": 0, "scale": [2, 2, 2], "extensions": {extension: {"attributes": places}}}]
    return binary.glb([of(position)], nodes=nodes, **required(extension))


def scenes(**more: int) -> bytes:
    """A node in the first scene, one in the second and one in none."""
    binary = Binary()
    position = binary.add(TRIANGLE)
    nodes = [{"mesh": 0, "translation": [10 * place, place, 0]} for place in range(3)]
    document = binary.glb([of(position)], nodes=nodes, scenes=[{"nodes": [0]}, {"nodes": [1]}], **more)
    return document if more else document.replace(b'"scene": 0, ', b" " * len('"scene": 0, '))


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        (quantized("<i2", 32767, normalized=True), 1),
        (quantized("u1", 255, normalized=True), 1),
        (quantized("<u2", 4095, normalized=False), 1),
        (clipped(), 1),
        (sparse(stored=True), 1),
        (sparse(stored=False), 1),
        (pool(), 2),
        (instances(), 3),
        (scenes(scene=1), 1),
        (scenes(), 3),
    ],
    ids=[
        "normalized_shorts",
        "normalized_bytes",
        "shorts",
        "least_byte",
        "sparse",
        "sparse_without_a_view",
        "shared_points",
        "instances",
        "second_scene",
        "no_scene",
    ],
)
def test_report_and_picture_agree(data, parts, tmp_path):
    path = tmp_path / "model.glb"
    path.write_bytes(data)
    gltf = parse_glb(data, "model.glb")

    outcome = Blender(blenders_to_test()[0]).prepare(tmp_path, path)

    drawn = outcome.one("scene_saved")
    low, high = bounds(gltf)
    assert np.allclose(
        drawn["bounds"], [[low[0], -high[2], low[1]], [high[0], -low[2], high[1]]], atol=1e-4
    ), "Blender's z is up"
    assert (content(gltf).parts, content(gltf).triangles) == (parts, drawn["triangles"])
    assert drawn["objects"] == parts


def test_meshes_that_share_points_and_draw_others_are_different_parts():
    found = content(parse_glb(pool(), "model.glb"))

    assert found.distinct_parts == 2
    assert found.part_names == ("near", "far")


def test_extensions_that_a_file_may_require_are_those_of_blenders_own_importer():
    wheel = importlib.util.find_spec("bpy")
    assert wheel
    assert wheel.origin
    (importer,) = Path(wheel.origin).parent.glob(
        "*/scripts/addons_core/io_scene_gltf2/io/imp/gltf2_io_gltf.py"
    )
    managed = re.search(r"extensions_managed = \[(.*?)\]", importer.read_text(), re.DOTALL)
    assert managed

    assert set(re.findall(r"'(\w+)'", managed[1])) == READABLE_EXTENSIONS
