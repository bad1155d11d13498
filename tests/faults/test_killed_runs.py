"""A run killed at any named point leaves nothing half-done in sight, and the next goes on where it stopped.

The short version kills at four points and runs with every check; `make faults` kills at all of them, and at
random moments.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from media.blender import packaged_blender
from media.digest import sha256_of_file
from media.faults import FAULT_POINTS, FaultPoint
from media.job import TurntableJob
from media.manifest import Manifest, manifest_key
from media.plan import plan
from media.source import download_model
from media.store import FolderStore
from media.video.check import read_video
from tests.processes import descendants, wait_until_gone

ROOT = Path(__file__).parents[2]
FRAMES = 4
SHORT: tuple[FaultPoint, ...] = (
    "geometry.before_report",
    "frame.before_put",
    "frame.after_put",
    "manifest.before_put",
)
OF_STILLS: set[FaultPoint] = {"still.before_put"}
LONG = [point for point in FAULT_POINTS if point not in OF_STILLS]
BEFORE_FRAMES = ("source", "geometry", "scene")


def job_of(bearing_step: Path) -> str:
    fields = {"width": 48, "height": 48, "samples": 1, "frames": FRAMES, "detail": "coarse"}
    return json.dumps({"source": str(bearing_step), **fields})


class Engine:
    """Runs the job in a process of its own, on one store and one temporary folder."""

    def __init__(self, folder: Path, job: str) -> None:
        self.store = FolderStore(folder / "store")
        self.temporary = folder / "tmp"
        self.temporary.mkdir(parents=True)
        self._job = job

    def start(self, point: str | None = None) -> subprocess.Popen[str]:
        environment = os.environ | {
            "RENDERMILL_STORE": str(self.store.root),
            "TMPDIR": str(self.temporary),
            "PYTHONPATH": str(ROOT),
        }
        argv = [
            sys.executable,
            str(ROOT / "tests" / "faults" / "engine.py"),
            self._job,
            *(["--kill-at", point] if point else []),
        ]
        return subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, text=True)

    def run(self, point: str | None = None) -> tuple[int, list[str]]:
        """Run to the end; returns how it ended and what it said."""
        with self.start(point) as process:
            assert process.stdout is not None
            said = process.stdout.read().splitlines()
        return process.returncode, said


@pytest.fixture(scope="session")
def prepared(bearing_step, tmp_path_factory) -> Path:
    """A store in which geometry and scene are ready, to save each sweep their seconds."""
    folder = tmp_path_factory.mktemp("prepared")
    engine = Engine(folder, job_of(bearing_step))
    engine.run("frame.before_record")
    return engine.store.root


def engine_for(point: str, folder: Path, prepared: Path, bearing_step: Path) -> Engine:
    engine = Engine(folder, job_of(bearing_step))
    if not point.startswith(BEFORE_FRAMES):
        shutil.copytree(prepared, engine.store.root)
    return engine


def assert_holds(engine: Engine, said: list[str], losses: int, bearing_step: Path) -> None:
    """Check the invariants after a run that was killed `losses` times and then finished."""
    tools_blender = packaged_blender({})
    job = TurntableJob.model_validate(json.loads(job_of(bearing_step)))
    planned = plan(job, download_model(str(bearing_step), engine.store), tools_blender)
    manifest = Manifest.model_validate_json(engine.store.get(manifest_key(planned.result)))
    stored = engine.temporary / "object"
    promised = [(o.asset.key, o.asset.sha256) for o in manifest.content.outputs]
    for key, digest in [*promised, *((f.key, f.sha256) for f in manifest.content.frames)]:
        engine.store.fetch(key, stored)
        assert sha256_of_file(stored) == digest, key
    engine.store.fetch(manifest.output("video").asset.key, stored.with_suffix(".mp4"))
    assert read_video(stored.with_suffix(".mp4")).frames == FRAMES
    assert {frame.number for frame in manifest.record.frames} == set(range(1, FRAMES + 1))
    assert all(frame.device.name for frame in manifest.record.frames)
    rendered = [line for line in said if line.startswith("rendered")]
    assert len(rendered) <= FRAMES + 2 * losses
    left = {path.name for path in engine.temporary.iterdir()} - {"object", "object.mp4"}
    assert left == set()


@pytest.mark.parametrize(
    "point", [pytest.param(p, marks=() if p in SHORT else pytest.mark.long) for p in LONG]
)
def test_run_killed_at_a_named_point_resumes(point, tmp_path, prepared, bearing_step):
    engine = engine_for(point, tmp_path, prepared, bearing_step)

    killed, before = engine.run(point)
    done, after = engine.run()

    assert killed == -signal.SIGKILL
    assert done == 0
    assert after[-1] == "done"
    assert_holds(engine, before + after, 1, bearing_step)


@pytest.mark.parametrize("seed", [pytest.param(n, marks=pytest.mark.long) for n in range(6)])
def test_run_killed_again_and_again_at_random_moments_finishes(seed, tmp_path, prepared, bearing_step):
    engine = engine_for("frame", tmp_path, prepared, bearing_step)
    moment = random.Random(seed)  # noqa: S311 - a seed to repeat a failure by
    said: list[str] = []

    for _ in range(3):
        with engine.start() as process:
            assert process.stdout is not None
            said += [process.stdout.readline().strip() for _ in range(moment.randint(1, 3))]
            process.kill()
            said += process.stdout.read().splitlines()
    done, last = engine.run()

    assert done == 0
    assert_holds(engine, [*said, *last], 3, bearing_step)


def test_nothing_of_a_killed_run_is_left_alive(tmp_path, prepared, bearing_step):
    engine = engine_for("frame", tmp_path, prepared, bearing_step)
    with engine.start() as process:
        assert process.stdout is not None
        process.stdout.readline()
        below = descendants(process.pid)
        process.kill()

    assert below, "there was a renderer to leave behind"
    for pid in below:
        wait_until_gone(pid)
