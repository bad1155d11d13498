"""Measure the peak memory of making frames of a moving picture over that of the older method."""

import tempfile
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.kenburns_arms import older_cost, our_cost, write_picture

ISSUE = 8
FRAMES = 30


def main() -> None:
    """Print the figure."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        write_picture(folder / "picture.png")
        ours = our_cost(folder, folder / "picture.png", FRAMES).peak_bytes
        older = older_cost(folder / "picture.png", FRAMES).peak_bytes
    arms = {"ours_bytes": ours, "6x upscale and zoompan, bytes": older, "frames": FRAMES}
    value = round(ours / older, 3)
    print(Figure(name="kenburns_memory", value=value, unit="ratio", arms=arms, repeats=1).model_dump_json())


if __name__ == "__main__":
    main()
