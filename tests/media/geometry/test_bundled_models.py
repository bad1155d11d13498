"""The same model alone and in a bundle is the same geometry."""

import hashlib
import json

import numpy as np
import pytest

from media.errors import BadInput
from media.geometry.prepare import geometry_digest, prepare_geometry
from media.kind import Kind
from media.source import download_model
from media.store.keys import key_for
from tests.media.geometry.several_files import SHAPE, gltf_files, obj_files, png, written, zipped
from tests.media.geometry.test_gltf_files import embedded


def staged(data: bytes, name: str, store):
    """Store a source as if it had been downloaded, by itself."""
    digest = hashlib.sha256(data).hexdigest()
    store.put(key_for("sources", digest, "source"), data)
    return download_model(f"store:{digest}/{name}", store)


def facts_of(report) -> tuple[object, ...]:
    return (
        report.route,
        report.parts,
        report.distinct_parts,
        report.triangles,
        report.distinct_triangles,
        report.unit,
        sorted(report.part_names),
    )


def test_bearing_as_gltf_with_files_is_the_bearing_as_glb(bearing, bearing_store, prepare, tmp_path):
    data = bearing_store.get(bearing.glb.key)
    json_length = int.from_bytes(data[12:16], "little")
    text, binary = json.loads(data[20 : 20 + json_length]), data[28 + json_length :]
    text["buffers"][0]["uri"] = "data/K%C3%A4fig.bin"
    written({"bearing.glb": data}, tmp_path)
    files = written(
        {"bearing.gltf": json.dumps(text).encode(), "data/Käfig.bin": binary, "other.bin": b"x"},
        tmp_path / "f",
    )

    whole, several = prepare(tmp_path / "bearing.glb").report, prepare(files / "bearing.gltf").report

    assert facts_of(several) == facts_of(whole)
    assert (several.bounds_min, several.bounds_max) == (whole.bounds_min, whole.bounds_max)
    assert np.isclose(whole.triangles, bearing.report.triangles)


def test_step_in_an_archive_is_tessellated_as_it_is_alone(small_steps, prepare, tmp_path):
    step = small_steps / "inch.step"
    path = tmp_path / "parts.zip"
    path.write_bytes(zipped({"drawing/readme.txt": b"A part.", "drawing/part.stp": step.read_bytes()}))

    alone, packed = prepare(step), prepare(path)

    assert facts_of(packed.report) == facts_of(alone.report)
    assert packed.glb.sha256 == alone.glb.sha256
    assert packed.usd


def test_glb_and_package_in_an_archive_are_the_ones_inside(prepare, store, bearing, bearing_store, tmp_path):
    data = bearing_store.get(bearing.glb.key)
    path = tmp_path / "model.zip"
    path.write_bytes(zipped({"bearing.glb": data}))

    geometry = prepare(path)

    assert geometry.glb.sha256 == hashlib.sha256(data).hexdigest()
    assert store.get(geometry.glb.key) == data
    assert geometry.scene_file.name == "model.glb"


def test_detail_is_in_the_digest_of_an_archive_as_nobody_knows_what_is_in_it(store):
    source = staged(zipped(gltf_files()), "model.zip", store)

    assert source.kind is Kind.ZIP
    assert geometry_digest(source, "coarse") != geometry_digest(source, "fine")


def test_gltf_by_itself_is_refused_by_the_file_that_it_lacks(store):
    source = staged(gltf_files()["panel.gltf"], "panel.gltf", store)

    with pytest.raises(BadInput) as refusal:
        prepare_geometry(source, store)

    assert str(refusal.value) == (
        "panel.gltf: expected the files that it needs beside it, found a reference to a file that is not "
        "there (panel.bin); pack it as one .glb, or zip it with its files"
    )


def test_gltf_by_itself_that_holds_everything_is_read(store):
    files = gltf_files(
        buffers=[{"byteLength": 92, "uri": embedded(SHAPE)}], images=[], textures=[], materials=[{}]
    )
    source = staged(files["panel.gltf"], "panel.gltf", store)

    geometry = prepare_geometry(source, store)

    assert source.kind is Kind.GLTF
    assert (geometry.report.parts, geometry.report.triangles) == (2, 4)
    assert geometry.scene_file.form == "glb"


@pytest.mark.parametrize(
    "library",
    [
        b"newmtl paint\nmap_Kd ../../../secret.png\n",
        b"newmtl paint\nmap_Kd {outside}/secret.png\n",
        b"newmtl paint\nmap_Kd ..\\..\\..\\secret.png\n",
        b"newmtl paint\nmap_Kd file://{outside}/secret.png\n",
    ],
)
def test_texture_outside_an_archive_is_named_as_missing_and_not_read(library, prepare, store, tmp_path):
    secret = png(3, 3)
    written({"secret.png": secret}, tmp_path)
    path = tmp_path / "panel.zip"
    path.write_bytes(zipped(obj_files(library.replace(b"{outside}", str(tmp_path).encode()))))

    geometry = prepare(path)

    assert geometry.report.triangles == 2
    assert any("secret.png" in missing for missing in geometry.report.missing_external_references)
    assert secret not in store.get(geometry.glb.key)


def test_archive_found_again_is_not_unpacked_again(prepare, tmp_path, monkeypatch):
    path = tmp_path / "model.zip"
    path.write_bytes(zipped(gltf_files()))
    first = prepare(path)
    monkeypatch.setattr("media.bundle.extract", None)

    assert prepare(path) == first.model_copy(update={"found": True})
