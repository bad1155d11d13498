"""Forty runs on a bad day: machines, replies, offers and the worker are lost (`make faults-rental`)."""

import random
import time
from pathlib import Path

import pytest

from tests.rental.farm import Bucket, farm
from tests.rental.postgres import postgres
from tests.rental.storm import FRAMES, PHASES, SAID, Storm, odds

RUNS = 40
KILLS = 3
AT_A_TIME = 6
WITHIN_S = 1200.0
EACH_AT_LEAST = 5
GONE_WITHIN_S = 60.0


@pytest.mark.long
@pytest.mark.timeout(WITHIN_S + 300)
def test_forty_runs_on_a_bad_day_lose_nothing_and_leave_nothing(bearing_step, tmp_path, request):
    given = request.config.getoption("--seed")
    seed = random.SystemRandom().randrange(10_000) if given is None else given
    with (
        postgres() as database,
        farm(
            tmp_path / "farm",
            chance=odds(seed),
            at_a_time=AT_A_TIME,
            PREFECT_SERVER_DATABASE_CONNECTION_URL=database,
        ) as (made, bucket),
    ):
        storm = Storm(made, seed, RUNS)
        made.start_worker()
        storm.blow(bucket.put(bearing_step), KILLS, WITHIN_S)
        left = _left_after(storm)
        storm.write(tmp_path / "runs.txt")
        SAID.append(f"{storm}; {left}")

        assert left.endswith("0 machines, 0 slots")
        _assert_all_is_well(storm, bucket, tmp_path)


def _left_after(storm: Storm) -> str:
    """Wait until no machine is left, for a minute at most; returns what is left then, each by its name."""
    began = time.monotonic()
    while (alive := storm.farm.cloud.alive) and time.monotonic() < began + GONE_WITHIN_S:
        time.sleep(0.5)
    names = "".join(f"{pod.name} ({pod.status}), " for pod in alive)
    seconds = time.monotonic() - began
    return f"left after {seconds:.0f} s: {names}{len(alive)} machines, {storm.farm.slots()} slots"


def _assert_all_is_well(storm: Storm, bucket: Bucket, folder: Path) -> None:
    assert storm.states() == {"Completed": RUNS}
    assert storm.seconds < WITHIN_S
    assert len(storm.killed) == KILLS
    assert min(storm.losses()[phase] for phase in PHASES) >= EACH_AT_LEAST
    assert storm.together() == []

    manifests = bucket.manifests()
    assert len(manifests) == RUNS
    for manifest in manifests:
        bucket.assert_whole(manifest, FRAMES, folder)
    puts, frames = bucket.puts_of_frames(), bucket.frames()
    assert sorted(frames) == sorted(frame.key for one in manifests for frame in one.content.frames)
    assert [puts[key, True] for key in frames] == [1] * RUNS * FRAMES
    assert storm.farm.rendered() <= RUNS * FRAMES + 2 * sum(storm.losses().values())
