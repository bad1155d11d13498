"""Forty runs on a bad day: machines, replies, offers and the worker are lost (`make faults-rental`)."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rental.farm import Bucket, farm
from tests.rental.postgres import PostgresMissing, postgres
from tests.rental.storm import FRAMES, PHASES, SAID, Storm, odds

RUNS = 40
KILLS = 3
AT_A_TIME = 6
WITHIN_S = 1200.0
EACH_AT_LEAST = 5
GONE_WITHIN_S = 60.0


@pytest.fixture
def database() -> Iterator[str]:
    """Provide the address of an empty PostgreSQL."""
    try:
        with postgres() as address:
            yield address
    except PostgresMissing as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture
def storm(tmp_path, database, request) -> Iterator[tuple[Storm, Bucket]]:
    """Provide forty runs to be submitted, on a farm where anything may be lost."""
    given = request.config.getoption("--seed")
    seed = random.SystemRandom().randrange(10_000) if given is None else given
    server = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": database}
    with farm(tmp_path / "farm", chance=odds(seed), at_a_time=AT_A_TIME, **server) as (made, bucket):
        made.start_worker()
        yield Storm(made, seed, RUNS), bucket


@pytest.mark.long
@pytest.mark.timeout(WITHIN_S + 300)
def test_forty_runs_on_a_bad_day_lose_nothing_and_leave_nothing(storm, bearing_step, tmp_path):
    weather, bucket = storm
    weather.blow(bucket.put(bearing_step), KILLS, WITHIN_S)
    left = _left_after(weather)
    weather.write(tmp_path / "runs.txt")
    SAID.append(f"{weather}; {left}")

    assert left.endswith("0 machines, 0 slots")
    _assert_all_is_well(weather, bucket, tmp_path)


def test_where_postgresql_is_missing_the_package_to_install_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("tests.rental.postgres.PROGRAMS", tmp_path)
    with pytest.raises(PostgresMissing, match="apt-get install"), postgres():
        pass


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
    most = RUNS * FRAMES + 2 * sum(storm.losses().values())
    assert RUNS * FRAMES <= storm.farm.rendered() <= most
