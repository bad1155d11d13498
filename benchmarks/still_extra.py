"""What one still costs over typing the command, in seconds; a flow of any kind ends about a second late."""

import statistics
import sys

from benchmarks.figure import Figure
from benchmarks.flow_against_hand import in_turn, warm_bench

ISSUE = 2
LONGEST_S = 300.0
JOB = {"width": 512, "height": 512, "samples": 16}
REPEATS = 5


def main() -> None:
    """Print the figure."""
    with warm_bench() as bench:
        ours, bare = in_turn(bench, JOB, REPEATS, still=True)
    flow_s, hand_s = statistics.median(ours), statistics.median(bare)
    arms = {
        "ours": {"what": "flow render-still, warm process, running server", "seconds": flow_s, "all": ours},
        "by hand": {"what": "the same Blender script", "seconds": hand_s, "all": bare},
        "job": JOB,
    }
    figure = Figure(name="still_extra", value=flow_s - hand_s, unit="s", arms=arms, repeats=REPEATS)
    sys.stdout.write(figure.model_dump_json() + "\n")


if __name__ == "__main__":
    main()
