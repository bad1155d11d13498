"""The name of our code: the same for the same code, wherever it lies."""

import shutil
from pathlib import Path

import pytest

from media.code_version import FILES, PACKAGES, code_version
from tests.conftest import ROOT


@pytest.fixture
def copy(tmp_path) -> Path:
    """What an image has of the repository."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_copy_has_the_same_version(copy):
    assert code_version(copy) == code_version(ROOT)
    assert code_version(copy).startswith("code-")


def test_compiled_files_and_pictures_do_not_count(copy):
    (copy / "media" / "__pycache__").mkdir()
    (copy / "media" / "__pycache__" / "job.cpython-311.pyc").touch()
    (copy / "media" / "picture.png").touch()

    assert code_version(copy) == code_version(ROOT)


@pytest.mark.parametrize("name", ["media/job.py", "requirements/base.lock"])
def test_changed_code_and_changed_locks_have_another(copy, name):
    with (copy / name).open("a") as file:
        file.write("# changed\n")

    assert code_version(copy) != code_version(ROOT)


def test_moved_module_has_another(copy):
    (copy / "media" / "job.py").rename(copy / "media" / "work.py")

    assert code_version(copy) != code_version(ROOT)
