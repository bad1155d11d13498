"""A few kilobytes of glTF may ask for any amount of memory; what asks for too much is refused beforehand."""

import base64

import pytest

from media.errors import BadInput
from media.geometry import gltf_caps
from media.geometry.gltf import parse_glb
from media.geometry.gltf_caps import check_caps
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
    ],
    ids=["picture", "embedded_picture", "no_bytes", "nodes", "shared_bytes", "morphs", "pictures", "indices"],
)
def test_model_that_asks_for_too_much_is_refused(data, found, monkeypatch):
    for cap, value in {
        "MAX_NODES": 1000,
        "MAX_VERTICES": 1000,
        "MAX_INDICES": 800,
        "MAX_PICTURES": 10,
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


def test_glb_that_is_sent_is_checked(prepare, tmp_path):
    path = tmp_path / "model.glb"
    path.write_bytes(with_picture(HUGE))

    with pytest.raises(BadInput, match="60000 by 60000"):
        prepare(path)


def test_morph_target_without_an_accessor_is_refused():
    with pytest.raises(BadInput, match="accessors up to 9"):
        parse_glb(with_primitives(1, targets=[{"POSITION": 9}]), "model.glb")
