"""A lease that is held: renewed in time, lost, and who holds it."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from media.errors import Unavailable
from media.store import FolderStore, Stat
from media.store import lease as lease_module
from media.store.holder import Holder, this_process
from media.store.lease import LeaseLost, LeaseRecord, take, take_over
from tests.media.store.workshop import LEASE, PATIENCE_S
from tests.processes import is_alive

QUICK_S = 0.03


class ListeningStore(FolderStore):
    """A folder that tells of renewals, and can be down for some."""

    def __init__(self, root: Path, down: int = 0) -> None:
        super().__init__(root)
        self.down = down
        self.renewed = threading.Semaphore(0)

    def replace_if(self, key: str, data: bytes, etag: str) -> Stat | None:
        """Replace, and tell."""
        if self.down:
            self.down -= 1
            raise Unavailable(f"{key}: the store is down")
        stat = super().replace_if(key, data, etag)
        self.renewed.release()
        return stat

    def wait_for_renewals(self, times: int) -> None:
        """Return when a lease was renewed so often."""
        for _ in range(times):
            assert self.renewed.acquire(timeout=PATIENCE_S), "the lease is not renewed"


@pytest.mark.parametrize("down", [0, 2])
def test_lease_is_renewed_while_it_is_held_and_then_given_back(tmp_path, down):
    store = ListeningStore(tmp_path, down)
    with take(LEASE, store, QUICK_S) as lease:
        store.wait_for_renewals(3)
        seen = LeaseRecord.model_validate_json(store.get(LEASE))
        lease.must_hold()

    assert seen.renewals >= 2
    assert seen.holder == this_process()
    assert store.stat(LEASE) is None


def test_lease_that_was_seen_to_be_held_is_renewed_no_more(tmp_path):
    store = ListeningStore(tmp_path)
    with take(LEASE, store, QUICK_S) as lease:
        lease.must_hold()
        etag = store.stat(LEASE).etag

        assert not lease._renewing.is_alive()
        assert store.stat(LEASE).etag == etag


def test_lease_of_an_owner_who_hangs_is_not_renewed_for_ever(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(lease_module, "LONGEST_HELD_S", 4 * QUICK_S)
    store = ListeningStore(tmp_path)

    with take(LEASE, store, QUICK_S) as lease:
        lease._renewing.join(PATIENCE_S)

        assert not lease._renewing.is_alive()
        assert store.stat(LEASE), "it is left to run out"
        lease.must_hold()  # nobody wanted it
    assert "renewed no more" in caplog.text


def test_lease_that_another_took_over_is_neither_held_nor_given_back(tmp_path):
    store = ListeningStore(tmp_path)
    with take(LEASE, store, QUICK_S) as lost:
        store.wait_for_renewals(1)
        other = None
        while other is None:
            other = take_over(LEASE, store, 60, store.stat(LEASE).etag)
        with pytest.raises(LeaseLost, match="another has it"):
            lost.must_hold()

    assert LeaseRecord.model_validate_json(store.get(LEASE)) == other._record


class MumblingStore(FolderStore):
    """A folder that does one thing and then says that it could not."""

    lost = False

    def replace_if(self, key: str, data: bytes, etag: str) -> Stat | None:
        """Replace; the first answer is lost."""
        stat = super().replace_if(key, data, etag)
        if not self.lost:
            self.lost = True
            raise Unavailable(f"{key}: the answer was lost")
        return stat


def test_renewal_whose_answer_was_lost_is_no_lost_lease(tmp_path):
    store = MumblingStore(tmp_path)
    with take(LEASE, store, 60) as lease:
        with pytest.raises(Unavailable):
            lease._replaced(renewals=1)

        lease.must_hold()
        assert store.stat(LEASE).etag == lease._etag

    assert store.stat(LEASE) is None


def test_lease_is_given_back_even_if_the_answer_to_its_last_renewal_was_lost(tmp_path):
    store = MumblingStore(tmp_path)
    with take(LEASE, store, 60) as lease, pytest.raises(Unavailable):
        lease.must_hold()

    assert store.stat(LEASE) is None


def test_owner_whom_the_store_does_not_answer_does_not_hold_the_lease(tmp_path):
    store = ListeningStore(tmp_path, down=1)
    with take(LEASE, store, 60) as lease, pytest.raises(Unavailable):
        lease.must_hold()


def test_of_two_who_take_a_lease_one_has_it(tmp_path):
    store = FolderStore(tmp_path)

    assert take(LEASE, store, 60)
    assert take(LEASE, store, 60) is None
    assert take_over(LEASE, store, 60, "another etag") is None


def test_process_that_runs_is_not_gone():
    assert not this_process().is_gone()


def test_process_that_has_ended_is_gone_even_before_anybody_collects_it():
    us = this_process()
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[19]
    holder = Holder(machine=us.machine, pid=child.pid, started=started)

    assert not holder.is_gone()
    child.kill()
    while is_alive(child.pid):
        os.sched_yield()
    assert holder.is_gone()
    child.communicate()
    assert holder.is_gone()


def test_process_with_the_number_of_another_is_not_that_one():
    assert this_process().model_copy(update={"started": "1"}).is_gone()


def test_nothing_is_known_of_processes_elsewhere():
    assert not Holder(machine="another", pid=os.getpid(), started="1").is_gone()
    assert not Holder().is_gone()
