"""The bearing, the two ways from it to a scene, and what makes them comparable."""

import json
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figure import Figure
from media.geometry.prepare import prepare_geometry
from media.geometry.report import Geometry, Tessellation
from media.process import Limits, check, run
from media.source import download_model
from media.store import FolderStore

HERE = Path(__file__).parent
ROOT = HERE.parent
LIMITS = Limits(wall_s=120)
FEWEST_TRIANGLES = 500_000
BOUNDS_TOLERANCE = 0.001  # of the scene's diagonal


@dataclass(frozen=True)
class Imported:
    """What Blender had: seconds of the import itself, triangles as placed, corners in metres."""

    seconds: float
    triangles: int
    bounds: tuple[tuple[float, ...], ...]


def script(name: str, *arguments: str, folder: Path) -> list[str]:
    """Run a script of this repository in a child; returns its report lines."""
    lines: list[str] = []
    argv = [sys.executable, str(ROOT / name), *arguments]
    environment = {"PYTHONPATH": str(ROOT)}
    check(run(argv, cwd=folder, limits=LIMITS, env=environment, on_report=lines.append), name)
    return lines


def write_bearing(folder: Path, *options: str) -> Path:
    """Generate the example bearing; returns its path."""
    path = folder / "bearing.step"
    script("examples/bearing.py", str(path), *options, folder=folder)
    return path


def ours(step: Path, folder: Path) -> Geometry:
    """Make GLB and USD the way this project does, into a new store."""
    store = FolderStore(folder / f"store-{time.monotonic_ns()}")
    return prepare_geometry(download_model(str(step), store), store, Tessellation())


def usd_of(geometry: Geometry) -> Path:
    """Return where a folder store keeps the USD master."""
    assert geometry.usd is not None  # noqa: S101 - a STEP file always gets one
    return Path(geometry.usd.uri.removeprefix("file://"))


def theirs(step: Path, folder: Path) -> Path:
    """Make a GLB with OCCT's own writer, as finely as ours; returns its path."""
    target, fine = folder / "occt.glb", Tessellation()
    fineness = (str(fine.deflection), str(fine.angle))
    script("benchmarks/occt_glb.py", str(step), str(target), *fineness, folder=folder)
    return target


def imported(path: Path, folder: Path) -> Imported:
    """Import a model in a Blender of its own."""
    report = json.loads(script("benchmarks/blender_import.py", str(path), folder=folder)[-1])
    return Imported(report["seconds"], report["triangles"], tuple(map(tuple, report["bounds"])))


def same_scene(one: Imported, other: Imported) -> bool:
    """Say whether both are large enough and fill the same box."""
    size = max(high - low for low, high in zip(*one.bounds, strict=True))
    pairs = zip((*one.bounds[0], *one.bounds[1]), (*other.bounds[0], *other.bounds[1]), strict=True)
    same_box = all(abs(left - right) <= BOUNDS_TOLERANCE * size for left, right in pairs)
    return same_box and min(one.triangles, other.triangles) >= FEWEST_TRIANGLES


def figure(name: str, our_seconds: list[float], their_seconds: list[float], *, valid: bool) -> Figure:
    """Return our median over theirs; null if a side condition failed."""
    ours_s, theirs_s = statistics.median(our_seconds), statistics.median(their_seconds)
    return Figure(
        name=name,
        value=round(ours_s / theirs_s, 3) if valid else None,
        unit="ratio",
        arms={"ours_s": round(ours_s, 3), "occt_glb_and_gltf_import_s": round(theirs_s, 3)},
        repeats=len(our_seconds),
    )
