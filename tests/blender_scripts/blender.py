"""A Blender as the engine sees it: a job in, events out, an exit code."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENTRY = ROOT / "blender_scripts" / "__main__.py"
FLAGS = ("-b", "--factory-startup", "--disable-autoexec", "--python-exit-code", "1", "--python")
PATIENCE_S = 240


def blenders_to_test() -> list[str]:
    """What RENDERMILL_TEST_BLENDERS names (Pythons with the wheel, or executables), or our own wheel."""
    named = os.environ.get("RENDERMILL_TEST_BLENDERS", "")
    return [entry for entry in named.split(os.pathsep) if entry] or [sys.executable]


@dataclass(frozen=True)
class Outcome:
    """What came of a job: all events in order, the exit code, and what Blender said elsewhere."""

    events: list[dict]
    code: int
    log: str

    def all(self, name: str) -> list[dict]:
        return [event for event in self.events if event["event"] == name]

    def one(self, name: str) -> dict:
        (event,) = self.all(name)
        return event


@dataclass(frozen=True)
class Blender:
    """One Blender: a Python with the wheel, or an executable, and how long it may take."""

    program: str
    patience_s: float = PATIENCE_S

    def argv(self, script: Path, *arguments: str) -> list[str]:
        if "python" in Path(self.program).name:
            return [self.program, str(script), *arguments]
        return [self.program, *FLAGS, str(script), "--", *arguments]

    def run(self, folder: Path, job: object, commands: str = "") -> Outcome:
        """Do a job: `job` is written as JSON unless it is text already."""
        path = folder / "job.json"
        path.write_text(job if isinstance(job, str) else json.dumps({"schema": 1, **job}))
        return self.run_script(folder, ENTRY, str(path), commands=commands)

    def run_script(self, folder: Path, script: Path, *arguments: str, commands: str = "") -> Outcome:
        """Run a script with descriptor 3 open."""
        reports, log = folder / "events.jsonl", folder / "log.txt"
        shell = ["/bin/sh", "-c", 'exec "$@" 3>"$REPORTS"', "sh", *self.argv(script, *arguments)]
        env = {name: str(folder) for name in ("HOME", "TMPDIR")}
        env |= {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "REPORTS": str(reports)}
        with log.open("w") as output:
            finished = subprocess.run(
                shell,
                input=commands,
                text=True,
                stdout=output,
                stderr=output,
                env=env,
                timeout=self.patience_s,
                check=False,
            )
        events = [json.loads(line) for line in reports.read_text().splitlines()]
        return Outcome(events, finished.returncode, log.read_text(errors="replace"))

    def prepare(self, folder: Path, geometry: Path, **look: str) -> Outcome:
        """Prepare `scene.blend` in a folder."""
        source = {"path": str(geometry), "format": "glb" if geometry.suffix == ".glb" else "usd"}
        job = {"do": "prepare_scene", "geometry": source, "look": look, "output": str(folder / "scene.blend")}
        return self.run(folder, job)

    def render(self, folder: Path, scene: Path, frames: list[int], **wishes: object) -> Outcome:
        """Render frames into a folder; wishes are fields of camera, settings or device."""
        commands = "".join(
            json.dumps({"frame": frame, "path": str(folder / f"{frame:06d}.part")}) + "\n" for frame in frames
        )
        return self.run(folder, render_job(scene, **wishes), commands)


def render_job(scene: Path, **wishes: object) -> dict:
    """A small render job; wishes are fields of camera, settings or device."""
    camera: dict = {"azimuth": 35.0, "elevation": 25.0, "focal_length": 85.0, "degrees_per_frame": 15.0}
    settings: dict = {"width": 96, "height": 96, "samples": 4, "denoise": False, "noise_threshold": 0.0}
    device: dict = {}
    for name, value in wishes.items():
        owner = camera if name in {*camera, "axis", "framing"} else settings
        (device if name in {"order", "require_gpu"} else owner)[name] = value
    return {
        "do": "render_frames",
        "scene": str(scene),
        "camera": camera,
        "settings": settings,
        "device": device,
    }
