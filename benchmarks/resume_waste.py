"""Measure what kills cost an animation: frames rendered beyond those there are, per kill; at most 2.

An animation is rendered by a process that is killed when a quarter, a half and three quarters of its frames
were written: each time when the renderer has just said so, which is when most is lost.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.example_shot import ROOT, write_shot
from benchmarks.figure import Figure

ISSUE = 6
FRAMES = 24
KILLED_AT = (0.25, 0.5, 0.75)
JOB = {"blend": "cleaned", "width": 64, "height": 36, "samples": 1, "denoise": "off"}


def main() -> None:
    """Print the figure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        job = json.dumps({"source": str(write_shot(folder, FRAMES)), **JOB})
        environment = os.environ | {
            "RENDERMILL_STORE": str(folder / "store"),
            "TMPDIR": str(folder),
            "PYTHONPATH": str(ROOT),
        }
        lives = [one_life(job, environment, limit) for limit in (*_limits(), None)]
    rendered = [len(frames) for frames, _ in lives]
    were_killed = [not done for _, done in lives[:-1]]
    is_whole = all(were_killed) and lives[-1][1] and _all_frames(lives)
    figure = Figure(
        name="resume_waste",
        value=round((sum(rendered) - FRAMES) / len(KILLED_AT), 2) if is_whole else None,
        unit="frames per kill",
        arms={"frames": FRAMES, "killed_at": KILLED_AT, "rendered_by_life": rendered},
        repeats=1,
    )
    print(figure.model_dump_json())


def one_life(job: str, environment: Mapping[str, str], until: int | None) -> tuple[list[int], bool]:
    """Render until a frame of this number is written; returns the frames written, and whether it finished."""
    argv = [sys.executable, str(ROOT / "tests" / "faults" / "engine.py"), job, "--shot"]
    said: list[str] = []
    with subprocess.Popen(argv, env=dict(environment), stdout=subprocess.PIPE, text=True) as engine:
        for line in engine.stdout or ():
            said.append(line.strip())
            if until is not None and said[-1] == f"rendered {until}":
                engine.kill()
                said += [late.strip() for late in engine.stdout or ()]
                break
    return [int(line.split()[1]) for line in said if line.startswith("rendered")], "done" in said


def _limits() -> list[int]:
    return [round(FRAMES * share) for share in KILLED_AT]


def _all_frames(lives: list[tuple[list[int], bool]]) -> bool:
    return {number for frames, _ in lives for number in frames} == set(range(1, FRAMES + 1))


if __name__ == "__main__":
    main()
