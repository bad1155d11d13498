"""Runs on rented machines, all of it real but the cloud: rent, render, lose, resume, return."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.rental.ledger import Outcome
from tests.rental.farm import Bucket, Farm, farm

FRAMES = 4
JOB = {"width": 48, "height": 48, "samples": 1, "frames": FRAMES, "detail": "coarse"}

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def rented(tmp_path_factory) -> Iterator[tuple[Farm, Bucket]]:
    with farm(tmp_path_factory.mktemp("farm")) as (made, bucket):
        made.start_worker()
        yield made, bucket


@pytest.fixture(scope="module")
def source(rented, bearing_step: Path) -> str:
    _, bucket = rented
    return bucket.put(bearing_step)


def test_runs_that_lose_machines_and_a_worker_that_is_killed_render_each_frame_once(rented, source, tmp_path):
    made, bucket = rented
    points = [["boot", "frame.after_put"], ["scene load", "manifest.after_put"], ["frame.before_put:2"]]
    runs = [made.submit(source=source, **JOB | {"width": 50 + 2 * number}) for number in range(3)]
    made.dooms.points |= {run.id: of_run for run, of_run in zip(runs, points, strict=True)}
    made.until_pod(runs[0], status="TERMINATED")
    made.kill_worker()
    made.start_worker()
    for run in runs:
        made.until(run, "COMPLETED", within_s=400)
    made.no_machine_is_left()

    losses = [rental for run in runs for rental in made.history(run).losses]
    assert len(losses) == 5
    assert {rental.outcome for rental in losses} == {Outcome.LOST}
    manifests = bucket.manifests()
    assert len(manifests) == 3
    for manifest in manifests:
        bucket.assert_whole(manifest, FRAMES, tmp_path)
        assert manifest.record.cost
        assert manifest.record.cost.usd > 0
    puts = bucket.puts_of_frames()
    assert [puts[key, True] for key in bucket.frames()] == [1] * 3 * FRAMES
    assert made.rendered() <= 3 * FRAMES + 2 * len(losses)
    billed = float(sum(made.cloud.bill().values()))
    reckoned = sum(float(made.history(run).usd(datetime.now(UTC))) for run in runs)
    assert reckoned == pytest.approx(billed, rel=0.5)  # one worker was not there for a minute


def test_a_machine_that_is_asked_to_end_gives_its_run_back(rented, source):
    made, _ = rented
    run = made.submit(source=source, **JOB | {"width": 64})
    pod = made.until_pod(run)
    made.until(run, "RUNNING")
    made.cloud.preempt(pod.pod_id, notice_s=20)
    made.until(run, "COMPLETED")
    assert made.history(run).rental(1).outcome is Outcome.HANDED_BACK


@pytest.mark.parametrize("begun", [False, True])
def test_a_cancelled_run_returns_its_machine_within_seconds(rented, source, begun):
    made, _ = rented
    run = made.submit(source=source, **JOB | {"samples": 4096, "width": 1024, "height": 1024})
    made.until_pod(run)
    if begun:
        made.until(run, "RUNNING")
    made.cancel(run)
    made.no_machine_is_left(within_s=30)
    made.until(run, "CANCELLED", within_s=30)
