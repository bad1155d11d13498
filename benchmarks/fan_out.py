"""How near many machines that keep dying come to the least time that one job can take on them.

1,000 frames of 2 s on 50 machines that take 20 s to start and die once a minute each, in virtual time: the
planner, the watcher, the renter and the client of the provider are the real ones, the cloud is the stand-in
for RunPod's and the orchestrator one in memory. Noticing that a machine is gone takes as long as it does.

The ideal is the time in which 50 machines can do what nobody can avoid: render each frame once, and start as
often as they did start, at the beginning and after each death (a start that was cut short by a death counts
for as long as it lasted). Whatever else there is counts against us: noticing a death, renting again, frames
that died half done, what one machine waits for another at the end.
"""

import logging
import statistics
from decimal import Decimal
from functools import partial
from typing import cast

from benchmarks.figure import Figure
from tests.fakes.runpod.settings import Settings
from tests.fakes.virtual_farm.farm import GENEROUS, VirtualFarm
from tests.fakes.virtual_farm.sharing import JOB, SharedJob
from tests.fakes.virtual_farm.weather import machines_die
from tests.fakes.virtual_farm.work import Work

ISSUE = 4
LONGEST_S = 300.0

FRAMES = 1_000
FRAME_S = 2.0
MACHINES = 50
START_S = 20.0
LIFE_S = 60.0
PLACED_S = (2.0, 5.0)
"""Of the start: until the machine is found, and until its image is there; the rest is ours."""
TERMS = GENEROUS.model_copy(update={"most_fruitless": 100})
SEEDS = range(11)
"""Deaths come by chance, so the figure is the median of several days."""


def main() -> None:
    """Print the figure."""
    logging.disable(logging.CRITICAL)
    days = [one_day(seed) for seed in SEEDS]
    value = statistics.median(day["ideal_s"] / day["achieved_s"] for day in days)
    whole = all(day["frames_stored"] == FRAMES for day in days)
    figure = Figure(
        name="fan_out",
        value=value if whole else None,
        unit="ratio",
        arms={"ideal_without_deaths_s": START_S + FRAMES * FRAME_S / MACHINES, "days": days},
        repeats=len(days),
    )
    print(figure.model_dump_json())


def one_day(seed: int) -> dict[str, float]:
    """Have the job done once; returns what it took, and what of it was unavoidable."""
    work = Work(frames=FRAMES, frame_s=FRAME_S, upload_s=0.5, boot_s=START_S - sum(PLACED_S))
    farm = VirtualFarm(
        MACHINES,
        MACHINES,
        work,
        terms=TERMS,
        settings=Settings(provision_s=PLACED_S[0], pull_s=PLACED_S[1], balance=Decimal(10_000), seed=seed),
        seed=seed,
        make_site=partial(SharedJob, frames=FRAMES, machines=MACHINES),
    )
    job = cast("SharedJob", farm.site)
    job.begin(work)
    farm.run(machines_die(farm, LIFE_S, seed))
    began, over = farm.began.timestamp(), job.last_stored
    pods = [pod for pod in farm.cloud.ever.values() if pod.created < over]
    lived = [min(over, pod.meter.spans[-1].end or over) - pod.created for pod in pods]
    starts_s = sum(min(START_S, seconds) for seconds in lived)
    ideal_s = (starts_s + FRAMES * FRAME_S) / MACHINES
    rendering_s = sum(max(0.0, seconds - START_S) for seconds in lived)
    machine_s = MACHINES * (over - began)
    return {
        "achieved_s": round(over - began, 2),
        "ideal_s": round(ideal_s, 2),
        "deaths": sum((pod.meter.spans[-1].end or over) < over for pod in pods),
        "frames_stored": len(job.store.stored[JOB]),
        "frames_rendered": job.store.rendered.total(),
        "frames_twice": job.store.put_again,
        "splits": job.splits,
        "share_starting": round(starts_s / machine_s, 3),
        "share_rendering_what_counts": round(FRAMES * FRAME_S / machine_s, 3),
        "share_rendering_what_was_lost_or_twice": round((rendering_s - FRAMES * FRAME_S) / machine_s, 3),
        "share_without_a_machine": round(1 - sum(lived) / machine_s, 3),
    }


if __name__ == "__main__":
    main()
