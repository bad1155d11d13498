"""Runs in processes of their own, which may be killed, and what must hold when one has finished after all."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from media.blender import packaged_blender
from media.digest import sha256_of_file
from media.faults import FaultPoint
from media.job import TurntableJob
from media.manifest import Manifest, manifest_key
from media.plan import plan
from media.source import download_model
from media.store import FolderStore
from media.video.check import read_video

ROOT = Path(__file__).parents[2]
ENGINE = str(Path(__file__).with_name("engine.py"))
FRAMES = 4
PICTURES = 3


@dataclass
class Ledger:
    """What the fault run did, for its last line."""

    points: set[str] = field(default_factory=set)
    seeds: set[int] = field(default_factory=set)
    losses: int = 0
    frames: int = 0
    redone: int = 0

    def __str__(self) -> str:
        return (
            f"{len(self.points)} points covered ({', '.join(sorted(self.points))}); seeds "
            f"{', '.join(map(str, sorted(self.seeds))) or 'none'}; {self.losses} losses; "
            f"{self.redone} frames redone of {self.frames}"
        )


LEDGER = Ledger()


def job_of(bearing_step: Path) -> str:
    """Return a job of a few seconds."""
    fields = {"width": 48, "height": 48, "samples": 1, "frames": FRAMES, "detail": "coarse"}
    return json.dumps({"source": str(bearing_step), **fields})


def order_list(bearing_step: Path, path: Path) -> Path:
    """Write the order list of a catalogue of a few pictures of one product; returns where it is."""
    tiny = {"width": 48, "height": 48, "samples": 1, "detail": "coarse"}
    types = {f"from-{angle}": tiny | {"azimuth": angle} for angle in range(10, 10 + PICTURES)}
    line = {"product": "A", "source": str(bearing_step), "outputs": list(types)}
    path.write_text(json.dumps({"outputs": types, "products": [line]}))
    return path


class Engine:
    """Runs one job in a process of its own, on one store and one temporary folder."""

    def __init__(self, folder: Path, job: str) -> None:
        self.store = FolderStore(folder / "store")
        self.temporary = folder / "tmp"
        self.temporary.mkdir(parents=True)
        self.job = job

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a run with what `engine.py` is told besides the job."""
        environment = os.environ | {
            "RENDERMILL_STORE": str(self.store.root),
            "TMPDIR": str(self.temporary),
            "PYTHONPATH": str(ROOT),
        }
        argv = [sys.executable, ENGINE, self.job, *arguments]
        return subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, text=True)

    def run(self, *arguments: str) -> tuple[int, list[str]]:
        """Run to the end; returns how it ended and what it said."""
        with self.start(*arguments) as process:
            assert process.stdout is not None
            said = process.stdout.read().splitlines()
        return process.returncode, said

    def run_until(self, point: FaultPoint, *arguments: str) -> tuple[int, list[str]]:
        """Run until it is killed at a point; returns how it ended and what it said."""
        ended = self.run("--kill-at", point, *arguments)
        LEDGER.points.add(point)
        return ended


def assert_holds(engine: Engine, said: list[str], losses: int) -> None:
    """Check the invariants after a run that lost its process or its tool `losses` times and then finished."""
    job = TurntableJob.model_validate(json.loads(engine.job))
    planned = plan(job, download_model(job.source, engine.store), packaged_blender({}))
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
    LEDGER.losses += losses
    LEDGER.frames += FRAMES
    LEDGER.redone += max(0, len(rendered) - FRAMES)
