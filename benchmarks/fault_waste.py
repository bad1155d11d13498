"""Measure what killed runs cost: frames rendered over frames, with one SIGKILL for every ten frames.

A turntable is rendered by a process that is killed again and again, each time when the renderer has just said
that a frame is written, which is when most is lost: it is not committed yet, and the next may be under way.
After how many frames, is random by a seed. What was committed is not rendered again.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.bearing_arms import ROOT, write_bearing
from benchmarks.figure import Figure

ISSUE = 3
FRAMES, FRAMES_PER_KILL = 40, 10
SEEDS = (1, 2)
JOB = {"width": 64, "height": 64, "samples": 1, "frames": FRAMES, "detail": "coarse"}


def main() -> None:
    """Print the figure, all seeds together."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        job = json.dumps({"source": str(write_bearing(folder)), **JOB})
        rendered = {seed: frames_rendered(job, folder / f"seed-{seed}", seed) for seed in SEEDS}
    kills = FRAMES // FRAMES_PER_KILL
    figure = Figure(
        name="fault_waste",
        value=round(sum(rendered.values()) / (FRAMES * len(SEEDS)), 3) if all(rendered.values()) else None,
        unit="ratio",
        arms={"frames": FRAMES, "kills": kills, "rendered_by_seed": rendered},
        repeats=len(SEEDS),
    )
    print(figure.model_dump_json())


def frames_rendered(job: str, folder: Path, seed: int) -> int:
    """Render with kills until the run is done; returns the frames written, 0 if it was not done then."""
    (folder / "tmp").mkdir(parents=True)
    environment = os.environ | {
        "RENDERMILL_STORE": str(folder / "store"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONPATH": str(ROOT),
    }
    written = 0
    for life in lives(seed):
        frames, done = one_life(job, environment, life)
        written += frames
        if done:
            return written if life is None else 0
    return 0


def lives(seed: int) -> list[int | None]:
    """Return after how many frames each start is killed, each with work left; the last never is."""
    moment = random.Random(seed)  # noqa: S311 - to repeat a run by
    kills = FRAMES // FRAMES_PER_KILL
    return [*(moment.randint(FRAMES_PER_KILL // 2, FRAMES_PER_KILL - 1) for _ in range(kills)), None]


def one_life(job: str, environment: Mapping[str, str], killed_after: int | None) -> tuple[int, bool]:
    """Run the engine of tests/faults; returns the frames that it wrote, and whether it finished."""
    argv = [sys.executable, str(ROOT / "tests" / "faults" / "engine.py"), job]
    said: list[str] = []
    with subprocess.Popen(argv, env=dict(environment), stdout=subprocess.PIPE, text=True) as engine:
        for line in engine.stdout or ():
            said.append(line.strip())
            if killed_after is not None and rendered_in(said) >= killed_after:
                engine.kill()
                said += [late.strip() for late in engine.stdout or ()]
                break
    return rendered_in(said), "done" in said


def rendered_in(said: list[str]) -> int:
    """Count the frames that a renderer said it had written."""
    return sum(line.startswith("rendered") for line in said)


if __name__ == "__main__":
    main()
