"""A glTF with files beside it becomes one GLB; what leads out of its folder is refused and never read."""

import base64
import json
import zipfile
from functools import partial

import numpy as np
import pytest

from media.errors import BadInput, OutOfResources
from media.geometry import gltf_files as doors
from media.geometry.gltf import read_glb
from media.geometry.gltf_caps import check_caps
from media.geometry.gltf_files import files_of_gltf, pack_gltf
from media.geometry.gltf_reader import files_named_in
from media.geometry.gltf_reader import pack as pack_here
from media.geometry.placement import bounds, content
from media.process import Limits
from tests.media.geometry.several_files import SHAPE, gltf, gltf_files, png, written, zipped

CANARY = "canary-4f1c"


def embedded(data: bytes) -> str:
    return f"data:application/octet-stream;base64,{base64.b64encode(data).decode()}"


@pytest.fixture
def job(tmp_path):
    """A job's folder, and beside it what no job may read: a buffer and a picture with a canary in them."""
    secret = SHAPE.replace(b"\0\0\0@", b"\x7b\x14\x9a\x42") + CANARY.encode()
    written({"secret.bin": secret, "secret.png": png() + CANARY.encode()}, tmp_path)
    written(gltf_files(), tmp_path / "job")
    return tmp_path / "job"


def pack(job, **changes: object):
    (job / "panel.gltf").write_text(json.dumps(gltf(**changes)))
    pack_here(job / "panel.gltf", job, job.parent / "packed.glb", "panel.gltf")
    return read_glb(job.parent / "packed.glb", "panel.gltf")


def test_buffers_and_pictures_are_packed_under_their_true_types(job):
    packed = pack(job)

    low, high = bounds(packed)
    assert (content(packed).parts, content(packed).triangles) == (2, 4)
    assert np.allclose([low, high], [[0, 0, 0], [4, 2, 0]])
    assert [buffer.uri for buffer in packed.document.buffers] == [None]
    (image,) = packed.document.images
    assert image.uri is None
    view = packed.document.buffer_views[image.buffer_view]
    assert bytes(packed.binary[view.byte_offset : view.byte_offset + view.byte_length]) == png()


def test_everything_else_in_the_text_stays(job):
    (job / "panel.gltf").write_text(json.dumps(gltf(extras={"note": "Käfig"})))

    pack_here(job / "panel.gltf", job, job.parent / "packed.glb", "panel.gltf")

    data = (job.parent / "packed.glb").read_bytes()
    text = json.loads(data[20 : 20 + int.from_bytes(data[12:16], "little")])
    assert text["extras"] == {"note": "Käfig"}
    assert text["images"] == [{"name": "red", "bufferView": 3, "mimeType": "image/png"}]
    assert text["materials"] == gltf()["materials"]


def test_several_buffers_become_one_and_a_file_used_twice_is_held_once(job):
    written({"second.bin": SHAPE[80:]}, job)
    views = gltf()["bufferViews"]
    views[2] = {"buffer": 1, "byteLength": 12}
    packed = pack(
        job,
        buffers=[{"byteLength": 80, "uri": "panel.bin"}, {"byteLength": 12, "uri": "second.bin"}],
        bufferViews=views,
        images=[{"uri": "textures/red%20paint.png"}, {"uri": "textures/red%20paint.png"}],
    )

    assert content(packed).triangles == 4
    assert len(packed.binary) == 80 + 12 + len(png()) + -len(png()) % 4
    assert packed.document.buffer_views[2].byte_offset == 80


def test_embedded_data_needs_no_file(job):
    for file in (job / "panel.bin", job / "textures" / "red paint.png"):
        file.unlink()

    packed = pack(
        job,
        buffers=[{"byteLength": 92, "uri": embedded(SHAPE)}],
        images=[{"uri": embedded(png()), "mimeType": "image/jpeg"}],
    )

    assert content(packed).parts == 2
    assert files_named_in(job / "panel.gltf", job, "panel.gltf") == set()


ATTACKS = {
    "parent": "../secret.bin",
    "parent_within": "textures/../../secret.bin",
    "encoded_parent": "%2e%2e%2fsecret.bin",
    "half_encoded_parent": "..%2Fsecret.bin",
    "backslash": "..\\secret.bin",
    "encoded_backslash": "..%5csecret.bin",
    "absolute": "{outside}/secret.bin",
    "encoded_absolute": "%2f{outside}/secret.bin",
    "two_slashes": "//{outside}/secret.bin",
    "file_scheme": "file://{outside}/secret.bin",
    "http": "http://127.0.0.1:9/secret.bin",
    "drive": "C:/secret.bin",
    "query": "panel.bin?x=1",
    "fragment": "panel.bin#x",
    "nul": "panel.bin%00",
    "link": "link.bin",
    "linked_folder": "linked/secret.bin",
    "home": "~/secret.bin",
    "empty": "",
    "missing": "nothing.bin",
    "folder": "textures",
    "long": "n" * 5000,
    "no_text": "%ff%fe.bin",
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("what", ["buffers", "images"])
def test_reference_that_leads_elsewhere_is_refused_and_nothing_of_it_is_read(what, attack, job):
    uri = ATTACKS[attack].format(outside=job.parent)
    uri = uri if what == "buffers" else uri.replace(".bin", ".png")
    (job / "link.bin").symlink_to(job.parent / "secret.bin")
    (job / "link.png").symlink_to(job.parent / "secret.png")
    (job / "linked").symlink_to(job.parent)
    written({"panel.png": png()}, job)

    with pytest.raises(BadInput) as refusal:
        pack(job, **{what: [{"byteLength": 92, "uri": uri}]})

    sentence = str(refusal.value)
    assert sentence.startswith("panel.gltf: expected the files that it needs beside it, found a reference")
    assert "\n" not in sentence
    assert len(sentence) < 400
    assert not (job.parent / "packed.glb").exists()


def test_double_encoding_names_a_file_and_no_way_out(job):
    with pytest.raises(BadInput, match="not there"):
        pack(job, buffers=[{"byteLength": 92, "uri": "%252e%252e%252fsecret.bin"}])


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"buffers": [{"byteLength": 93, "uri": "panel.bin"}]}, "found 92"),
        ({"buffers": [{"byteLength": 92}]}, "found one without"),
        ({"buffers": [{"byteLength": 92, "uri": "data:application/octet-stream,abc"}]}, "as base64"),
        ({"buffers": [{"byteLength": 92, "uri": "data:;base64,a!b"}]}, "found damage"),
        ({"bufferViews": [{"buffer": 7, "byteLength": 48}]}, "found 1 buffers"),
        ({"bufferViews": [{"buffer": 0, "byteLength": 48, "byteOffset": 90}]}, "ends after it"),
        ({"images": [{"uri": "panel.bin"}]}, "something else (panel.bin)"),
        ({"images": [{"bufferView": 70}]}, "found"),
    ],
)
def test_unsound_gltf_is_refused_in_one_sentence(changes, found, job):
    with pytest.raises(BadInput) as refusal:
        check_caps(pack(job, **changes), "panel.gltf")

    assert found in str(refusal.value)
    assert "\n" not in str(refusal.value)


MANY_NODES = b'{"asset":{"version":"2.0"},"scenes":[{}],"nodes":[' + b"{}," * 1_000_000 + b"{}]}"


@pytest.mark.parametrize("door", ["needs", "pack", "archive"])
def test_text_that_grows_a_hundredfold_in_memory_is_stopped_in_a_child(door, job, monkeypatch, prepare):
    limits = Limits(wall_s=100, memory_bytes=700 * 2**20)
    monkeypatch.setattr(doors, "limits_for", lambda _: limits)
    model = job / "panel.gltf"
    model.write_bytes(MANY_NODES)
    with zipfile.ZipFile(job / "model.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("panel.gltf", MANY_NODES)
    do = {
        "needs": partial(files_of_gltf, model, job, "panel.gltf"),
        "pack": partial(pack_gltf, model, job, job / "packed.glb", "panel.gltf"),
        "archive": partial(prepare, job / "model.zip"),
    }

    with pytest.raises(OutOfResources, match="the glTF reader ran out of memory"):
        do[door]()


def test_all_gltf_of_an_archive_are_read_by_one_child(job, monkeypatch, prepare):
    started = []
    start = doors.start_reader
    monkeypatch.setattr(
        doors, "start_reader", lambda *args, **more: started.append(args) or start(*args, **more)
    )
    text = gltf_files()["panel.gltf"]
    files = {f"{number}.gltf": text for number in range(9)} | {"panel.bin": SHAPE}
    (job / "model.zip").write_bytes(zipped(files | {"textures/red paint.png": png()}))

    with pytest.raises(BadInput, match="found 9"):
        prepare(job / "model.zip")

    assert len(started) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b'{"asset":{"version":"2.0"},', "expected JSON, found Expecting property name"),
        (b'{"asset":{"version":"1.0"},"scenes":[{}]}', "asset.version: Input should be '2.0'"),
    ],
)
def test_damaged_text_is_told_to_the_owner_of_a_gltf(text, found, job):
    (job / "panel.gltf").write_bytes(text)

    with pytest.raises(BadInput) as refusal:
        pack_gltf(job / "panel.gltf", job, job / "packed.glb", "panel.gltf")

    sentence = str(refusal.value)
    assert found in sentence
    assert sentence.endswith("; export it again")
    assert "GLB" not in sentence
    assert "chunk" not in sentence
