"""How near four rented machines come to a quarter of the time that one job takes, with real engines.

160 frames of 5 s, in chunks as the planner divides them: a real server, worker and engines; the cloud is the
stand-in on this machine. A frame waits instead of rendering, since four machines share two processors here.
The value is the time of 40 frames over the time from the first run being due to the last frame being stored:
renting, starting four engines side by side and everything else counts against us.
"""

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figure import Figure
from media.chunks import FrameRange, plan
from tests.fakes.flow_of_slow_frames import key_of
from tests.flows.served import ROOT, eventually
from tests.rental.farm import POOL, Bucket, farm

ISSUE = 4
LONGEST_S = 480.0
MACHINES = 4
FRAMES = 160
FRAME_S = 5.0
START_S = 15.0
WANTED = 0.75


def main() -> None:
    """Print the figure."""
    chunks = plan(range(1, FRAMES + 1), MACHINES, FRAME_S, START_S)
    with (
        tempfile.TemporaryDirectory() as name,
        farm(Path(name) / "farm", pool={"proof": ""}) as (made, bucket),
    ):
        deployment = made.client.create_deployment(
            made.client.create_flow_from_name("slow-frames"),
            "runpod",
            work_pool_name=POOL,
            entrypoint="tests/fakes/flow_of_slow_frames.py:slow_frames",
            pull_steps=[{"prefect.deployments.steps.set_working_directory": {"directory": str(ROOT)}}],
        )
        made.start_worker()
        began = time.monotonic()
        for chunk in chunks:
            made.client.create_flow_run_from_deployment(deployment, parameters=_parameters(chunk))
        eventually(lambda: _is_done(bucket), "all frames are stored", within_s=LONGEST_S / 2)
        seconds = time.monotonic() - began
        rented = len(made.cloud.ever)
        twice = sum(times - 1 for (_, success), times in bucket.puts_of_frames().items() if success)
        made.no_machine_is_left()
    ideal = FRAMES * FRAME_S / MACHINES
    arms = {
        "ideal": {"seconds": ideal},
        "achieved": {"seconds": round(seconds, 1), "machines": rented, "frames stored twice": twice},
        "wanted": {"ratio": WANTED},
    }
    whole = rented == MACHINES == len(chunks) and not twice
    value = round(ideal / seconds, 3) if whole else None
    figure = Figure(name="fan_out_real", value=value, unit="ratio", arms=arms, repeats=1)
    sys.stdout.write(figure.model_dump_json() + "\n")


def _parameters(chunk: FrameRange) -> dict[str, object]:
    return {"first": chunk.first, "last": chunk.last, "frame_s": FRAME_S}


def _is_done(bucket: Bucket) -> bool:
    return {key_of(frame) for frame in range(1, FRAMES + 1)} <= {*bucket.frames()}


if __name__ == "__main__":
    main()
