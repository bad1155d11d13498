"""The example bearing from STEP to GLB and USD, and what makes a second job find it."""

import gzip
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from media.errors import OutOfResources, TimedOut
from media.geometry import prepare as prepared
from media.geometry.prepare import find_geometry, geometry_digest, prepare_geometry
from media.geometry.report import Geometry, Tessellation
from media.process import Limits
from media.source import download_model
from media.store import ObjectStore
from media.store.keys import key_for
from tests.media.geometry.glb_check import check_glb

FLANGE, BOTTOM, TOP = 0.126, -0.030, 0.023  # metres, Y up
PART_COUNTS = {
    "Flanschgehäuse": 1,
    "Außenring": 1,
    "Innenring": 1,
    "Deckelring": 1,
    "Käfig": 2,
    "Dichtscheibe (Schnittmodell)": 2,
    "Kugel Ø14 G10": 44,
    "Zylinderschraube M5×12": 24,  # noqa: RUF001 - as the catalogue writes it
    "Sechskantschraube M10×28": 16,  # noqa: RUF001 - the same
    "Sechskantmutter M10": 16,
    "Scheibe Ø10,5": 32,
}
_children: list[str] = []


@contextmanager
def counted_children() -> Iterator[list[str]]:
    """Collect the executables that are started within the block."""
    if not _children:
        sys.addaudithook(
            lambda event, args: _children.append(str(args[0])) if event == "subprocess.Popen" else None
        )
    _children[:] = ["hooked"]
    started: list[str] = []
    yield started
    started += _children[1:]


def path_of(asset) -> Path:
    return Path(asset.uri.removeprefix("file://"))


@pytest.fixture(scope="session")
def bearing_glb(bearing) -> dict:
    return check_glb(path_of(bearing.glb))


@pytest.fixture(scope="session")
def bearing_usd(bearing) -> dict:
    script = Path(__file__).with_name("describe_usd.py")
    argv = [sys.executable, str(script), str(path_of(bearing.usd))]
    return json.loads(subprocess.run(argv, check=True, capture_output=True, timeout=60).stdout)


def test_bearing_has_140_parts_of_11_kinds_and_the_size_it_was_built_with(bearing):
    report = bearing.report

    assert (report.parts, report.distinct_parts) == (140, 11)
    assert report.faces_without_triangles == 0
    assert report.unit == "mm"
    assert report.route == "usd-made"
    assert report.warnings == ()
    expected = [[-FLANGE, BOTTOM, -FLANGE], [FLANGE, TOP, FLANGE]]
    assert np.allclose([report.bounds_min, report.bounds_max], expected, atol=0.001 * 2 * FLANGE)
    assert report.triangles > 500_000
    assert report.distinct_triangles < report.triangles / 4


def test_glb_holds_each_part_once_and_places_it_under_its_names(bearing_glb):
    meshes, nodes = bearing_glb["meshes"], bearing_glb["nodes"]

    assert len(meshes) == 11
    placed = Counter(meshes[node["mesh"]]["name"] for node in nodes if "mesh" in node)
    assert placed == PART_COUNTS
    names = {node["name"] for node in nodes}
    assert {"Flanschlagereinheit FL-140", "Käfig", "Kugel 22", "Verschraubung 16"} <= names


def test_glb_keeps_colours_and_says_how_metallic_and_rough_they_are(bearing_glb):
    def looks(part: str) -> list[dict]:
        mesh = next(mesh for mesh in bearing_glb["meshes"] if mesh["name"] == part)
        used = [bearing_glb["materials"][primitive["material"]] for primitive in mesh["primitives"]]
        return [material["pbrMetallicRoughness"] for material in used]

    paint, machined = sorted(looks("Flanschgehäuse"), key=lambda look: look["metallicFactor"])
    (brass,) = looks("Käfig")
    assert np.allclose(
        paint["baseColorFactor"], [0.0049, 0.0331, 0.1473, 1], atol=2e-3
    )  # (.06, .20, .42) in sRGB
    assert (paint["metallicFactor"], machined["metallicFactor"], brass["metallicFactor"]) == (0, 1, 1)
    assert brass["baseColorFactor"][0] > 2 * brass["baseColorFactor"][2]
    assert machined["roughnessFactor"] < paint["roughnessFactor"]


def test_usd_places_instances_of_11_prototypes_with_smooth_normals(bearing_usd):
    meshes = bearing_usd["meshes"]

    assert len(bearing_usd["instances"]) == 140
    assert len(meshes) == 11
    assert (bearing_usd["up"], bearing_usd["metres"]) == ("Y", 1.0)
    assert {mesh["display"] for mesh in meshes} == set(PART_COUNTS)
    assert all(mesh["part"].isascii() and mesh["part"].isidentifier() for mesh in meshes)
    assert {(mesh["scheme"], mesh["interpolation"]) for mesh in meshes} == {("none", "vertex")}
    assert all(mesh["normals"] == mesh["points"] for mesh in meshes)
    assert {"name": "Kugel_22", "display": "Kugel 22"} in bearing_usd["instances"]


def test_usd_divides_a_part_of_several_colours_into_subsets(bearing_usd):
    housing = next(mesh for mesh in bearing_usd["meshes"] if mesh["display"] == "Flanschgehäuse")
    finishes = {look["metallic"] for look in bearing_usd["materials"] if look["part"] == housing["part"]}

    assert len(housing["subsets"]) == 2
    assert sum(housing["subsets"]) == housing["faces"]
    assert finishes == {0.0, 1.0}


def test_master_given_as_a_source_holds_what_was_made(bearing, prepare, tmp_path):
    copy = tmp_path / "somebody's scene"
    copy.write_bytes(path_of(bearing.usd).read_bytes())

    given = prepare(copy)

    made, found = bearing.report, given.report
    assert found.route == "usd-given"
    assert given.glb is None
    assert given.scene_file.name == "model.usd"
    counts = ("parts", "distinct_parts", "triangles", "distinct_triangles")
    assert {key: getattr(found, key) for key in counts} == {key: getattr(made, key) for key in counts}
    assert np.allclose([found.bounds_min, found.bounds_max], [made.bounds_min, made.bounds_max], atol=1e-6)


def test_glb_given_as_a_source_is_the_geometry_itself(bearing, prepare, tmp_path):
    copy = tmp_path / "model"
    copy.write_bytes(path_of(bearing.glb).read_bytes())

    with counted_children() as children:
        given = prepare(copy)

    assert len(children) == 1  # the reader
    assert given.usd is None
    assert given.glb.sha256 == bearing.glb.sha256
    assert given.report.route == "glb"
    assert (given.report.parts, given.report.distinct_parts) == (140, 11)
    assert given.report.bounds_min == bearing.report.bounds_min


def test_second_job_on_the_renamed_file_starts_no_child(bearing, bearing_step, bearing_store, tmp_path):
    renamed = tmp_path / "Lager (Kopie).txt"
    renamed.write_bytes(bearing_step.read_bytes())

    with counted_children() as children:
        again = prepare_geometry(download_model(str(renamed), bearing_store), bearing_store)

    assert children == []
    assert again.found
    assert again.model_copy(update={"found": False}) == bearing


def test_children_are_counted_when_something_is_made(prepare, small_steps):
    with counted_children() as children:
        prepare(small_steps / "pair.step")

    assert len(children) == 2  # the CAD kernel and the USD writer


def test_geometry_whose_file_is_gone_is_made_again(prepare, store, small_steps):
    first = prepare(small_steps / "pair.step")
    store.delete(first.glb.key)

    again = prepare(small_steps / "pair.step")

    assert not again.found
    assert store.stat(again.glb.key).size == again.glb.size
    assert find_geometry(again.digest, store).found


def test_stale_report_gives_way_only_once(prepare, store, small_steps, monkeypatch):
    """While we withdraw it, another has done so already and stored a sound one."""
    ours = prepare(small_steps / "pair.step")
    stale = ours.model_copy(update={"glb": ours.glb.model_copy(update={"size": 1})})
    theirs = ours.model_copy(update={"usd": None})
    key = key_for("geometry", ours.digest, prepared.REPORT_NAME)
    put, found = store.put, prepared.find_geometry
    put(key, stale.model_dump_json().encode())

    def overtaken(digest: str, store: ObjectStore) -> Geometry | None:
        monkeypatch.setattr(prepared, "find_geometry", found)
        said = found(digest, store)
        put(key, theirs.model_dump_json().encode())
        return said

    monkeypatch.setattr(prepared, "find_geometry", overtaken)

    assert prepared._published(ours, store) == theirs
    assert Geometry.model_validate_json(store.get(key)) == theirs


def test_same_file_gives_the_same_bytes(bearing, bearing_step, prepare):
    again = prepare(bearing_step)

    assert again.glb.sha256 == bearing.glb.sha256
    assert again.digest == bearing.digest


def test_digest_knows_the_tessellation_of_step_and_of_nothing_else(store, small_steps, bearing):
    step = download_model(str(small_steps / "pair.step"), store)
    glb = download_model(str(path_of(bearing.glb)), store)

    assert geometry_digest(step, "fine") != geometry_digest(step, "normal")
    assert geometry_digest(step, "normal") == geometry_digest(step, Tessellation())
    assert geometry_digest(glb, "fine") == geometry_digest(glb, "coarse")


@pytest.mark.parametrize(("file", "unit"), [("pair.step", "mm"), ("inch.step", "inch"), ("metre.step", "m")])
def test_units_give_the_same_metres(file, unit, prepare, small_steps):
    report = prepare(small_steps / file).report

    assert report.unit == unit
    assert report.parts == 3
    assert report.faces == 6 + 3  # the cube's and the pin's, each once
    assert np.allclose(report.size, [0.040, 0.040, 0.012], rtol=1e-3)


@pytest.mark.parametrize(
    ("file", "schema"),
    [
        ("ap203.step", "CONFIG_CONTROL_DESIGN"),
        ("ap214.step", "AUTOMOTIVE_DESIGN"),
        ("ap242.step", "AP242_MANAGED_MODEL_BASED_3D_ENGINEERING_MIM_LF"),
    ],
)
def test_face_keeps_its_own_colour_in_every_application_protocol(file, schema, prepare, small_steps):
    geometry = prepare(small_steps / file)

    assert f"STEP ({schema})" in geometry.report.why
    document = check_glb(path_of(geometry.glb))
    cube = next(mesh for mesh in document["meshes"] if mesh["name"] == "Würfel")
    looks = [document["materials"][primitive["material"]] for primitive in cube["primitives"]]
    colours = sorted(look["pbrMetallicRoughness"]["baseColorFactor"][:3] for look in looks)
    assert np.allclose(
        colours, [[0.448] * 3, [0.604, 0.004, 0.004]], atol=2e-3
    )  # .7 and (.8, .05, .05) in sRGB


def test_compressed_step_is_the_same_model(prepare, small_steps, tmp_path):
    packed = tmp_path / "pair.stpz"
    packed.write_bytes(gzip.compress((small_steps / "pair.step").read_bytes()))

    plain, unpacked = prepare(small_steps / "pair.step"), prepare(packed)

    assert unpacked.report == plain.report
    assert unpacked.glb.sha256 == plain.glb.sha256


def test_parts_that_nobody_named_get_names_for_people(prepare, small_steps):
    geometry = prepare(small_steps / "unnamed.step")
    document = check_glb(path_of(geometry.glb))

    names = [node["name"] for node in document["nodes"]]
    assert not [name for name in names if "=>" in name or "Open CASCADE" in name]
    assert geometry.report.part_names == ("Part 1", "Stift Ø4")
    assert "rechts" in names


@pytest.mark.parametrize(("file", "empty"), [("with_line", "1 of 2"), ("with_point", "2 of 3")])
def test_lines_and_points_of_a_construction_are_left_out_and_reported(prepare, small_steps, file, empty):
    geometry = prepare(small_steps / f"{file}.step")

    assert geometry.report.parts == 1
    assert geometry.report.warnings == (f"{empty} placed parts have nothing to show.",)
    assert [len(mesh["primitives"]) for mesh in check_glb(path_of(geometry.glb))["meshes"]] == [1]


def test_kernel_that_runs_into_its_memory_limit_is_out_of_resources(store, small_steps):
    source = download_model(str(small_steps / "pair.step"), store)

    with pytest.raises(OutOfResources, match="memory"):
        prepare_geometry(source, store, limits=Limits(wall_s=60, memory_bytes=400 * 2**20))


def test_kernel_that_passes_its_deadline_is_timed_out(store, small_steps):
    source = download_model(str(small_steps / "pair.step"), store)

    with pytest.raises(TimedOut):
        prepare_geometry(source, store, limits=Limits(wall_s=0.2))
    assert not list(store.list("geometry/"))
