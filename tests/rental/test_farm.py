"""Runs on rented machines, all of it real but the cloud: rent, render, lose, resume, return.

All runs are submitted at once, and each test looks at its own: it is waiting that takes long.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prefect.client.schemas.objects import FlowRun

from infra.rental.ledger import LOSSES, Outcome, Rental
from tests.fakes.runpod.faults import Fate, Fault
from tests.fakes.runpod.problems import NO_BALANCE
from tests.flows.served import eventually
from tests.rental.farm import Bucket, Farm, farm

FRAMES = 4
JOB = {"height": 48, "samples": 1, "frames": FRAMES, "detail": "coarse"}
POINTS = {
    "one": ["boot", "restart@frame.after_put"],
    "two": ["scene load", "manifest.after_put"],
    "three": ["frame.before_put:2", "delete@frame.after_put"],
    "asked to end": ["preempt@frame.after_put"],
    "never comes up": [],
}
"""What befalls the machines of each run that is Completed in the end, one after another."""
REFUSED: dict[str, tuple[dict[str, object], dict[str, object], str]] = {
    "local source": ({"source": "/parts/bearing.step"}, {}, "bring it into the store with `make put"),
    "unknown GPU": ({}, {"gpu_types": ["NVIDIA RTX A4900"]}, "did you mean NVIDIA RTX A4"),
    "no credit": ({}, {"wait_minutes": 0}, NO_BALANCE),
}
"""Runs that no machine can help: what is special in the job and in the machine, and what is said of it."""
BEGIN_WITHIN_MIN = 0.75
WITHIN_S = 400.0

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True)
class Rented:
    """A farm on which runs have been submitted."""

    farm: Farm
    bucket: Bucket
    source: str
    runs: dict[str, FlowRun]

    def completed(self, name: str) -> tuple[Rental, ...]:
        """Return all that was rented for a run, once it is completed and all of that is returned."""
        run = self.farm.until(self.runs[name], "COMPLETED", WITHIN_S)
        eventually(lambda: not self.farm.history(run).unsettled, f"the ledger of {name} is closed")
        return self.farm.history(run).rentals

    def lost(self) -> list[Rental]:
        """Return all rentals that were lost."""
        return [one for name in POINTS for one in self.farm.history(self.runs[name]).losses]


@pytest.fixture(scope="module")
def rented(tmp_path_factory, bearing_step: Path) -> Iterator[Rented]:
    with farm(tmp_path_factory.mktemp("farm")) as (made, bucket):
        made.start_worker()
        source = bucket.put(bearing_step)
        runs = {}
        for number, (name, points) in enumerate(POINTS.items()):
            machine = {} if points else {"start_minutes": BEGIN_WITHIN_MIN}
            runs[name] = made.submit(machine, source=source, **JOB | {"width": 48 + 2 * number})
            made.dooms.points[runs[name].id] = points
        stuck = runs["never comes up"].id.hex
        made.cloud.befall(Fate(stuck="STARTING", name=f"*{stuck}-1"))
        for name, (job, machine, _) in REFUSED.items():
            runs[name] = made.submit(machine, **JOB | {"source": source} | job)
        poor = runs["no credit"].id.hex
        made.cloud.befall(Fault("createPod", answer=(402, NO_BALANCE), name=f"*{poor}*", times=9))
        yield Rented(made, bucket, source, runs)


@pytest.mark.parametrize("name", REFUSED)
def test_a_run_that_no_machine_can_help_fails_with_a_sentence(rented, name):
    run = rented.farm.until(rented.runs[name], "FAILED", WITHIN_S)
    assert REFUSED[name][2] in run.state.message
    assert rented.farm.pods_of(run) == []
    assert (rented.farm.requests_for(run) == 0) is (name != "no credit")


def test_runs_that_lose_machines_and_a_worker_that_is_killed_render_each_frame_once(rented, tmp_path):
    made, bucket = rented.farm, rented.bucket
    made.until_pod(rented.runs["one"], status="TERMINATED")
    made.kill_worker()
    made.start_worker()
    rentals = [rental for name in POINTS for rental in rented.completed(name)]
    made.no_machine_is_left()

    doomed = sum(made.dooms.happened().values())
    assert doomed == sum(map(len, POINTS.values()))
    outcomes = [rental.outcome for rental in rented.lost()]
    assert sum(outcome is not Outcome.NEVER_STARTED for outcome in outcomes) == doomed
    assert sum(rental.outcome is Outcome.DONE for rental in rentals) == len(POINTS)
    manifests = bucket.manifests()
    assert len(manifests) == len(POINTS)
    for manifest in manifests:
        bucket.assert_whole(manifest, FRAMES, tmp_path)
        assert manifest.record.cost
        assert manifest.record.cost.usd > 0
    puts = bucket.puts_of_frames()
    assert [puts[key, True] for key in bucket.frames()] == [1] * len(POINTS) * FRAMES
    assert len(POINTS) * FRAMES <= made.rendered() <= len(POINTS) * FRAMES + 2 * doomed
    billed = float(sum(made.cloud.bill().values()))
    reckoned = sum(float(rental.usd(datetime.now(UTC))) for rental in rentals)
    assert reckoned == pytest.approx(billed, rel=0.5)  # one worker was not there for a while


def test_a_container_that_is_started_again_does_not_run_its_command_twice(rented):
    rentals = rented.completed("one")
    pod = rented.farm.pods_of(rented.runs["one"])[1]
    said = [line.text for line in pod.log.after(0)]
    assert any("its command is not run twice" in line for line in said)
    assert rentals[1].outcome in LOSSES
    assert len(rentals) == 3


def test_a_machine_that_is_asked_to_end_gives_its_run_back(rented):
    first, second = rented.completed("asked to end")
    assert first.outcome is Outcome.HANDED_BACK
    assert second.outcome is Outcome.DONE


def test_a_machine_that_never_comes_up_is_returned_and_another_offer_taken(rented):
    first, *_, last = rented.completed("never comes up")
    assert first.outcome is Outcome.NEVER_STARTED
    assert first.offer.where != last.offer.where


@pytest.mark.parametrize("begun", [False, True])
def test_a_cancelled_run_returns_its_machine_within_seconds(rented, begun):
    made = rented.farm
    run = made.submit(source=rented.source, **JOB | {"samples": 4096, "width": 1024, "height": 1024})
    made.until_pod(run)
    if begun:
        made.until(run, "RUNNING")
    made.cancel(run)
    made.no_machine_is_left(within_s=30)
    cancelled = made.until(run, "CANCELLED", within_s=30)
    assert [rental.outcome for rental in made.history(cancelled).losses] == []
