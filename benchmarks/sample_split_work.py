"""Measure the work of four parts of a picture's samples over that of one render of all of them."""

import statistics
import tempfile
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.split_arms import PARTS, Work, plan_of, rendered_part, rendered_whole, start_cpu_s, tools_in

ISSUE = 6
LONGEST_S = 300.0
REPEATS = 2


def main() -> None:
    """Print the figure: processor's seconds but for Blender's own start, which is told apart.

    The arms alternate, each in a store of its own, so that nothing is found.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        pairs = [measured(Path(name) / str(number)) for number in range(REPEATS)]
    starts, wholes, parts = zip(*pairs, strict=True)
    start = statistics.median(starts)
    whole = statistics.median(one.cpu_s - start for one in wholes)
    divided = statistics.median(sum(part.cpu_s - start for part in one) for one in parts)
    arms = {
        "four_subsets_cpu_s": round(divided, 2),
        "one_render_cpu_s": round(whole, 2),
        "start_of_blender_cpu_s": round(start, 2),
        "four_subsets_frame_s": round(
            statistics.median(sum(part.frame_s for part in one) for one in parts), 2
        ),
        "one_render_frame_s": round(statistics.median(one.frame_s for one in wholes), 2),
    }
    figure = Figure(
        name="sample_split_work", value=round(divided / whole, 3), unit="ratio", arms=arms, repeats=REPEATS
    )
    print(figure.model_dump_json())


def measured(folder: Path) -> tuple[float, Work, list[Work]]:
    """Return what a start, a whole picture, and its parts take."""
    folder.mkdir()
    tools = tools_in(folder)
    whole, plan = plan_of(folder, tools, split=1), plan_of(folder, tools, split=PARTS)
    start = start_cpu_s(tools, folder)
    _, work = rendered_whole(whole, tools)
    return start, work, [rendered_part(plan, part, tools)[1] for part in range(PARTS)]


if __name__ == "__main__":
    main()
