"""A few kilobytes of glTF may ask for any amount of memory; what asks for too much is refused beforehand."""

import base64
import tracemalloc

import numpy as np
import pytest

from media.errors import BadInput
from media.geometry import gltf_caps
from media.geometry.gltf import parse_glb
from media.geometry.gltf_caps import check_caps
from media.geometry.placement import bounds
from tests.media.geometry.several_files import png
from tests.media.geometry.test_gltf import BINARY, document, packed

HUGE = png()[:16] + (60_000).to_bytes(4, "big") * 2 + png()[24:]


def with_picture(data: bytes, *, as_uri: bool = False, times: int = 1) -> bytes:
    image = {"bufferView": 2, "mimeType": "image/png"}
    if as_uri:
        image = {"uri": f"data:image/png;base64,{base64.b64encode(data).decode()}"}
    content = document(
        bufferViews=[*document()["bufferViews"], {"buffer": 0, "byteOffset": 48, "byteLength": len(data)}],
        buffers=[{"byteLength": 48 + len(data)}],
        images=[image] * times,
    )
    return packed(content, BINARY + data + bytes(-len(data) % 4))


def with_primitives(times: int, **changes: object) -> bytes:
    primitive = {"attributes": {"POSITION": 0}, "indices": 1} | changes
    return packed(document(meshes=[{"primitives": [primitive] * times}]))


def instanced(times: int) -> bytes:
    places = {"EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": 0}}}
    return packed(document(nodes=[{"mesh": 0, "extensions": places}] * times))


def with_accessors(times: int, **changes: object) -> bytes:
    accessors = document()["accessors"]
    return packed(document(accessors=accessors + [accessors[0] | changes] * times))


SPARSE = {
    "count": 1,
    "indices": {"bufferView": 1, "componentType": 5125},
    "values": {"bufferView": 0},
}


def viewless(count: int) -> bytes:
    return packed(
        document(
            accessors=[*document()["accessors"], {"componentType": 5126, "count": count, "type": "VEC3"}]
        )
    )


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (with_picture(HUGE), "a picture of 60000 by 60000 pixels"),
        (with_picture(HUGE, as_uri=True), "a picture of 60000 by 60000 pixels"),
        (viewless(10**9), "1000000000 vertices"),
        (packed(document(nodes=[{}] * 1001)), "1001 nodes"),
        (with_primitives(400), "1200 vertices"),
        (with_primitives(1, targets=[{"POSITION": 0}] * 400), "1203 vertices"),
        (with_picture(png(), times=11), "11 pictures"),
        (with_primitives(300), "900 corners of triangles"),
        (instanced(300), "1200 nodes and instances"),
        (with_primitives(1, attributes={"POSITION": 0} | {f"_{n}": 0 for n in range(400)}), "1203 vertices"),
        (with_accessors(400, sparse=SPARSE), "1200 vertices"),
        (with_accessors(400, normalized=True), "3600 normalized numbers"),
    ],
    ids=[
        "picture",
        "embedded_picture",
        "no_bytes",
        "nodes",
        "shared_bytes",
        "morphs",
        "pictures",
        "indices",
        "instances",
        "own_attributes",
        "shared_bytes_sparse",
        "shared_bytes_normalized",
    ],
)
def test_model_that_asks_for_too_much_is_refused(data, found, monkeypatch):
    for cap, value in {
        "MAX_NODES": 1000,
        "MAX_VERTICES": 1000,
        "MAX_INDICES": 800,
        "MAX_PICTURES": 10,
        "MAX_NORMALIZED": 3000,
    }.items():
        monkeypatch.setattr(gltf_caps, cap, value)

    with pytest.raises(BadInput) as refusal:
        check_caps(parse_glb(data, "model.glb"), "model.glb")

    assert found in str(refusal.value)
    assert str(refusal.value).startswith("model.glb: expected a model of a size that can be rendered, found ")


@pytest.mark.parametrize("data", [b"DDS " + bytes(100), b"", b"P6 99999 99999 255\n"])
def test_picture_of_a_kind_that_gltf_does_not_have_is_refused(data):
    with pytest.raises(BadInput, match="expected PNG, JPEG or WebP pictures"):
        check_caps(parse_glb(with_picture(data or b"x"), "model.glb"), "model.glb")


def test_ordinary_model_is_within_bounds():
    model = parse_glb(with_picture(png(2048, 2048)), "model.glb")

    assert check_caps(model, "model.glb") is None


def test_points_that_many_primitives_share_count_as_often_as_they_are_drawn(monkeypatch):
    monkeypatch.setattr(gltf_caps, "MAX_VERTICES", 1000)
    points = np.zeros((900, 3), "<f4")
    points[:3] = np.eye(3)
    content = document(
        meshes=[{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}] * 300}],
        accessors=[document()["accessors"][0] | {"count": 900}, document()["accessors"][1]],
        bufferViews=[
            {"buffer": 0, "byteLength": points.nbytes},
            {"buffer": 0, "byteOffset": points.nbytes, "byteLength": 12},
        ],
        buffers=[{"byteLength": points.nbytes + 12}],
    )

    model = parse_glb(packed(content, points.tobytes() + BINARY[36:]), "model.glb")

    assert check_caps(model, "model.glb") is None


def test_bounds_of_a_mesh_of_many_equal_primitives_take_its_points_once():
    model = parse_glb(with_primitives(100_000), "model.glb")
    tracemalloc.start()

    low, high = bounds(model)

    assert tracemalloc.get_traced_memory()[1] < 2**21, "times 100,000 they are 7 MB"
    tracemalloc.stop()
    assert np.allclose([low, high], [[0, 0, 0], [10, 4, 0]], atol=1e-6)


def test_glb_that_is_sent_is_checked(prepare, tmp_path):
    path = tmp_path / "model.glb"
    path.write_bytes(with_picture(HUGE))

    with pytest.raises(BadInput, match="60000 by 60000"):
        prepare(path)


def test_morph_target_without_an_accessor_is_refused():
    with pytest.raises(BadInput, match="accessors up to 9"):
        parse_glb(with_primitives(1, targets=[{"POSITION": 9}]), "model.glb")
