"""A renderer that says it rendered on a device of some kind. Arguments: KIND PAUSE FAILS JOB.

Every frame takes PAUSE seconds and is noise; frame FAILS is never rendered, as memory runs out (0: none is).
The first frame takes as long again for its kernels. KIND `SLIPS` is OPTIX that becomes a CPU at frame 3.
"""

import json
import sys
import time
from pathlib import Path

from renderer import paint, say

NAME = "NVIDIA Stand-in"


def main(kind: str, pause: float, fails: int, job_file: str) -> None:
    job = json.loads(Path(job_file).read_text())
    first = {"type": "OPTIX" if kind == "SLIPS" else kind, "name": NAME}
    found = [first, {"type": "CPU", "name": "a fake"}]
    say(event="started", blender="4.5.15", build="5afeabba6097", asked=["OPTIX"], found=found, used=first)
    say(
        event="scene_loaded",
        seconds=1.25,
        engine="CYCLES",
        samples=64,
        denoiser="OPENIMAGEDENOISE",
        denoise_on_gpu=kind != "CPU",
    )
    for count, line in enumerate(sys.stdin):
        command = json.loads(line)
        say(event="frame_started", frame=command["frame"])
        if command["frame"] == fails:
            say(event="failed", **{"class": "OutOfResources", "message": "the GPU's memory ran out"})
            sys.exit(1)
        time.sleep(0 if count else pause)
        say(event="sample_progress", frame=command["frame"], sample=0, samples=64)
        time.sleep(pause)
        paint(Path(command["path"]), command["frame"], job["settings"], uniform=False)
        slipped = kind == "SLIPS" and command["frame"] >= 3
        say(
            event="frame_written",
            **command,
            seconds=pause * (1 if count else 2),
            peak_memory_bytes=3 * 2**30,
            device=found[1] if slipped else first,
            samples=64,
            persistent_data=True,
            kernels_s=0.0 if count else 41.5,
            first_sample_s=0.0 if count else pause,
        )


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
