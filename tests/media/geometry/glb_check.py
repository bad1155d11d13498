"""Check a GLB of ours against the glTF 2.0 specification, more strictly than a reader has to."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

DTYPES = {5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC3": 3}
ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER = 34962, 34963


def check_glb(path: Path) -> dict[str, Any]:
    """Assert that every statement in the file is true; returns its JSON."""
    data = path.read_bytes()
    magic, version, length, json_length, json_kind = struct.unpack_from("<4s4I", data)
    assert (magic, version, length, json_kind) == (b"glTF", 2, len(data), 0x4E4F534A)
    assert json_length % 4 == 0
    document = json.loads(data[20 : 20 + json_length])
    binary_length, binary_kind = struct.unpack_from("<2I", data, 20 + json_length)
    assert binary_kind == 0x004E4942
    assert binary_length % 4 == 0
    binary = data[28 + json_length :]
    assert len(binary) == binary_length
    assert 0 <= binary_length - document["buffers"][0]["byteLength"] <= 3
    used: set[int] = set()
    for mesh in document["meshes"]:
        for primitive in mesh["primitives"]:
            check_primitive(document, binary, primitive)
            used |= {primitive["indices"], *primitive["attributes"].values()}
    assert used == set(range(len(document["accessors"]))), "an accessor that nothing draws"
    return document


def check_primitive(document: dict[str, Any], binary: bytes, primitive: dict[str, Any]) -> None:
    """Check one primitive: extremes as stated, unit normals, indices within, triangles whole."""
    points = array(document, binary, primitive["attributes"]["POSITION"], ARRAY_BUFFER)
    normals = array(document, binary, primitive["attributes"]["NORMAL"], ARRAY_BUFFER)
    corners = array(document, binary, primitive["indices"], ELEMENT_ARRAY_BUFFER).ravel()
    stated = document["accessors"][primitive["attributes"]["POSITION"]]
    assert (points.min(axis=0) == np.float32(stated["min"])).all()
    assert (points.max(axis=0) == np.float32(stated["max"])).all()
    assert points.shape == normals.shape
    assert np.allclose(np.linalg.norm(normals, axis=1), 1.0, atol=1e-3)
    assert len(corners) % 3 == 0
    assert corners.max() < len(points)
    assert primitive["mode"] == 4
    edges = points[corners.reshape(-1, 3)]
    facing = np.cross(edges[:, 1] - edges[:, 0], edges[:, 2] - edges[:, 0])
    agreeing = np.einsum("ij,ij->i", facing, normals[corners.reshape(-1, 3)].sum(axis=1)) >= 0
    assert agreeing.mean() > 0.99, "triangles wound against their normals"
    pbr = document["materials"][primitive["material"]]["pbrMetallicRoughness"]
    assert {"baseColorFactor", "metallicFactor", "roughnessFactor"} <= set(pbr)


def array(document: dict[str, Any], binary: bytes, index: int, target: int) -> np.ndarray:
    """Return an accessor's values, checking its place and alignment."""
    accessor = document["accessors"][index]
    view = document["bufferViews"][accessor["bufferView"]]
    dtype, width = np.dtype(DTYPES[accessor["componentType"]]), WIDTHS[accessor["type"]]
    offset = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    assert view["target"] == target
    assert view.get("byteStride", dtype.itemsize * width) == dtype.itemsize * width
    assert offset % dtype.itemsize == 0
    end = accessor.get("byteOffset", 0) + accessor["count"] * width * dtype.itemsize
    assert end <= view["byteLength"]
    return np.frombuffer(binary, dtype, accessor["count"] * width, offset).reshape(-1, width)
