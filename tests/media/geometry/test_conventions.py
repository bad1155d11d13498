"""Unit and up axis: guessed where a format leaves them open, said to be guessed, and in the digest."""

import hashlib
import json

import pytest

from media.geometry.conventions import Conventions
from media.geometry.prepare import RECIPE, geometry_digest, prepare_geometry
from media.kind import Kind
from media.source import Source, download_model
from tests.media.geometry.test_bad_mesh import OBJ

INCH = Conventions(unit="inch", up_axis="y")


@pytest.fixture
def obj(tmp_path, store) -> Source:
    """A triangle of 10 by 10 units."""
    path = tmp_path / "part.obj"
    path.write_bytes(OBJ + b"f 1 2 3\n")
    return download_model(str(path), store)


def of_kind(source: Source, kind: Kind) -> Source:
    return source.model_copy(update={"kind": kind})


@pytest.mark.parametrize(
    ("unit", "metres"), [("mm", 0.01), ("cm", 0.1), ("m", 10), ("inch", 0.254), ("foot", 3.048)]
)
def test_mesh_is_as_large_as_its_unit_says(unit, metres, obj, store):
    report = prepare_geometry(obj, store, conventions=Conventions(unit=unit, up_axis="y")).report

    assert report.size == pytest.approx((metres, metres, 0), rel=1e-6)
    assert (report.unit, report.warnings) == (unit, ())


def test_guess_that_is_confirmed_is_found_and_no_longer_warned_of(obj, store):
    guessed = prepare_geometry(obj, store)
    said = prepare_geometry(obj, store, conventions=Conventions(unit="mm", up_axis="z"))
    again = prepare_geometry(obj, store)

    assert len(guessed.report.warnings) == 2
    assert said.found
    assert said.report.warnings == ()
    assert again.found
    assert again.report.warnings == guessed.report.warnings


def test_usd_that_states_no_unit_is_not_said_to_state_one():
    unit, axis = INCH.remarks("usd")

    assert unit.endswith("the unit of a USD scene is its metersPerUnit, or cm if it states none.")
    assert axis.endswith("the up axis of a USD scene is its upAxis, or y if it states none.")


def test_warning_names_the_field_that_would_answer_it():
    unit, axis = Conventions().remarks("stl")

    assert "mm" in unit
    assert "source_unit" in unit
    assert "up_axis" in axis
    assert Conventions().remarks("step") == ()


@pytest.mark.parametrize("source_format", ["glb", "usd"])
def test_what_was_said_in_vain_is_said(source_format):
    unit, axis = INCH.remarks(source_format)

    assert "source_unit inch was not used" in unit
    assert "up_axis y was not used" in axis


def test_digest_of_step_and_glb_is_what_it_was_before_there_were_units(obj):
    step, glb = of_kind(obj, Kind.STEP), of_kind(obj, Kind.GLB)
    made_of = {"recipe": RECIPE, "source": obj.asset.sha256, "stage": "geometry"}
    tessellated = made_of | {"angle": "0.2", "deflection": "0.0001", "occt": "8.0"}

    assert geometry_digest(glb) == digest(made_of)
    assert geometry_digest(step) == digest(tessellated)
    assert geometry_digest(glb, conventions=INCH) == geometry_digest(glb)
    assert geometry_digest(step, conventions=Conventions(unit="inch", up_axis="z")) == geometry_digest(step)
    assert geometry_digest(step, conventions=INCH) != geometry_digest(step)


def digest(made_of: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(made_of, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@pytest.mark.parametrize("kind", [Kind.STL, Kind.OBJ, Kind.PLY, Kind.ZIP])
def test_digest_of_a_mesh_knows_unit_and_axis(kind, obj):
    source = of_kind(obj, kind)
    digests = {
        geometry_digest(source, conventions=Conventions(unit=unit, up_axis=axis))
        for unit in (None, "mm", "cm", "inch")
        for axis in (None, "z", "y")
    }

    assert len(digests) == 6


def test_digest_of_a_mesh_knows_no_tessellation_but_that_of_a_bundle_does(obj):
    mesh, bundle, iges = (of_kind(obj, kind) for kind in (Kind.STL, Kind.ZIP, Kind.IGES))

    assert geometry_digest(mesh, "fine") == geometry_digest(mesh, "coarse")
    assert geometry_digest(bundle, "fine") != geometry_digest(bundle, "coarse")
    assert geometry_digest(iges, "fine") != geometry_digest(iges, "coarse")
