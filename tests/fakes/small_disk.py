"""A disk of a few kilobytes, in a mount namespace of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

MOUNT = 'mount -t tmpfs -o size="$1" none "$2" && shift 2 && exec "$@"'


def on_a_small_disk(folder: Path, size: str, code: str) -> str:
    """Run Python `code` with `folder`, `size` large, as its argument; returns what it prints."""
    if subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False).returncode:  # noqa: S607 - on PATH
        pytest.skip("this machine lets no test mount a disk of its own")
    command = [
        "unshare",
        "-Urm",
        "sh",
        "-c",
        MOUNT,
        "sh",
        size,
        str(folder),
        sys.executable,
        "-c",
        code,
        str(folder),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path.cwd())
    assert done.returncode == 0, done.stderr
    return done.stdout
