"""Measure the processor seconds that frames of a moving picture take over those of the older method."""

import tempfile
from pathlib import Path
from statistics import median

from benchmarks.figure import Figure
from benchmarks.kenburns_arms import Cost, older_cost, our_cost, write_picture

ISSUE = 8
FRAMES, REPEATS = 90, 3


def main() -> None:
    """Print the figure: the smaller of what each took, arms in turn, since neighbours make both dearer."""
    ours, older = costs()
    mine, theirs = (min(cost.cpu_s for cost in one) for one in (ours, older))
    arms = {
        "ours": {"cpu_s": [round(cost.cpu_s, 2) for cost in ours]},
        "6x upscale and zoompan": {"cpu_s": [round(cost.cpu_s, 2) for cost in older]},
        "median": round(median(cost.cpu_s for cost in ours) / median(cost.cpu_s for cost in older), 3),
        "frames": FRAMES,
    }
    figure = Figure(
        name="kenburns_cpu", value=round(mine / theirs, 3), unit="ratio", arms=arms, repeats=REPEATS
    )
    print(figure.model_dump_json())


def costs() -> tuple[list[Cost], list[Cost]]:
    """Make the same frames in both ways, some times each, in turn."""
    ours, older = [], []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        write_picture(folder / "picture.png")
        for _ in range(REPEATS):
            ours.append(our_cost(folder, folder / "picture.png", FRAMES))
            older.append(older_cost(folder / "picture.png", FRAMES))
    return ours, older


if __name__ == "__main__":
    main()
