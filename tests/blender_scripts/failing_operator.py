"""Render frames 1 to 3 by an operator that fails at frame 2, as often as is said.

Arguments: scene, folder, how often, what it says then, wishes for the job as JSON. Run inside Blender by the
tests.
"""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from blender_scripts.__main__ import reported
from blender_scripts.frame_renderer import render_picture
from blender_scripts.job import read_job
from blender_scripts.rendering import render_frames
from tests.blender_scripts.blender import render_job


class Failing:
    """Blender's render operator, failing from the second call on."""

    def __init__(self, failures: int, says: str) -> None:
        self._calls = 0
        self._failing = range(2, 2 + failures)
        self._says = says

    def __call__(self) -> None:
        self._calls += 1
        if self._calls in self._failing:
            raise RuntimeError(f"Error: {self._says}")
        render_picture()


def main(scene: str, folder: str, failures: str, says: str, wishes: str) -> int:
    job_file = Path(folder) / "probe.json"
    job_file.write_text(json.dumps({"schema": 1, **render_job(Path(scene), **json.loads(wishes))}))
    commands = [json.dumps({"frame": n, "path": f"{folder}/{n:06d}.part"}) for n in (1, 2, 3)]
    operator = Failing(int(failures), says)
    return reported(lambda channel: render_frames(read_job(job_file), channel, commands, operator))


if __name__ == "__main__":
    code = main(*sys.argv[-5:])
    sys.stdout.flush()
    os._exit(code)
