"""Temporary folders go away, also those of the dead."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from media.workspace import PREFIX, UNLOCKED_S, workspace

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
import pytest

from media.workspace import PREFIX, UNLOCKED_S, workspace
with workspace(Path({str(tmp_path)!r})) as folder:
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", owner], check=False)
    (orphan,) = tmp_path.iterdir()

    with workspace(tmp_path):
        assert not orphan.exists()


@pytest.mark.parametrize(
    ("age_s", "content", "removed"),
    [(2 * UNLOCKED_S, None, True), (0, None, False), (2 * UNLOCKED_S, "somebody's", False)],
)
def test_folder_whose_owner_was_killed_before_it_locked_it_is_removed_in_time(
    tmp_path, age_s, content, removed
):
    orphan = tmp_path / f"{PREFIX}orphan"
    orphan.mkdir()
    if content:
        (orphan / "file").write_text(content)
    os.utime(orphan, (time.time() - age_s,) * 2)

    with workspace(tmp_path):
        assert orphan.exists() is not removed
