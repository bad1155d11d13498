"""The same bearing in every format: its size, its parts, which way it stands, and a picture of it."""

import io
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blocks.tools import open_tools
from media import jobs
from media.geometry.conventions import Conventions
from media.geometry.mesh import make_from_mesh
from media.geometry.model_file import ModelFile
from media.geometry.prepare import prepare_geometry
from media.geometry.report import GeometryReport
from media.job import StillJob
from media.kind import Kind
from media.process import Limits
from media.source import download_model
from tests.media.geometry.conftest import ROOT, run_script
from tests.media.geometry.glb_check import check_glb

STEP_BOUNDS = [[-0.126, -0.030, -0.126], [0.126, 0.023, 0.126]]  # metres, Y up: it reaches further down
DIAGONAL = float(np.linalg.norm(np.subtract(*STEP_BOUNDS)))
TRIANGLES = 118_702  # of the one tessellation that examples/bearing_mesh.py makes
LIMITS = Limits(wall_s=120)
GUESSED = ("unit was guessed", "up axis was guessed")
# Format: placed parts, distinct parts, triangles, what warnings say.
EXPECTED = {
    "iges": (140, 140, None, ()),
    "stl": (1, 1, TRIANGLES, GUESSED),
    "obj": (140, 140, TRIANGLES, GUESSED),
    "ply": (1, 1, TRIANGLES, GUESSED),
    "glb": (140, 11, TRIANGLES, ()),
    "usda": (140, 11, TRIANGLES, ()),
    "usdc": (140, 11, TRIANGLES, ()),
    "usdz": (140, 11, TRIANGLES, ()),
}
SIZE, PICTURE = 64, {"width": 64, "height": 64, "samples": 4, "detail": "coarse", "denoise": False}
ALIKE, ALIKE_IN_SHAPE = 3.0, 0.985


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The bearing in every format that comes in one file, and OBJ with its MTL."""
    folder = tmp_path_factory.mktemp("formats")
    formats = ("step", *EXPECTED)
    run_script(ROOT / "examples" / "bearing_formats.py", str(folder), "--only", ",".join(formats))
    return folder


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    """One store for everything here, so that nothing is made twice."""
    before = os.environ.get("RENDERMILL_STORE")
    os.environ["RENDERMILL_STORE"] = str(tmp_path_factory.mktemp("store"))
    yield open_tools()
    os.environ.pop("RENDERMILL_STORE")
    if before is not None:
        os.environ["RENDERMILL_STORE"] = before


def report_of(path: Path, studio, conventions: Conventions | None = None) -> GeometryReport:
    source = download_model(str(path), studio.store)
    return prepare_geometry(source, studio.store, "coarse", conventions or Conventions()).report


def picture(path: Path, studio, **wishes: object) -> np.ndarray:
    """Render a small picture; returns it as (64, 64, 4) from 0 to 255, cut out."""
    job = StillJob(source=str(path), background="transparent", **PICTURE, **wishes)
    still = jobs.run(job, studio).output("still")
    return np.asarray(Image.open(io.BytesIO(studio.store.get(still.asset.key))).convert("RGBA"), dtype=float)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """How far apart two pictures of a part are: mean difference of blocks of 8 by 8 pixels, of 255."""
    shown = [
        (image[:, :, :3] * image[:, :, 3:] / 255).reshape(8, 8, 8, 8, 3).mean((1, 3))
        for image in (one, other)
    ]
    return float(np.abs(shown[0] - shown[1]).max(axis=2).mean())


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """How much of two silhouettes is common to both."""
    alpha = [image[:, :, 3] / 255 for image in (one, other)]
    return float(np.minimum(*alpha).sum() / np.maximum(*alpha).sum())


@pytest.fixture(scope="module")
def step_picture(folder, studio) -> np.ndarray:
    return picture(folder / "bearing.step", studio)


@pytest.mark.parametrize("suffix", EXPECTED)
def test_bearing_has_the_same_size_parts_and_triangles_in_every_format(suffix, folder, studio):
    parts, distinct, triangles, remarks = EXPECTED[suffix]
    step = report_of(folder / "bearing.step", studio)

    report = report_of(folder / f"bearing.{suffix}", studio)

    assert np.allclose([step.bounds_min, step.bounds_max], STEP_BOUNDS, atol=0.001 * DIAGONAL)
    assert np.allclose(
        [report.bounds_min, report.bounds_max], [step.bounds_min, step.bounds_max], atol=0.001 * DIAGONAL
    )
    assert (report.parts, report.distinct_parts) == (parts, distinct)
    if triangles is None:
        assert report.triangles == pytest.approx(step.triangles, rel=0.01)
    else:
        assert report.triangles == triangles
    said = [warning for warning in report.warnings if "missing" not in warning]
    assert [remark in warning for remark, warning in zip(remarks, said, strict=True)] == [True] * len(remarks)


@pytest.mark.parametrize("suffix", ["iges", "ply", "glb", "usda", "usdc", "usdz"])
def test_bearing_looks_the_same_in_every_format_that_has_colours(suffix, folder, studio, step_picture):
    found = picture(folder / f"bearing.{suffix}", studio)

    assert overlap(found, step_picture) > ALIKE_IN_SHAPE
    assert apart(found, step_picture) < ALIKE


@pytest.mark.parametrize("suffix", ["glb", "usda", "usdc", "usdz"])
def test_parts_are_named_as_in_the_step_file(suffix, folder, studio):
    step, report = (report_of(folder / f"bearing.{each}", studio) for each in ("step", suffix))

    assert len(report.part_names) == 11
    assert set(report.part_names) == set(step.part_names)


def test_stl_looks_like_the_bearing_without_its_colours(folder, studio, step_picture):
    found = picture(folder / "bearing.stl", studio)

    assert overlap(found, step_picture) > ALIKE_IN_SHAPE
    assert apart(found, step_picture) > ALIKE


def test_obj_takes_colours_from_the_mtl_beside_it(folder, studio, step_picture, tmp_path):
    file = ModelFile(folder / "bearing.obj", "bearing.obj", Kind.OBJ, root=folder)

    made = make_from_mesh(file, tmp_path, Conventions(), LIMITS)

    assert made.report.missing_external_references == ()
    assert {"Flanschgehäuse", "Kugel 22", "Mutter"} <= set(made.report.part_names)
    found = picture(made.glb, studio)
    assert overlap(found, step_picture) > ALIKE_IN_SHAPE
    assert apart(found, step_picture) < ALIKE


def test_wrong_up_axis_would_be_seen(folder, studio, step_picture):
    lying = picture(folder / "bearing.ply", studio, up_axis="y")

    assert overlap(lying, step_picture) < ALIKE_IN_SHAPE
    assert apart(lying, step_picture) > ALIKE


def test_mirrored_bearing_would_be_seen(step_picture):
    assert apart(step_picture[:, ::-1], step_picture) > ALIKE


@pytest.mark.parametrize("suffix", ["step", "iges"])
def test_cad_file_is_turned_if_another_axis_is_said_to_point_up(suffix, folder, studio):
    report = report_of(folder / f"bearing.{suffix}", studio, Conventions(up_axis="y"))

    assert report.size == pytest.approx((0.252, 0.252, 0.053), rel=2e-3)
    assert report.warnings == ()


def test_what_a_format_cannot_carry_is_said(folder, studio):
    said = {
        suffix: report_of(folder / f"bearing.{suffix}", studio).why
        for suffix in ("iges", "stl", "obj", "ply")
    }

    assert "no assembly and no instances" in said["iges"]
    assert "no assembly, colours or smooth normals; only as text, names" in said["stl"]
    assert "no assembly, no instances" in said["obj"]
    assert "no parts or names" in said["ply"]


def test_obj_without_its_mtl_says_what_is_missing(folder, studio, tmp_path):
    alone = shutil.copy(folder / "bearing.obj", tmp_path)

    report = report_of(Path(alone), studio)

    assert report.missing_external_references == ("bearing.mtl",)
    assert report.warnings[0] == "Files it refers to are missing: bearing.mtl."


@pytest.mark.parametrize("suffix", ["stl", "obj", "ply"])
def test_mesh_becomes_a_sound_glb(suffix, folder, tmp_path):
    file = ModelFile(folder / f"bearing.{suffix}", "bearing", Kind(suffix), root=folder)

    made = make_from_mesh(file, tmp_path, Conventions(unit="inch", up_axis="y"), LIMITS)

    assert made.report.size == pytest.approx((25.4 * 0.252, 25.4 * 0.252, 25.4 * 0.053), rel=1e-3)
    if suffix != "stl":  # STL has no normals worth keeping
        check_glb(made.glb)
