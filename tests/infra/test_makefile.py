"""The Makefile as its users meet it; nothing is installed or run here."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BEGIN = ["help", "doctor", "setup", "demo", "catalogue-demo", "gallery", "put"]
CHECK = ["test", "check", "faults", "faults-rental", "scale-rental", "bench", "test-blenders", "test-docker"]
GO_ON = [
    "server",
    "deploy",
    "deploy-docker",
    "deploy-runpod",
    "blocks",
    "worker",
    "runpod-sim",
    "image",
    "image-size",
    "gpu-bundle",
    "gpu-check",
    "lock",
    "clean",
]
# Nothing of the make that runs the tests: its flags and variables would decide here.
ENVIRONMENT = {"PATH": os.environ["PATH"]}


def make(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = ["make", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=ENVIRONMENT)


@pytest.mark.parametrize("target", [*BEGIN, *CHECK, *GO_ON])
def test_help_lists(target: str) -> None:
    assert re.search(rf"^  make {target} +[A-Z]", make().stdout, re.MULTILINE)


def test_check_runs_every_tool_before_the_tests() -> None:
    planned = make("-n", "check").stdout
    steps = ["ruff format --check", "ruff check", "-m mypy", "lint-imports", "-m pytest"]
    places = [planned.index(step) for step in steps]
    assert places == sorted(places)


def test_ci_runs_check() -> None:
    assert "make check" in (ROOT / ".ci" / "run").read_text()


def test_demo_ends_with_the_turntable() -> None:
    assert "examples/demo.py" in make("-n", "demo").stdout.strip().splitlines()[-1]
    demo = (ROOT / "examples" / "demo.py").read_text()
    assert demo.index("run(render_still") < demo.index("run(render_turntable")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The Makefile in a folder whose name has a space, without an environment."""
    folder = tmp_path / "a copy"
    (folder / "infra").mkdir(parents=True)
    for name in ("Makefile", "infra/doctor.py"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    return folder


def test_doctor_needs_no_environment_and_no_path_without_spaces(copy: Path) -> None:
    finished = make("doctor", f"PYTHON={sys.executable}", folder=copy)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert not (copy / ".venv").exists()


def test_no_python_at_all_is_answered_with_an_apt_line(copy: Path) -> None:
    finished = make("doctor", "PYTHON=no-such-python", folder=copy)
    assert finished.returncode != 0
    assert "apt-get install -y --no-install-recommends python3 python3-venv" in finished.stderr


def test_another_python_stops_setup_before_anything_is_made(copy: Path) -> None:
    (copy / "requirements").mkdir()
    for name in ("bootstrap", "dev"):
        (copy / "requirements" / f"{name}.lock").touch()
    old = copy / "old-python"
    old.write_text("#!/bin/sh\necho 'doctor: missing Python 3.9.2: expected 3.11'\nexit 1\n")
    old.chmod(0o755)

    finished = make("setup", "PYTHON=./old-python", folder=copy)

    assert finished.returncode != 0
    assert "expected 3.11" in finished.stderr
    assert not (copy / ".venv").exists()
