"""Lifelines: who waits for a run sees when its process has died, and one alone of all who watch."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from media.errors import Unavailable
from media.store import FolderStore, Stat
from media.store.lease import LeaseRecord
from media.store.lease_watch import Terms
from media.store.lifeline import LifelineWatch, lifeline

NAME = "a run"
QUICK_S = 0.3
PATIENCE_S = 20.0
DIES = f"""
import os, sys
from pathlib import Path
from media.store import FolderStore
from media.store.lifeline import lifeline
with lifeline({NAME!r}, FolderStore(Path(sys.argv[1]))):
    os.kill(os.getpid(), 9)
"""


class Hours:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return what it was set to."""
        return self.now


class Deaf(FolderStore):
    """A store that does not answer."""

    def stat(self, key: str) -> Stat | None:
        """Fail."""
        raise Unavailable(f"{key}: the store is down")

    def put(self, key: str, *_: object, **__: object) -> Stat:
        """Fail, too."""
        raise Unavailable(f"{key}: the store is down")


class HardOfHearing(FolderStore):
    """A store that does not hear the first put."""

    heard = 0

    def put(self, key: str, *args: object, **kwargs: object) -> Stat:
        """Fail at first."""
        self.heard += 1
        if self.heard == 1:
            raise Unavailable(f"{key}: the store is down")
        return super().put(key, *args, **kwargs)


def renewals_in(store: FolderStore) -> int:
    (stat,) = store.list("leases/")
    return LeaseRecord.model_validate_json(store.get(stat.key)).renewals


def test_lifeline_that_is_held_or_given_back_is_not_cut(tmp_path):
    store = FolderStore(tmp_path)
    watch = LifelineWatch(NAME, store)

    with lifeline(NAME, store):
        assert not watch.taken_away()
        assert watch.is_held
    assert not watch.taken_away()
    assert not watch.is_held


def test_death_is_seen_by_one_of_all_who_watch(tmp_path):
    store = FolderStore(tmp_path)
    watches = [LifelineWatch(NAME, store) for _ in range(3)]

    died = subprocess.run([sys.executable, "-c", DIES, tmp_path], check=False, cwd=Path(__file__).parents[3])

    assert died.returncode == -9
    assert [watch.taken_away() for watch in watches] == [True, False, False]


def test_silence_of_another_machine_counts_once_its_lease_has_run_out(tmp_path, monkeypatch):
    monkeypatch.setattr("media.store.holder.Holder.is_gone", lambda _: False)
    store, clock = FolderStore(tmp_path), Hours()
    watch = LifelineWatch(NAME, store, Terms(lasts_s=30, skew_s=5, clock=clock))
    subprocess.run([sys.executable, "-c", DIES, tmp_path], check=False, cwd=Path(__file__).parents[3])

    seen = []
    for clock.now in (0.0, 34.9, 35.0):
        seen.append(watch.taken_away())

    assert seen == [False, False, True]


def test_new_try_takes_over_what_the_last_one_left_behind(tmp_path):
    store = FolderStore(tmp_path)
    subprocess.run([sys.executable, "-c", DIES, tmp_path], check=False, cwd=Path(__file__).parents[3])

    with lifeline(NAME, store):
        assert not LifelineWatch(NAME, store).taken_away()


def test_lifeline_is_taken_from_a_store_that_answers_only_when_asked_again(tmp_path, monkeypatch):
    monkeypatch.setattr("media.patience.time.sleep", lambda _: None)
    store = HardOfHearing(tmp_path)

    with lifeline(NAME, store):
        watch = LifelineWatch(NAME, store)

        assert not watch.taken_away()
        assert watch.is_held


def test_lifeline_is_held_for_as_long_as_the_work_takes(tmp_path, monkeypatch):
    monkeypatch.setattr("media.store.lease.LONGEST_HELD_S", 0.0)
    store = FolderStore(tmp_path)

    with lifeline(NAME, store, Terms(lasts_s=QUICK_S)):
        first = renewals_in(store)
        until = time.monotonic() + PATIENCE_S
        while renewals_in(store) < first + 2 and time.monotonic() < until:
            time.sleep(QUICK_S / 10)

        assert renewals_in(store) >= first + 2


def test_work_goes_on_without_a_sign_of_life_where_the_store_gives_none(tmp_path, monkeypatch):
    monkeypatch.setattr("media.patience.time.sleep", lambda _: None)
    done = []
    with lifeline(NAME, Deaf(tmp_path)):
        done.append("worked")

    assert done == ["worked"]
    with pytest.raises(Unavailable):
        LifelineWatch(NAME, Deaf(tmp_path)).taken_away()
