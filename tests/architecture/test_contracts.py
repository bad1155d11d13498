"""The import contracts of pyproject.toml, each shown to break on the import that it is there to refuse."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.modules import PACKAGES

ROOT = Path(__file__).resolve().parents[2]

# contract, file, the import it refuses
REFUSED = [
    ("Flows call tasks, tasks call the rest, nothing looks up", "blocks/store.py", "import tasks"),
    ("Flows call tasks, tasks call the rest, nothing looks up", "tasks/frames.py", "import flows"),
    ("A flow has no clients", "flows/still.py", "import boto3"),
    ("A flow has no clients", "flows/still.py", "import infra.s3"),
    ("Infra never starts flows or tasks by import", "infra/s3.py", "import flows"),
    ("Media is plain Python: nothing of ours, no Prefect, no cloud SDK", "media/job.py", "import prefect"),
    ("Media is plain Python: nothing of ours, no Prefect, no cloud SDK", "media/job.py", "import infra.s3"),
    ("Blender's side and ours share no import", "blender_scripts/scene.py", "import media"),
    ("Nobody imports Blender's side, or Blender", "tasks/frames.py", "import bpy"),
    ("Nobody imports Blender's side, or Blender", "infra/s3.py", "import blender_scripts"),
    (
        "Blender's side imports nothing of ours and nothing that Blender lacks",
        "blender_scripts/scene.py",
        "import pydantic",
    ),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def empty_house(tmp_path: Path) -> Path:
    """Our packages, with our contracts and nothing in them."""
    for package in PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "infra" / "s3.py").touch()
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    return tmp_path


def test_contracts_hold_in_an_empty_house(empty_house: Path) -> None:
    finished = lint(empty_house)
    assert finished.returncode == 0, finished.stdout
    assert "BROKEN" not in finished.stdout


@pytest.mark.parametrize(("contract", "path", "line"), REFUSED)
def test_contract_breaks_on(contract: str, path: str, line: str, empty_house: Path) -> None:
    (empty_house / path).write_text(line + "\n")

    finished = lint(empty_house)

    assert finished.returncode != 0
    assert f"{contract} BROKEN" in finished.stdout


def test_the_doors_may_open_on_blocks(empty_house: Path) -> None:
    (empty_house / "infra" / "api").mkdir()
    (empty_house / "infra" / "api" / "__init__.py").touch()
    (empty_house / "infra" / "api" / "store.py").write_text("import blocks\n")

    assert lint(empty_house).returncode == 0
