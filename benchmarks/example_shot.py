"""The example shot, as the benchmarks of shots render it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def write_shot(folder: Path, frames: int) -> Path:
    """Write the example shot of so many frames; returns its archive."""
    argv = [sys.executable, str(ROOT / "examples" / "shot.py"), str(folder), "--frames", str(frames)]
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    return folder / "shot.zip"
