"""What no finished job needs goes, in two passes a day apart; nothing else ever does."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from media.digest import digest_of
from media.errors import MediaError
from media.manifest import find_manifest, manifest_key
from media.mark import Mark, finished_marks, time_of
from media.prune import PruneJob, prune
from media.store import FolderStore, ObjectStore
from media.store.keys import key_for
from media.store.protocol import StoredWrong
from media.store.touch import TOUCH_AFTER
from media.tally import Row
from tests.fakes.earlier import an_hour_earlier
from tests.fakes.stored_job import StoredJob

NOW = datetime.now(UTC)
FIRST = NOW + timedelta(days=40)
"""When everything is old enough to be marked, sources too."""
SECOND = FIRST + timedelta(hours=24)
REAL = PruneJob(dry_run=False)
KEPT, LOST = StoredJob("kept", "a", "a", "a", "a"), StoredJob("lost", "b", "b", "b", "b")


@pytest.fixture(params=["folder", "s3"])
def store(request, tmp_path) -> ObjectStore:
    if request.param == "folder":
        return FolderStore(tmp_path / "store")
    return request.getfixturevalue("s3_store")


@pytest.fixture
def full(store) -> ObjectStore:
    """A store with a finished job, and one whose manifest is gone, all of it an hour old."""
    KEPT.put(store)
    LOST.put(store, manifest=False)
    an_hour_earlier(store)
    return store


def keys_of(store: ObjectStore) -> set[str]:
    return {stat.key for stat in store.scan() if not stat.key.startswith("marks/")}


def everything_of(store: ObjectStore) -> dict[str, tuple[str, datetime | None]]:
    return {stat.key: (stat.etag, stat.modified) for stat in store.scan()}


def counts(rows: tuple[Row, ...]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for row in rows:
        counted[row.fate] = counted.get(row.fate, 0) + row.objects
    return counted


MANIFEST = manifest_key(KEPT.result)


def test_what_no_manifest_needs_is_marked_then_deleted_a_day_later(full):
    first = prune(REAL, full, FIRST)
    assert keys_of(full) == {*KEPT.objects(), *LOST.objects(), MANIFEST}

    second = prune(REAL, full, SECOND)

    assert keys_of(full) == {*KEPT.objects(), MANIFEST}
    assert find_manifest(KEPT.result, full)
    assert counts(first)["marked"] == counts(second)["deleted"] == len(LOST.objects())
    assert not list(full.list("marks/"))


def test_nothing_is_deleted_before_a_mark_is_a_day_old(full):
    prune(REAL, full, FIRST)

    rows = prune(REAL, full, SECOND - timedelta(minutes=1))

    assert set(LOST.objects()) <= keys_of(full)
    assert counts(rows)["unreferenced"] == len(LOST.objects())
    assert [mark.at for mark in finished_marks(full, SECOND)] == [FIRST]  # it goes on waiting


def test_dry_run_writes_and_deletes_nothing(full):
    prune(REAL, full, FIRST)
    before = everything_of(full)

    rows = prune(PruneJob(), full, SECOND)

    assert everything_of(full) == before
    assert counts(rows)["would be deleted"] == len(LOST.objects())
    assert "marked" not in counts(rows)


def test_first_dry_run_says_what_would_be_marked(full):
    before = everything_of(full)

    rows = prune(PruneJob(), full, FIRST)

    assert everything_of(full) == before
    assert counts(rows)["would be marked"] == len(LOST.objects())
    (scenes,) = [row for row in rows if row.kind == "scenes" and row.fate == "would be marked"]
    times = [full.stat(key).modified for key in LOST.objects() if key.startswith("scenes")]
    assert (scenes.objects, scenes.oldest) == (2, min(times))


def test_index_of_a_catalogue_protects_no_picture_and_goes_after_a_month(full):
    index = key_for("catalogues", "c" * 64, "index.json")
    full.put(index, f'{{"pictures": {json.dumps([*LOST.objects()])}}}'.encode())
    an_hour_earlier(full)

    prune(REAL, full, NOW + timedelta(days=2))
    prune(REAL, full, NOW + timedelta(days=4))
    after_days = keys_of(full)
    prune(REAL, full, FIRST)
    prune(REAL, full, SECOND)

    frames = {key for key in LOST.objects() if key.startswith("renders/")}
    assert frames
    assert not frames & after_days
    assert index in after_days
    assert index not in keys_of(full)


def test_kernels_go_when_no_machine_has_taken_them_for_a_month(full):
    kernels = key_for("kernels", "c" * 64, "kernels.tar.gz")
    full.put(kernels, b"compiled")
    within = NOW + timedelta(days=29)

    prune(REAL, full, within)
    prune(REAL, full, within + timedelta(hours=24))
    assert kernels in keys_of(full)
    prune(REAL, full, SECOND)
    prune(REAL, full, SECOND + timedelta(hours=24))

    assert kernels not in keys_of(full)


def test_young_objects_are_not_marked(full):
    rows = prune(REAL, full, NOW + timedelta(hours=22))

    assert counts(rows)["young"] == len(LOST.objects())
    assert "marked" not in counts(rows)
    assert not list(full.list("marks/"))


def test_sources_and_results_wait_for_a_month(full):
    full.put(key_for("results", digest_of({"a": "result"}), "result.json"), b"{}")
    month = timedelta(days=29)

    rows = prune(REAL, full, NOW + month)
    prune(REAL, full, NOW + month + timedelta(days=1))

    assert {row.kind for row in rows if row.fate == "young"} == {"sources", "results"}
    assert {key.partition("/")[0] for key in keys_of(full) - {*KEPT.objects(), MANIFEST}} == {
        "sources",
        "results",
    }


def test_result_of_prefect_goes_by_its_age_even_if_a_manifest_mentions_its_digest(store):
    KEPT.put(store)
    key = key_for("results", KEPT.result, "result.json")
    store.put(key, b"{}")

    prune(REAL, store, FIRST)
    prune(REAL, store, SECOND)

    assert key not in keys_of(store)


@pytest.mark.parametrize("kind", ["sources", "geometry", "scenes", "renders", "stills"])
def test_what_is_touched_between_the_passes_stays(full, kind):
    prune(REAL, full, FIRST)
    used = min(key for key in LOST.objects() if key.startswith(kind))
    full.touch(used)

    prune(REAL, full, SECOND)

    folder = used.rpartition("/")[0]
    assert {key for key in LOST.objects() if key.startswith(folder)} == {
        key for key in keys_of(full) if key.startswith(folder)
    }
    assert len(keys_of(full)) < len({*KEPT.objects(), *LOST.objects(), MANIFEST})


def test_frame_that_is_committed_between_the_passes_keeps_the_others(full):
    prune(REAL, full, FIRST)
    frames = {key for key in LOST.objects() if key.startswith("renders")}
    new = min(frames).replace("000001", "000099")
    full.put(new, b"a frame of a job that runs for days")

    prune(REAL, full, SECOND)

    assert frames | {new} <= keys_of(full)


def test_frames_of_which_one_is_young_are_not_marked(full):
    an_hour_earlier(full, hours=100)
    frames = {key for key in LOST.objects() if key.startswith("renders")}
    full.touch(min(frames))

    rows = prune(REAL, full, NOW + timedelta(hours=1))

    (young,) = [row for row in rows if row.kind == "renders" and row.fate == "young"]
    assert young.objects == len(frames)


def test_manifest_that_is_published_between_the_passes_saves_what_it_needs(full):
    prune(REAL, full, FIRST)
    full.put(manifest_key(LOST.result), LOST.manifest())

    rows = prune(REAL, full, SECOND)

    assert set(LOST.objects()) <= keys_of(full)
    assert find_manifest(LOST.result, full)
    assert "deleted" not in counts(rows)


def test_what_two_jobs_share_stays_for_the_one_that_is_left(store):
    KEPT.put(store)
    StoredJob("lost", "a", "a", "a", "b").put(store, manifest=False)

    prune(REAL, store, FIRST)
    prune(REAL, store, SECOND)

    assert keys_of(store) == {*KEPT.objects(), MANIFEST}


@pytest.mark.parametrize(
    "spoil",
    [lambda data: data[:-20], lambda data: data.replace(b'"schema":1', b'"schema":2')],
    ids=["truncated", "newer"],
)
def test_manifest_that_this_version_cannot_read_keeps_what_it_mentions(store, spoil):
    KEPT.put(store, manifest=False)
    store.put(MANIFEST, spoil(KEPT.manifest()))

    prune(REAL, store, FIRST)
    prune(REAL, store, SECOND)

    assert keys_of(store) == {*KEPT.objects(), MANIFEST}


def test_document_of_a_kind_that_is_not_known_here_keeps_what_it_mentions_and_stays(store):
    KEPT.put(store, manifest=False)
    gallery = key_for("stills", KEPT.result, "index.json").replace("stills/", "galleries/")
    store.put(gallery, KEPT.manifest())

    prune(REAL, store, FIRST)
    prune(REAL, store, SECOND)

    assert keys_of(store) == {*KEPT.objects(), gallery}


def test_manifest_whose_bytes_s3_gives_wrong_stops_everything(s3_store):
    LOST.put(s3_store, manifest=False)
    prune(REAL, s3_store, FIRST)
    wrong = {"sha256": KEPT.result}
    s3_store._client.put_object(**s3_store._bucket.place(MANIFEST), Body=b"{}", Metadata=wrong)

    with pytest.raises(StoredWrong):
        prune(REAL, s3_store, SECOND)

    assert keys_of(s3_store) == {*LOST.objects(), MANIFEST}


def test_what_is_not_ours_is_left_alone_and_counted(full):
    digest = "ab" * 32
    names = [
        "notes.txt",
        f"renders/ff/{digest}/000001.png",
        f"scenes/ab/{digest}/sub/x",
        "renders/ab/x/Y.png",
    ]
    for name in names:
        if isinstance(full, FolderStore):
            (full.root / name).parent.mkdir(parents=True, exist_ok=True)
            (full.root / name).write_bytes(b"?")
        else:
            s3 = full._bucket
            full._client.put_object(Bucket=s3.name, Key=s3.root + name, Body=b"?")

    prune(REAL, full, FIRST)
    rows = prune(REAL, full, SECOND)

    assert set(names) <= keys_of(full)
    (foreign,) = [row for row in rows if row.kind == "not ours"]
    assert (foreign.fate, foreign.objects, foreign.size) == ("kept", 4, 4)


@pytest.mark.parametrize("prefix", ["manifests", "../../", "/etc/", "", "galleries"])
def test_mark_that_somebody_forged_deletes_nothing_that_may_not_go(full, prefix):
    prune(REAL, full, FIRST)
    (page,) = (key for key in (s.key for s in full.list("marks/")) if "page" in key)
    lost = full.get(page).replace(b'"prefix":"renders', f'"prefix":"{prefix}'.encode())
    full.put(page, lost)

    prune(REAL, full, SECOND)

    assert {*KEPT.objects(), MANIFEST} <= keys_of(full)
    assert {key for key in LOST.objects() if key.startswith("renders")} <= keys_of(full)


def test_mark_that_claims_to_be_old_deletes_nothing_that_is_not(full):
    prune(REAL, full, FIRST)
    (mark,) = finished_marks(full, FIRST)
    old = mark.model_copy(update={"at": NOW - timedelta(days=1000)})
    full.put(key_for("marks", mark.digest, "mark.json"), old.model_dump_json().encode())

    prune(REAL, full, NOW + timedelta(hours=30))

    assert set(LOST.objects()) <= keys_of(full)


def test_mark_from_the_future_does_not_keep_the_next_one_from_being_made(full):
    digest = digest_of({"stage": "a clock that was wrong"})
    wrong = Mark(digest=digest, at=FIRST + timedelta(days=10_000), pages=1)
    full.put(key_for("marks", digest, "mark.json"), wrong.model_dump_json().encode())

    prune(REAL, full, FIRST)
    prune(REAL, full, SECOND)

    assert keys_of(full) == {*KEPT.objects(), MANIFEST}


class Killed(MediaError):
    """The end of the process."""


@dataclass
class Mortal:
    """A store that ends the process before a call of one kind."""

    store: ObjectStore
    on: str
    after: int

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the real store has
        def call(*arguments: Any, **terms: Any) -> Any:  # noqa: ANN401 - the same
            if name == self.on:
                self.after -= 1
                if self.after < 0:
                    raise Killed
            return getattr(self.store, name)(*arguments, **terms)

        return call


@pytest.mark.parametrize("after", [0, 1, 3, 7])
def test_pass_that_is_killed_while_it_deletes_goes_on_when_started_again(full, after):
    prune(REAL, full, FIRST)
    with pytest.raises(Killed):
        prune(REAL, Mortal(full, "delete_if", after), SECOND)
    assert {*KEPT.objects(), MANIFEST} <= keys_of(full)

    prune(REAL, full, SECOND)

    assert keys_of(full) == {*KEPT.objects(), MANIFEST}
    assert not list(full.list("marks/"))


@pytest.mark.parametrize("after", [0, 1])
def test_mark_whose_writer_was_killed_is_none_and_is_swept_up(full, after):
    with pytest.raises(Killed):
        prune(REAL, Mortal(full, "put", after), FIRST)

    prune(REAL, full, SECOND)
    assert {*KEPT.objects(), *LOST.objects()} <= keys_of(full)
    prune(REAL, full, SECOND + timedelta(days=1))

    assert keys_of(full) == {*KEPT.objects(), MANIFEST}
    assert not list(full.list("marks/"))


def test_pass_that_is_killed_while_it_removes_its_mark_leaves_nothing_behind(full):
    prune(REAL, full, FIRST)
    with pytest.raises(Killed):
        prune(REAL, Mortal(full, "delete", 1), SECOND)

    prune(REAL, full, SECOND)

    assert not list(full.list("marks/"))


def test_large_mark_has_pages(full, monkeypatch):
    monkeypatch.setattr("media.mark.OBJECTS_A_PAGE", 2)

    prune(REAL, full, FIRST)
    assert len(list(full.list("marks/"))) > 3
    prune(REAL, full, SECOND)

    assert keys_of(full) == {*KEPT.objects(), MANIFEST}


def test_listing_costs_the_same_few_requests_however_many_objects_are_marked(s3, s3_store):
    for number in range(20):
        StoredJob(*[f"job {number}"] * 5).put(s3_store)
    s3.forget()

    prune(REAL, s3_store, FIRST)

    assert s3.count()["ListObjectsV2"] <= 5
    assert s3.count()["ListMultipartUploads"] == 1
    assert s3.count()["GetObject"] == 20 * 3  # manifest, report, scene


@dataclass
class Busy:
    """A store in which something happens before the first call of one kind on some key."""

    store: ObjectStore
    on: str
    key: str
    happens: Callable[[], object]
    done: bool = False

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the real store has
        def call(*arguments: Any, **terms: Any) -> Any:  # noqa: ANN401 - the same
            if name == self.on and arguments[0] == self.key and not self.done:
                self.done = True
                self.happens()
            return getattr(self.store, name)(*arguments, **terms)

        return call


def frames_of(job: StoredJob) -> list[str]:
    return sorted(key for key in job.objects() if key.startswith("renders"))


def test_job_that_touches_what_it_found_just_before_the_last_look_keeps_all_of_it(full):
    frames = frames_of(LOST)
    prune(REAL, full, FIRST)
    pictures = [key for key in frames if key.endswith(".png")]
    busy = Busy(full, "stat", pictures[0], lambda: full.touch(pictures[0]))

    prune(REAL, busy, SECOND)

    assert busy.done
    assert set(frames) <= keys_of(full)


def test_in_a_folder_not_even_a_touch_between_last_look_and_delete_is_too_late(tmp_path):
    store = FolderStore(tmp_path)
    LOST.put(store, manifest=False)
    an_hour_earlier(store)
    prune(REAL, store, FIRST)
    first = frames_of(LOST)[1]
    assert first.endswith("000001.png")

    prune(REAL, Busy(store, "delete_if", first, lambda: store.touch(first)), SECOND)

    assert set(frames_of(LOST)) <= keys_of(store)


def test_job_that_comes_while_frames_are_deleted_keeps_those_from_the_one_it_touched(full):
    prune(REAL, full, FIRST)
    one, two = (key for key in frames_of(LOST) if key.endswith(".png"))
    busy = Busy(full, "stat", two, lambda: full.touch(two))

    prune(REAL, busy, SECOND)

    assert set(frames_of(LOST)) - {one} <= keys_of(full)
    assert one not in keys_of(full)


def test_clock_is_that_of_the_store_and_leaves_nothing(store):
    before = datetime.now(UTC).replace(microsecond=0)

    assert before <= time_of(store) <= datetime.now(UTC)
    assert not list(store.scan())


def test_what_is_found_stays_for_longer_than_any_job_runs():
    shortest = timedelta(hours=PruneJob().min_age_hours + PruneJob().wait_hours) - TOUCH_AFTER

    assert shortest >= timedelta(hours=36)


@pytest.mark.parametrize(
    "terms",
    [{"min_age_hours": 23}, {"wait_hours": 23}, {"sources_days": 0}, {"results_days": 0}, {"dry": False}],
    ids=lambda terms: next(iter(terms)),
)
def test_nobody_can_ask_for_less_than_a_day(terms):
    with pytest.raises(ValidationError):
        PruneJob.model_validate(terms)


WORDS = st.sampled_from("abc")
JOBS = st.lists(
    st.tuples(
        st.builds(StoredJob, job=WORDS, source=WORDS, geometry=WORDS, scene=WORDS, render=WORDS),
        st.booleans(),
    ),
    max_size=4,
)


@settings(max_examples=25, deadline=None, phases=set(Phase) - {Phase.explain})
@given(before=JOBS, between=JOBS, withdrawn=st.sets(st.integers(0, 7)), hours=st.integers(0, 60))
def test_nothing_that_a_manifest_needs_is_ever_deleted(before, between, withdrawn, hours):
    """Jobs come, with or without a manifest, and some manifests go; what the others need is all there."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda _: None)
        store = FolderStore(Path(folder))
        needed: dict[str, set[str]] = {}
        for moment, jobs in ((FIRST, before), (FIRST + timedelta(hours=hours), between)):
            for job, finished in jobs:
                job.put(store, manifest=finished)
                needed |= {manifest_key(job.result): set(job.objects())} if finished else {}
            prune(REAL, store, moment)
        assert keys_of(store) >= set().union(needed, *needed.values())
        for number, manifest in enumerate(list(needed)):
            if number in withdrawn:
                store.delete(manifest)
                del needed[manifest]

        prune(REAL, store, FIRST + timedelta(days=5))
        prune(REAL, store, FIRST + timedelta(days=7))

        assert keys_of(store) == set().union(needed, *needed.values())
