"""Models to work on: the example bearing, prepared once, and small STEP files made by OCCT."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from media.geometry.prepare import prepare_geometry
from media.geometry.report import Geometry
from media.source import download_model
from media.store import FolderStore

ROOT = Path(__file__).parents[3]
Prepare = Callable[[Path], Geometry]


def run_script(script: Path, *arguments: str) -> None:
    argv = [sys.executable, str(script), *arguments]
    subprocess.run(argv, check=True, capture_output=True, timeout=120)


@pytest.fixture(scope="session")
def bearing_step(tmp_path_factory) -> Path:
    """The example bearing as STEP."""
    path = tmp_path_factory.mktemp("bearing") / "bearing.step"
    run_script(ROOT / "examples" / "bearing.py", str(path))
    return path


@pytest.fixture(scope="session")
def bearing_store(tmp_path_factory) -> FolderStore:
    """The store that holds the bearing's geometry."""
    return FolderStore(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="session")
def bearing(bearing_step, bearing_store) -> Geometry:
    """The bearing's geometry, made once."""
    return prepare_geometry(download_model(str(bearing_step), bearing_store), bearing_store)


@pytest.fixture(scope="session")
def small_steps(tmp_path_factory) -> Path:
    """A folder of small STEP files; see `make_step.py`."""
    folder = tmp_path_factory.mktemp("small")
    run_script(Path(__file__).with_name("make_step.py"), str(folder))
    return folder


@pytest.fixture
def store(tmp_path) -> FolderStore:
    """An empty store."""
    return FolderStore(tmp_path / "store")


@pytest.fixture
def prepare(store) -> Prepare:
    """Download and prepare a file with an empty store."""

    def prepared(path: Path) -> Geometry:
        return prepare_geometry(download_model(str(path), store), store)

    return prepared
