"""From a run being due to the request for its machine: how long, beyond the wait until a worker looks.

A real server and a real worker, which looks once a second; the cloud is the stand-in on this machine, whose
pods never come up. The value is the median time from due to request, less that second. Each run is due as
soon as the machine of the one before was asked for, so just after a look: all of the second is waited for.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from prefect.client.schemas.objects import FlowRun, StateType

from benchmarks.figure import Figure
from tests.fakes.runpod.faults import Fate
from tests.flows.served import eventually
from tests.rental.farm import Farm, farm

ISSUE = 4
LONGEST_S = 300.0
REPEATS = 9
LOOKS_EVERY_S = 1
LONGEST_WANTED_S = 1.0
JOB = {"source": "https://example.com/part.step", "width": 48, "height": 48}


def main() -> None:
    """Print the figure."""
    with (
        tempfile.TemporaryDirectory() as name,
        farm(Path(name) / "farm", PREFECT_WORKER_QUERY_SECONDS=str(LOOKS_EVERY_S)) as (made, _),
    ):
        made.cloud.befall(Fate(stuck="PROVISIONING", times=REPEATS + 1))
        made.start_worker()
        _measured(made)  # the first one waits for the worker to start
        measured = [_measured(made) for _ in range(REPEATS)]
    due, picked_up = ([round(pair[which], 3) for pair in measured] for which in (0, 1))
    arms = {
        "due to request": {"seconds": statistics.median(due), "all": due},
        "of that from Pending on": {"seconds": statistics.median(picked_up), "all": picked_up},
        "between two looks": {"seconds": LOOKS_EVERY_S},
        "wanted": {"seconds": LONGEST_WANTED_S},
    }
    value = round(statistics.median(due) - LOOKS_EVERY_S, 3)
    figure = Figure(name="rent_latency", value=value, unit="s", arms=arms, repeats=REPEATS)
    sys.stdout.write(figure.model_dump_json() + "\n")


def _measured(made: Farm) -> tuple[float, float]:
    """Have one run be due; returns seconds until its machine was asked for, since then and since Pending."""
    run = made.submit(**JOB)
    asked = eventually(lambda: _asked(made, run), f"a machine is asked for {run.name}")
    states = made.client.read_flow_run_states(run.id)
    due, pending = (
        next(state.timestamp for state in states if state.type is kind)
        for kind in (StateType.SCHEDULED, StateType.PENDING)
    )
    return asked - due.timestamp(), asked - pending.timestamp()


def _asked(made: Farm, run: FlowRun) -> float | None:
    """Return when a machine was asked for, since 1970."""
    moments = [
        asked.moment
        for asked in list(made.cloud.asked)
        if asked.operation == "createPod" and run.id.hex.encode() in asked.body
    ]
    return min(moments, default=None)


if __name__ == "__main__":
    main()
