"""Measure opening a prepared scene over importing our own GLB of the same model into Blender."""

import os
import statistics
import tempfile
from pathlib import Path

from benchmarks.bearing_arms import FEWEST_TRIANGLES, imported, ours, write_bearing
from benchmarks.figure import Figure
from media.geometry.report import Geometry

ISSUE = 5
LONGEST_S = 180.0
REPEATS = 5


def main() -> None:
    """Print the figure; both files are made once, and taken in turn, each time in a Blender of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        geometry = ours(write_bearing(folder), folder)
        scene, glb = prepared(geometry, folder), folder / "model.glb"
        assert geometry.glb is not None  # noqa: S101 - a STEP file always gets one
        glb.write_bytes(Path(geometry.glb.uri.removeprefix("file://")).read_bytes())
        pairs = [(imported(scene, folder), imported(glb, folder)) for _ in range(REPEATS)]
    opened, read = ([one.seconds for one in arm] for arm in zip(*pairs, strict=True))
    opened_s, imported_s = statistics.median(opened), statistics.median(read)
    triangles = [min(one.triangles for one in arm) for arm in zip(*pairs, strict=True)]
    valid = FEWEST_TRIANGLES <= triangles[1] <= triangles[0]  # the scene has its ground besides
    arms = {
        "scene_opened_s": round(opened_s, 4),
        "glb_imported_s": round(imported_s, 4),
        "triangles": triangles[1],
        "all": {"opened": opened, "imported": read},
    }
    value = round(opened_s / imported_s, 3) if valid else None
    figure = Figure(name="prepared_scene", value=value, unit="ratio", arms=arms, repeats=REPEATS)
    print(figure.model_dump_json())


def prepared(geometry: Geometry, folder: Path) -> Path:
    """Prepare the scene of a geometry the way this project does; returns the .blend."""
    assert geometry.usd is not None  # noqa: S101 - a STEP file always gets one
    os.environ["RENDERMILL_STORE"] = str(Path(geometry.usd.uri.removeprefix("file://")).parents[3])
    from blocks.tools import open_tools  # noqa: PLC0415 - reads the environment set above
    from media.job import StillJob  # noqa: PLC0415 - with it
    from media.scene import prepare_scene  # noqa: PLC0415 - the same

    scene = prepare_scene(geometry, StillJob(source=str(folder / "bearing.step")), open_tools())
    path = folder / "scene.blend"
    path.write_bytes(Path(scene.asset.uri.removeprefix("file://")).read_bytes())
    return path


if __name__ == "__main__":
    main()
