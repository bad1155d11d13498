"""The example bearing is the same file every time, in every schema and unit, shared or not."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from media.geometry.prepare import prepare_geometry
from media.geometry.report import Tessellation
from media.source import download_model
from media.store import FolderStore

SCRIPT = Path(__file__).parents[2] / "examples" / "bearing.py"
COARSE = Tessellation.of("coarse")


def written(path: Path, *options: str) -> Path:
    argv = [sys.executable, str(SCRIPT), str(path), *options]
    subprocess.run(argv, check=True, capture_output=True, timeout=120)
    return path


@pytest.mark.parametrize(
    ("options", "schema", "unit"),
    [
        (("--schema", "AP203", "--unit", "inch"), "CONFIG_CONTROL_DESIGN", "inch"),
        (("--schema", "AP242", "--unit", "m"), "AP242_MANAGED_MODEL_BASED_3D_ENGINEERING", "m"),
    ],
)
def test_other_schemas_and_units_hold_the_same_bearing(options, schema, unit, tmp_path):
    path = written(tmp_path / "bearing.step", *options)
    store = FolderStore(tmp_path / "store")

    report = prepare_geometry(download_model(str(path), store), store, COARSE).report

    assert schema in re.sub(r"\s", "", path.read_text()[:2000])
    assert report.unit == unit
    assert (report.parts, report.distinct_parts) == (140, 11)
    assert report.size == pytest.approx((0.252, 0.053, 0.252), rel=2e-3)


def test_distinct_bearing_shares_nothing(tmp_path):
    path = written(tmp_path / "bearing.step", "--distinct")
    store = FolderStore(tmp_path / "store")

    report = prepare_geometry(download_model(str(path), store), store, COARSE).report

    assert (report.parts, report.distinct_parts) == (140, 140)
    assert report.triangles == report.distinct_triangles
