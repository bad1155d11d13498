"""Measure Blender's import of our USD over its import of the GLB that OCCT writes: import seconds alone."""

import tempfile
from pathlib import Path

from benchmarks.bearing_arms import figure, imported, ours, same_scene, theirs, usd_of, write_bearing

ISSUE = 2
REPEATS = 7


def main() -> None:
    """Print the figure; both files are made once, imports alternate, each in a Blender of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        step = write_bearing(folder)
        usd, glb = usd_of(ours(step, folder)), theirs(step, folder)
        pairs = [(imported(usd, folder), imported(glb, folder)) for _ in range(REPEATS)]
    our_seconds, their_seconds = [pair[0].seconds for pair in pairs], [pair[1].seconds for pair in pairs]
    valid = all(same_scene(one, other) for one, other in pairs)
    print(figure("scene_load", our_seconds, their_seconds, valid=valid).model_dump_json())


if __name__ == "__main__":
    main()
