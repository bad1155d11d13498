"""Measure how far the mean of four parts of a picture's samples is from one render of all of them."""

import tempfile
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.split_arms import (
    PARTS,
    linear_psnr_db,
    merged,
    plan_of,
    rendered_part,
    rendered_whole,
    tools_in,
)

ISSUE = 6
LONGEST_S = 300.0
SMALL = {"width": 192, "height": 108}
SEEDS_AT_MOST_DB = 80.0
"""If four other seeds come nearer than this, the measure tells nothing."""


def main() -> None:
    """Print the figure; null if a picture of four wrong seeds looks like the same."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        tools = tools_in(folder)
        whole = folder / "whole.exr"
        frame, _ = rendered_whole(plan_of(folder, tools, split=1, **SMALL), tools)
        tools.store.fetch(frame.key, whole)
        plan = plan_of(folder, tools, split=PARTS, **SMALL)
        ours = [(plan, part, rendered_part(plan, part, tools)[0]) for part in range(PARTS)]
        apart = linear_psnr_db(merged(ours, tools, folder), whole)
        seeds = [plan_of(folder, tools, split=PARTS, seed=part + 1, **SMALL) for part in range(PARTS)]
        theirs = [(one, part, rendered_part(one, part, tools)[0]) for part, one in enumerate(seeds)]
        seeds_apart = linear_psnr_db(merged(theirs, tools, folder), whole)
    arms = {
        "four_subsets_db": round(apart, 1),
        "four_wrong_seeds_db": round(seeds_apart, 1),
        "samples": [subset.count for subset in plan.subsets],
        "width": plan.spec.width,
        "height": plan.spec.height,
    }
    value = round(apart, 1) if seeds_apart < SEEDS_AT_MOST_DB else None
    print(Figure(name="sample_split", value=value, unit="dB", arms=arms, repeats=1).model_dump_json())


if __name__ == "__main__":
    main()
