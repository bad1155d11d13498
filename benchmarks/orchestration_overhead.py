"""What a flow costs over typing the commands: 48 frames of 512 x 512 at 16 samples with OIDN, then a video.

The value is (ours - by hand) / by hand. Ours decodes, hashes and stores every frame, makes previews and a
manifest, and reports to a server; by hand nothing of that is done.
"""

import statistics
import sys

from benchmarks.figure import Figure
from benchmarks.flow_against_hand import in_turn, warm_bench

ISSUE = 2
LONGEST_S = 900.0
JOB = {"width": 512, "height": 512, "samples": 16, "frames": 48, "fps": 24}
REPEATS = 1


def main() -> None:
    """Print the figure."""
    with warm_bench() as bench:
        ours, bare = in_turn(bench, JOB, REPEATS, still=False)
    flow_s, hand_s = statistics.median(ours), statistics.median(bare)
    arms = {
        "ours": {
            "what": "flow render-turntable, warm process, running server",
            "seconds": flow_s,
            "all": ours,
        },
        "by hand": {"what": "the same Blender script, then the same ffmpeg", "seconds": hand_s, "all": bare},
        "job": JOB,
    }
    figure = Figure(
        name="orchestration_overhead", value=flow_s / hand_s - 1, unit="ratio", arms=arms, repeats=REPEATS
    )
    sys.stdout.write(figure.model_dump_json() + "\n")


if __name__ == "__main__":
    main()
