"""What asking again for a finished turntable costs over an empty flow, in seconds.

Null unless the second run started no child process and wrote nothing into the store.
"""

import statistics
import sys
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.flow_against_hand import by_flow, warm_bench
from benchmarks.prefect_server import empty_flow_s

ISSUE = 2
LONGEST_S = 300.0
JOB = {"width": 128, "height": 128, "samples": 1, "frames": 24, "fps": 24}
REPEATS = 7


def main() -> None:
    """Print the figure."""
    children: list[object] = []
    with warm_bench() as bench:
        by_flow(bench, JOB, still=False)
        before = _files_in(bench.store)
        sys.addaudithook(lambda event, _: children.append(event) if event == "subprocess.Popen" else None)
        again, empty = [], []
        for _ in range(REPEATS):
            again.append(by_flow(bench, JOB, still=False))
            empty.append(empty_flow_s())
        written = len(_files_in(bench.store) ^ before)
    again_s, empty_s = statistics.median(again), statistics.median(empty)
    arms = {
        "again": {"what": "flow render-turntable, asked again", "seconds": again_s, "all": again},
        "empty": {"what": "a flow that does nothing", "seconds": empty_s, "all": empty},
        "child processes": len(children),
        "store writes": written,
    }
    value = again_s - empty_s if not children and not written else None
    figure = Figure(name="repeat_extra", value=value, unit="s", arms=arms, repeats=REPEATS)
    sys.stdout.write(figure.model_dump_json() + "\n")


def _files_in(store: Path) -> set[tuple[str, int, int]]:
    """Return every file with its inode and time, so that a write of the same bytes shows too."""
    files = ((path, path.stat()) for path in store.rglob("*") if path.is_file())
    return {(str(path), stat.st_ino, stat.st_mtime_ns) for path, stat in files}


if __name__ == "__main__":
    main()
