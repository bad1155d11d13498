"""The files that are damaged here."""

from pathlib import Path

import pytest

from tests.fuzz.sound import write_sound_files


@pytest.fixture(scope="session")
def sound_files(tmp_path_factory) -> dict[str, list[bytes]]:
    """The sound files by kind; see `sound.py`."""
    folder: Path = tmp_path_factory.mktemp("sound")
    return write_sound_files(folder)
