"""Measure what keeping the scene in the renderer's memory saves: seconds per frame with over without."""

import json
import statistics
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.bearing_arms import usd_of, write_bearing
from benchmarks.figure import Figure
from media.blender import Blender, packaged_blender, run_script, start_script
from media.blender_events import FrameWritten, SceneSaved, parse_event
from media.geometry.prepare import prepare_geometry
from media.geometry.report import Tessellation
from media.process import check
from media.source import download_model
from media.store import FolderStore

ISSUE = 2
REPEATS = 3
FRAMES = range(1, 7)
FEWEST_TRIANGLES = 1_000_000
MESHES = 140
FINENESS = Tessellation(deflection=Decimal("0.00002"), angle=Decimal("0.085"))
SETTINGS = {"width": 256, "height": 256, "samples": 4, "denoise": False, "noise_threshold": 0.0}


@dataclass(frozen=True)
class Turn:
    """One process's frames: seconds of each, and their pixels."""

    seconds: list[float]
    pixels: list[NDArray[np.uint8]]

    @property
    def per_frame(self) -> float:
        """Seconds of a frame once the turn is under way: the first one builds the scene in either case."""
        return statistics.median(self.seconds[1:])


def main() -> None:
    """Print the figure; the arms alternate, each turn in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder, blender = Path(name), packaged_blender({})
        scene = prepared(folder, blender)
        pairs = [
            (
                turned(scene.path, folder, blender, persistent=True),
                turned(scene.path, folder, blender, persistent=False),
            )
            for _ in range(REPEATS)
        ]
    valid = scene.meshes == MESHES and scene.triangles >= FEWEST_TRIANGLES and all(map(same_pixels, pairs))
    kept, built = (statistics.median(pair[arm].per_frame for pair in pairs) for arm in (0, 1))
    figure = Figure(
        name="turntable_persistent",
        value=round(kept / built, 3) if valid else None,
        unit="ratio",
        arms={
            "persistent_s_per_frame": round(kept, 3),
            "rebuilt_s_per_frame": round(built, 3),
            "first_frame_s": round(statistics.median(pair[0].seconds[0] for pair in pairs), 3),
            "meshes": scene.meshes,
            "triangles": scene.triangles,
            "same_pixels": all(map(same_pixels, pairs)),
        },
        repeats=REPEATS,
    )
    print(figure.model_dump_json())


def prepared(folder: Path, blender: Blender) -> SceneSaved:
    """Make a scene of the bearing whose 140 parts share nothing."""
    store = FolderStore(folder / "store")
    source = download_model(str(write_bearing(folder, "--distinct")), store)
    usd = usd_of(prepare_geometry(source, store, FINENESS))
    job = {
        "do": "prepare_scene",
        "geometry": {"path": str(usd), "format": "usd"},
        "output": str(folder / "scene.blend"),
    }
    (saved,) = (event for event in run_script(blender, job, folder) if isinstance(event, SceneSaved))
    return saved


def turned(scene: Path, folder: Path, blender: Blender, *, persistent: bool) -> Turn:
    """Render the frames in one process."""
    job = {
        "do": "render_frames",
        "scene": str(scene),
        "camera": {"degrees_per_frame": 360 / len(FRAMES)},
        "settings": {**SETTINGS, "persistent_data": persistent},
    }
    paths = {frame: folder / f"{frame:06d}.png" for frame in FRAMES}
    with start_script(blender, job, folder) as child:
        for frame, path in paths.items():
            child.send(json.dumps({"frame": frame, "path": str(path)}).encode() + b"\n")
        child.close_stdin()
        events = [parse_event(line) for line in child.reports()]
        check(child.wait(), "Blender")
    seconds = [event.seconds for event in events if isinstance(event, FrameWritten)]
    return Turn(seconds, [np.asarray(Image.open(path)) for path in paths.values()])


def same_pixels(pair: tuple[Turn, Turn]) -> bool:
    """Say whether both arms made the same pictures, bit for bit."""
    return all(np.array_equal(one, other) for one, other in zip(pair[0].pixels, pair[1].pixels, strict=True))


if __name__ == "__main__":
    main()
