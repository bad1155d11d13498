"""A GLB is parsed as if it were hostile: it is sound, or it is refused in one sentence."""

import json
import random
import struct
from typing import Any

import numpy as np
import pytest

from media.errors import BadInput, OutOfResources
from media.geometry.given import report_on_glb
from media.geometry.gltf import parse_glb
from media.geometry.placement import bounds, content
from media.process import Limits

TRIANGLE = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0]], "<f4")
BINARY = TRIANGLE.tobytes() + np.array([0, 1, 2], "<u4").tobytes()


def document(**changes: object) -> dict[str, Any]:
    """Return the JSON of one triangle, placed twice."""
    return {
        "asset": {"version": "2.0"},
        "scenes": [{"nodes": [0]}],
        "nodes": [
            {"name": "root", "children": [1, 2], "scale": [2, 2, 2]},
            {"name": "a", "mesh": 0},
            {"name": "b", "mesh": 0, "translation": [5, 0, 0], "rotation": [0, 0, 0.5**0.5, 0.5**0.5]},
        ],
        "meshes": [{"name": "triangle", "primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [
            {
                "bufferView": 0,
                "componentType": 5126,
                "count": 3,
                "type": "VEC3",
                "min": [0, 0, 0],
                "max": [1, 2, 0],
            },
            {"bufferView": 1, "componentType": 5125, "count": 3, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteLength": 36},
            {"buffer": 0, "byteOffset": 36, "byteLength": 12},
        ],
        "buffers": [{"byteLength": 48}],
    } | changes


def packed(content: dict[str, Any], binary: bytes = BINARY) -> bytes:
    text = json.dumps(content).encode()
    text += b" " * (-len(text) % 4)
    length = 28 + len(text) + len(binary)
    head = struct.pack("<4s4I", b"glTF", 2, length, len(text), 0x4E4F534A)
    return head + text + struct.pack("<2I", len(binary), 0x004E4942) + binary


GOOD = packed(document())


def with_accessor(**changes: object) -> dict[str, Any]:
    accessors = document()["accessors"]
    return document(accessors=[accessors[0] | changes, accessors[1]])


def test_placed_triangles_are_counted_and_bounded():
    gltf = parse_glb(GOOD, "model.glb")

    low, high = bounds(gltf)

    assert content(gltf).parts == 2
    assert content(gltf).distinct_parts == 1
    assert content(gltf).triangles == 2
    assert np.allclose([low, high], [[0, 0, 0], [10, 4, 0]], atol=1e-6)


def test_bounds_of_compressed_positions_are_those_stated():
    compressed = with_accessor(bufferView=None)
    del compressed["accessors"][0]["bufferView"]

    low, high = bounds(parse_glb(packed(compressed), "model.glb"))

    assert np.allclose([low, high], [[0, 0, 0], [10, 4, 0]], atol=1e-6)


def test_bounds_of_compressed_positions_are_scaled_where_they_are_normalized():
    compressed = with_accessor(componentType=5122, normalized=True, min=[-32768, 0, 0], max=[32767, 32767, 0])
    del compressed["accessors"][0]["bufferView"]
    compressed["nodes"] = [{"mesh": 0, "scale": [3, 2, 1]}]

    low, high = bounds(parse_glb(packed(compressed), "model.glb"))

    assert np.allclose([low, high], [[-3, 0, 0], [3, 2, 0]])


def sparse(**changes: object) -> dict[str, Any]:
    """Return the JSON of the triangle with one corner replaced by another of its own."""
    indices = {"bufferView": 1, "componentType": 5125}
    return with_accessor(
        sparse={"count": 1, "indices": indices, "values": {"bufferView": 0, "byteOffset": 12}} | changes
    )


def instanced(**places: int) -> dict[str, Any]:
    extension = {"EXT_mesh_gpu_instancing": {"attributes": places}}
    return document(nodes=[{"mesh": 0, "name": "many", "extensions": extension}])


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (GOOD[:10], "a file of 10 bytes"),
        (GOOD[:-1], "it was cut short"),
        (GOOD[:100], "it was cut short"),
        (b"glTF" + struct.pack("<I", 1) + GOOD[8:], "version 1"),
        (GOOD[:12] + struct.pack("<I", 2**31) + GOOD[16:], "a first chunk of 2147483648 bytes"),
        (GOOD[:20] + b"[" * (len(GOOD) - 68) + GOOD[-48:], "found"),
        (packed(document(scenes=[])), "scenes: List should have at least 1 item"),
        (packed(document(scenes=[{"nodes": [7]}])), "3 nodes"),
        (packed(document(nodes=[{"children": [0]}])), "node 0 in two places or in a circle"),
        (packed(document(nodes=[{"mesh": 4}])), "1 meshes"),
        (packed(document(buffers=[{"byteLength": 4800}])), "48 bytes of binary data"),
        (packed(with_accessor(count=10**9)), "a view of 36"),
        (packed(with_accessor(componentType=5130)), "5130 VEC3"),
        (packed(with_accessor(byteOffset=-4)), "greater than or equal to 0"),
        (packed(document(buffers=[{"byteLength": 48, "uri": "../far.bin"}])), "../far.bin"),
        (packed(document(images=[{"uri": "wood.png"}])), "wood.png"),
        (packed(document(extensionsRequired=["EXT_meshopt_compression"])), "EXT_meshopt_compression"),
        (packed(document(extensionsRequired=["KHR_materials_dispersion"])), "KHR_materials_dispersion"),
        (packed(document(extensionsRequired=["KHR_materials_ior"])), "found it missing there"),
        (packed(document(asset={"version": "1.0"})), "asset.version: Input should be '2.0'"),
        (packed(document(extras=float("nan"))), "NaN, which is no number"),
        (GOOD + b"more", "something follows its end"),
        (packed(document(scenes=[{"nodes": [0]}, {"nodes": [3]}])), "3 nodes"),
        (packed(document(nodes=[{}, {"children": [1]}])), "node 1 in two places or in a circle"),
        (packed(document(nodes=[{}, {"children": [3]}, {"children": [3]}, {}])), "node 3 in two places"),
        (packed(sparse(count=4)), "at most 3 sparse elements for accessor 0, found 4"),
        (packed(sparse(values={"bufferView": 0, "byteOffset": 32})), "a view of 36"),
        (packed(sparse(values={"bufferView": 9})), "2 views"),
        (packed(sparse(indices={"bufferView": 1, "componentType": 5125, "byteOffset": 12})), "a view of 12"),
        (packed(sparse(indices={"bufferView": 1, "componentType": 5126})), "whole numbers"),
        (packed(instanced(TRANSLATION=9)), "the instances of node 'many', found none"),
        (packed(instanced(TRANSLATION=1)), "VEC3 for the instances of node 'many', found SCALAR"),
        (packed(document(meshes=[{"primitives": [{"attributes": {}, "indices": 0}]}])), "whole numbers"),
    ],
)
def test_unsound_file_is_refused_in_one_sentence(data, found):
    with pytest.raises(BadInput) as refusal:
        parse_glb(data, "model.glb")

    sentence = str(refusal.value)
    assert sentence.startswith("model.glb: expected ")
    assert found in sentence
    assert "\n" not in sentence


def test_nothing_shown_has_no_bounds():
    with pytest.raises(ValueError, match="nothing"):
        bounds(parse_glb(packed(document(nodes=[{"name": "empty"}])), "model.glb"))


@pytest.mark.parametrize(
    ("content", "binary", "found"),
    [
        (document(), BINARY[:-1] + b"\1", "a triangle of point 16777218 where there are 3"),
        (sparse(), BINARY[:36] + b"\3" + BINARY[37:], "a sparse element 3 of 3"),
        (instanced(), BINARY, "nothing with a finite position"),
        (
            instanced(TRANSLATION=2)
            | {"accessors": [*document()["accessors"], {"componentType": 5126, "count": 2, "type": "VEC3"}]},
            BINARY,
            "instances whose places are not in its binary data",
        ),
    ],
    ids=["indices", "sparse", "no_places", "places_elsewhere"],
)
def test_numbers_that_lead_nowhere_are_refused_in_one_sentence(content, binary, found, tmp_path):
    (tmp_path / "model.glb").write_bytes(packed(content, binary))

    with pytest.raises(BadInput) as refusal:
        report_on_glb(tmp_path / "model.glb", "model.glb")

    expected = f"model.glb: expected a model that can be drawn, found {found}; export it again"
    assert str(refusal.value) == expected


def test_random_damage_is_refused_or_read_and_never_anything_else():
    rng, refusals = random.Random(5), 0  # noqa: S311 - damage, not secrets
    for _ in range(600):
        damaged = bytearray(GOOD)
        for _ in range(rng.randrange(1, 6)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        try:
            gltf = parse_glb(bytes(damaged), "model.glb")
        except BadInput:
            refusals += 1
            continue
        content(gltf)
    assert 0 < refusals < 600


def test_truncated_glb_is_refused_as_a_source(prepare, tmp_path):
    path = tmp_path / "model.glb"
    path.write_bytes(GOOD[:-20])

    with pytest.raises(BadInput, match="cut short"):
        prepare(path)


def test_file_that_grows_a_hundredfold_in_memory_is_stopped_in_its_child(tmp_path):
    path = tmp_path / "model.glb"
    path.write_bytes(packed(document(nodes=[{}] * 1_000_000)))

    with pytest.raises(OutOfResources, match="the GLB reader ran out of memory"):
        report_on_glb(path, "model.glb", Limits(wall_s=100, memory_bytes=700 * 2**20))
