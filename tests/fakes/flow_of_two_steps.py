"""A flow with two persisted tasks; a machine may die after the first: `flow_of_two_steps.py NOTES [die]`.

Each step that is really taken is noted in the file NOTES. What comes of the flow is printed.
"""

import os
import signal
import sys
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import INPUTS, TASK_SOURCE

from media.manifest import Result


@task(persist_result=True, cache_policy=INPUTS + TASK_SOURCE)
def first_step(notes: str) -> Result:
    with Path(notes).open("a") as file:
        file.write("first\n")
    return Result(manifest="/manifest.json", job="ab" * 32)


@task(persist_result=True, cache_policy=INPUTS + TASK_SOURCE)
def second_step(notes: str, result: Result) -> Result:
    with Path(notes).open("a") as file:
        file.write("second\n")
    return result.model_copy(update={"found": True})


@flow(name="two-steps")
def two_steps(notes: str, *, dies: bool) -> Result:
    result = first_step(notes)
    if dies:
        os.kill(os.getpid(), signal.SIGKILL)
    return second_step(notes, result)


if __name__ == "__main__":
    state = two_steps(sys.argv[1], dies="die" in sys.argv, return_state=True)
    sys.stdout.write(f"{state.state_details.flow_run_id}\n")
    sys.exit(0 if state.is_completed() else state.message)
