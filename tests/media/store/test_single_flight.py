"""Of many who ask for the same at once, one makes it, whatever becomes of that one."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from media.errors import BadInput, OutOfResources, RefusedHere, ToolFailed, Unavailable
from media.store import FolderStore, ObjectStore, Stat
from media.store.disk import disk_failure
from media.store.holder import this_process
from media.store.lease import LASTS_S, LeaseRecord, take
from media.store.lease_watch import LONGEST_PAUSE_S, SKEW_S
from tests.fakes.sources_only import SourcesOnly
from tests.media.store.workshop import LEASE, RESULT, Clock, WaitingRoom, Workshop

RUN_OUT_S = LASTS_S + SKEW_S
SLACK_S = 1.25 * LONGEST_PAUSE_S
"""The longest pause of a waiter who has just missed something."""


@pytest.fixture(params=["folder", "s3"])
def store(request, tmp_path) -> ObjectStore:
    if request.param == "folder":
        return FolderStore(tmp_path / "store")
    return request.getfixturevalue("s3_store")


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(20) as pool:
        yield pool


def elsewhere(store: ObjectStore, **fields) -> str:
    """Put a lease of another machine's there; returns its etag."""
    return store.put(LEASE, LeaseRecord(owner="other", **fields).data).etag


def leases(store: ObjectStore) -> list[Stat]:
    return list(store.list("leases/"))


def test_of_twenty_who_ask_at_once_one_makes_it_and_the_others_find_it(store, pool):
    room = WaitingRoom()
    shop = Workshop(store, labour=lambda: room.wait_until_asleep(19))
    ready = threading.Barrier(20)

    def ask(_: int) -> bytes:
        ready.wait()
        thing = shop.ask(terms=room.terms)
        room.door.set()
        return thing

    things = list(pool.map(ask, range(20)))

    assert shop.made == shop.published == 1
    assert sorted(things) == [b"found thing"] * 19 + [b"thing"]
    assert leases(store) == []


def test_what_is_there_is_found_without_a_word_about_leases(s3, s3_store):
    shop = Workshop(s3_store)
    shop.ask()
    s3.forget()

    assert shop.ask() == b"found thing"
    assert s3.count() == {"HeadObject": 1, "GetObject": 1}  # what finding it takes by itself


def test_what_was_published_just_before_the_lease_was_ours_is_found(store):
    shop = Workshop(store)
    elsewhere(store)

    def finish() -> None:
        store.delete(LEASE)
        shop.blind = 1
        store.put(RESULT, b"thing")

    assert shop.ask(terms=Clock(meanwhile=finish).terms) == b"found thing"
    assert shop.made == 0
    assert leases(store) == []


def test_lease_that_is_not_renewed_is_taken_over_when_it_has_run_out(store):
    shop, clock = Workshop(store), Clock()
    elsewhere(store)

    assert shop.ask(terms=clock.terms) == b"thing"
    assert RUN_OUT_S <= clock.now <= RUN_OUT_S + SLACK_S


def test_lease_of_a_process_that_has_ended_on_this_machine_is_taken_over_at_once(store):
    shop, clock = Workshop(store), Clock()
    elsewhere(store, holder=this_process().model_copy(update={"started": "1"}))

    assert shop.ask(terms=clock.terms) == b"thing"
    assert clock.now == 0


def test_lease_lasts_as_long_as_its_owner_says(store):
    shop, clock = Workshop(store), Clock()
    elsewhere(store, lasts_s=90)

    shop.ask(terms=clock.terms)

    assert clock.now >= 90 + SKEW_S


@pytest.mark.parametrize(
    ("change", "who"),
    [
        ({}, "process {ours} on this machine"),
        ({"machine": "ef" * 32, "pid": 7, "host": "render-3"}, "process 7 on render-3"),
        ({"machine": "ef" * 32, "pid": 7, "host": ""}, "process 7 on another machine"),
        ({"machine": ""}, "another process"),
    ],
)
def test_who_waits_long_says_every_minute_for_whom_and_what_can_be_done(store, caplog, change, who):
    caplog.set_level("INFO", "media.store")
    shop, clock = Workshop(store), Clock()
    who = who.format(ours=os.getpid())
    record = LeaseRecord(owner="other", holder=this_process().model_copy(update=change))

    def renew_and_finish() -> None:
        if clock.now > 200:
            store.put(RESULT, b"thing")
        store.put(LEASE, record.model_copy(update={"renewals": int(clock.now)}).data)

    renew_and_finish()
    clock.meanwhile = renew_and_finish
    shop.ask(terms=clock.terms)

    first, *later = caplog.messages
    assert first == f"part.step: waiting for another, who is making it: {who}"
    assert [line.split(", which")[0] for line in later] == [
        f"part.step: waited {minutes} min so far for {who}" for minutes in (1, 2, 3)
    ]
    assert "end it there, and one of those who wait takes over" in later[-1]
    assert shop.made == 0, "a lease is not taken from one who renews it"


def test_lease_that_is_renewed_is_waited_for_however_long_it_takes(store):
    shop = Workshop(store)
    owner = take(LEASE, store, LASTS_S)
    clock = Clock()

    def renew_and_finish() -> None:
        assert owner._replaced(renewals=owner._record.renewals + 1)
        if clock.now > 2 * RUN_OUT_S:
            store.put(RESULT, b"thing")

    clock.meanwhile = renew_and_finish

    assert shop.ask(terms=clock.terms) == b"found thing"
    assert shop.made == 0


def test_result_is_found_though_its_maker_died_before_giving_back_the_lease(store):
    shop, clock = Workshop(store), Clock(meanwhile=lambda: store.put(RESULT, b"thing"))
    elsewhere(store)

    assert shop.ask(terms=clock.terms) == b"found thing"
    assert clock.now < 1


def test_lease_that_says_nothing_sensible_runs_out_too(store):
    shop, clock = Workshop(store), Clock()
    store.put(LEASE, b'{"lasts_s": 1e99')

    assert shop.ask(terms=clock.terms) == b"thing"
    assert clock.now >= RUN_OUT_S


@pytest.mark.parametrize("error", [ToolFailed("broke"), Unavailable("down"), OutOfResources("full")])
def test_next_one_tries_when_the_owner_fails(store, pool, error):
    room = WaitingRoom()

    def fail() -> None:
        room.wait_until_asleep(1)
        room.door.set()
        raise error

    owner, waiter = Workshop(store, fail), Workshop(store)
    failing = pool.submit(owner.ask)
    owner.wait_until_started()
    waiting = pool.submit(waiter.ask, terms=room.terms)

    assert waiting.result() == b"thing"
    assert failing.exception() is error
    assert leases(store) == []


def bad_input_while_another_waits(store, pool, error: BadInput, waiter: Workshop) -> BaseException | None:
    """Have a first one fail by `error` while `waiter` waits; returns how that one fails."""
    room = WaitingRoom()

    def fail() -> None:
        room.wait_until_asleep(1)
        raise error

    owner = Workshop(store, fail)
    failing = pool.submit(owner.ask, "first.step")
    failing.add_done_callback(lambda _: room.door.set())
    owner.wait_until_started()
    waiting = pool.submit(waiter.ask, "second.step", room.terms)
    assert failing.exception() is error
    return waiting.exception()


def test_bad_input_is_said_to_all_who_waited_in_their_own_files_name(store, pool):
    waiter = Workshop(store)
    error = BadInput("first.step: expected a solid, found https://a:secret@host/b")

    failure = bad_input_while_another_waits(store, pool, error, waiter)

    assert isinstance(failure, BadInput)
    assert str(failure).startswith("second.step: expected a solid, found https://")
    assert "secret" not in str(failure)
    assert waiter.made == 0


def test_who_comes_after_a_bad_input_tries_for_himself(store, pool):
    bad_input_while_another_waits(store, pool, BadInput("first.step: expected a solid"), Workshop(store))
    clock = Clock()

    assert Workshop(store).ask(terms=clock.terms) == b"thing"
    assert clock.now == 0
    assert leases(store) == []


def test_bad_input_for_the_owners_own_disk_is_nobody_elses(store, pool):
    waiter = Workshop(store)
    error = BadInput("source.step: expected a place on disk that is open to this user")
    error.__cause__ = PermissionError()
    assert type(disk_failure(PermissionError(13, "denied"), "x")) is BadInput

    assert bad_input_while_another_waits(store, pool, error, waiter) is None
    assert waiter.made == 1


def test_verdict_of_the_owners_own_renderer_host_is_nobody_elses(store, pool):
    waiter = Workshop(store)
    error = RefusedHere("job abab: Blender died by signal 11, twice; this renderer host takes it no more")

    assert bad_input_while_another_waits(store, pool, error, waiter) is None
    assert waiter.made == 1


def test_owner_whose_lease_was_taken_over_publishes_nothing_and_finds_what_the_other_made(store):
    shop = Workshop(store)

    def be_overtaken() -> None:
        assert store.replace_if(LEASE, LeaseRecord(owner="other").data, store.stat(LEASE).etag)

    def finish() -> None:
        store.put(RESULT, b"theirs")

    shop.labour = be_overtaken

    assert shop.ask(terms=Clock(meanwhile=finish).terms) == b"found theirs"
    assert (shop.made, shop.published) == (1, 0)
    assert LeaseRecord.model_validate_json(store.get(LEASE)).owner == "other"  # only its owner gives it back


class ForgetfulStore(FolderStore):
    """A folder that takes no renewal."""

    def replace_if(self, key: str, data: bytes, etag: str) -> None:
        """Say that somebody else was there."""


def test_store_that_refuses_every_renewal_holds_up_nobody_for_ever(tmp_path):
    shop, clock = Workshop(ForgetfulStore(tmp_path)), Clock()

    assert shop.ask(terms=clock.terms) == b"thing"
    assert clock.now <= RUN_OUT_S + 5 * SLACK_S
    assert shop.published == 1


class TenaciousStore(FolderStore):
    """A folder that removes nothing by condition."""

    def delete_if(self, key: str, etag: str) -> bool:
        """Fail."""
        raise Unavailable(f"{key} at {etag}: the store is down")


def test_lease_that_cannot_be_given_back_is_no_failure_of_the_work(tmp_path, caplog):
    shop = Workshop(TenaciousStore(tmp_path))

    assert shop.ask() == b"thing"
    assert shop.ask() == b"found thing"
    assert "was not given back" in caplog.text


def test_store_without_conditions_knows_no_leases_and_makes_it_twice(tmp_path):
    store = SourcesOnly(tmp_path)
    inner = Workshop(store)
    outer = Workshop(store, labour=lambda: inner.ask() and None)

    assert outer.ask() == b"thing"
    assert (inner.made, outer.made) == (1, 1)
    assert not Path(tmp_path / "leases").exists()
