"""Measure STEP to a ready Blender scene: ours over the usual way.

Ours writes GLB and USD, checks them and stores them; the usual way is OCCT's GLB and Blender's glTF import.
"""

import tempfile
import time
from pathlib import Path

from benchmarks.bearing_arms import figure, imported, ours, same_scene, theirs, usd_of, write_bearing

ISSUE = 2
REPEATS = 5


def main() -> None:
    """Print the figure; both ways alternate, and processes start anew each time."""
    our_seconds, their_seconds, valid = [], [], True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        step = write_bearing(folder)
        for _ in range(REPEATS):
            started = time.perf_counter()
            our_scene = imported(usd_of(ours(step, folder)), folder)
            our_seconds.append(time.perf_counter() - started)
            started = time.perf_counter()
            their_scene = imported(theirs(step, folder), folder)
            their_seconds.append(time.perf_counter() - started)
            valid = valid and same_scene(our_scene, their_scene)
    print(figure("geometry_total", our_seconds, their_seconds, valid=valid).model_dump_json())


if __name__ == "__main__":
    main()
