"""Temporary folders go away, also those of the dead."""

import subprocess
import sys
from pathlib import Path

from media.workspace import workspace

ROOT = Path(__file__).parents[2]


def test_folder_is_there_for_the_block_and_gone_after_it(tmp_path):
    with workspace(tmp_path) as folder:
        (folder / "file").write_text("x")

    assert list(tmp_path.iterdir()) == []


def test_folder_of_a_living_owner_is_left_alone(tmp_path):
    with workspace(tmp_path) as first, workspace(tmp_path) as second:
        assert first.is_dir()
        assert second.is_dir()


def test_folder_of_a_killed_owner_is_removed_by_the_next(tmp_path):
    owner = f"""
import os, signal, sys; sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from media.workspace import workspace
with workspace(Path({str(tmp_path)!r})) as folder:
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", owner], check=False)
    (orphan,) = tmp_path.iterdir()

    with workspace(tmp_path):
        assert not orphan.exists()
