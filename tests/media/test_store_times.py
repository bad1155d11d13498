"""When objects were written or touched, all that lies in a store, and what killed writers left there."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from media.errors import BadInput
from media.store import FolderStore, ObjectStore
from media.store.incoming import INCOMING
from media.store.keys import key_for
from media.store.touch import kept
from tests.fakes.earlier import an_hour_earlier
from tests.fakes.s3 import Fault

DIGEST = "ab" * 32
KEY = key_for("scenes", DIGEST, "scene.blend")


@pytest.fixture(params=["folder", "s3"])
def store(request, tmp_path) -> ObjectStore:
    if request.param == "folder":
        return FolderStore(tmp_path / "store")
    return request.getfixturevalue("s3_store")


def test_stat_and_list_agree_on_when_an_object_was_written(store):
    before = datetime.now(UTC).replace(microsecond=0)

    store.put(KEY, b"x")

    stat = store.stat(KEY)
    (listed,) = store.list("scenes/")
    (scanned,) = store.scan()
    assert before <= stat.modified <= datetime.now(UTC)
    assert stat.modified == listed.modified == scanned.modified


def test_touching_changes_the_time_and_nothing_else(store):
    store.put(KEY, b"a scene")
    an_hour_earlier(store)
    before = store.stat(KEY)

    assert store.touch(KEY)

    after = store.stat(KEY)
    assert after.modified - before.modified > timedelta(minutes=59)
    assert store.get(KEY) == b"a scene"


def test_touched_object_keeps_what_s3_knows_of_it(s3_store):
    place = s3_store._bucket.place(KEY)
    said = {"Metadata": {"sha256": DIGEST, "who": "them"}, "ContentType": "application/x-blender"}
    s3_store._client.put_object(**place, Body=b"x", StorageClass="STANDARD_IA", **said)
    before = s3_store._client.head_object(**place)

    assert s3_store.touch(KEY)

    after = s3_store._client.head_object(**place)
    for name in ("Metadata", "ContentType", "StorageClass", "ETag"):
        assert after[name] == before[name]


def test_what_is_gone_cannot_be_touched(store):
    assert not store.touch(KEY)


@pytest.mark.parametrize("answer", [(403, "AccessDenied"), (501, "NotImplemented"), (400, "InvalidRequest")])
def test_store_that_refuses_to_copy_says_so_once_and_the_job_goes_on(s3, s3_store, caplog, answer):
    s3_store.put(KEY, b"x")
    s3.befall(Fault("CopyObject", answer=answer, times=9))

    assert s3_store.touch(KEY)
    assert s3_store.touch(KEY)

    assert len([record for record in caplog.records if "cannot be touched" in record.message]) == 1


def test_folder_of_another_user_says_so_once_and_the_job_goes_on(tmp_path, caplog, monkeypatch):
    store = FolderStore(tmp_path)
    store.put(KEY, b"x")

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "utime", refuse)

    assert store.touch(KEY)
    assert store.touch(KEY)
    assert len([record for record in caplog.records if "may not be touched" in record.message]) == 1


def test_object_replaced_between_look_and_copy_is_not_put_back(s3, s3_store):
    s3_store.put(KEY, b"old")
    s3.befall(Fault("CopyObject", answer=(412, "PreconditionFailed")))

    assert s3_store.touch(KEY)


def test_what_a_job_finds_is_touched_only_if_it_is_half_a_day_old(s3, s3_store):
    s3_store.put(KEY, b"x")
    an_hour_earlier(s3_store, hours=11)
    assert kept(s3_store.stat(KEY), s3_store)
    assert s3.count()["CopyObject"] == 0

    an_hour_earlier(s3_store, hours=2)
    assert kept(s3_store.stat(KEY), s3_store)
    assert kept(s3_store.stat(KEY), s3_store)
    assert s3.count()["CopyObject"] == 1


def test_who_deletes_what_was_seen_before_a_touch_is_refused(tmp_path):
    store = FolderStore(tmp_path)
    seen = store.put(KEY, b"x")
    store.touch(KEY)

    assert not store.delete_if(KEY, seen.etag)


def test_scan_gives_what_is_not_of_our_making_too(store, tmp_path):
    store.put(KEY, b"x")
    if isinstance(store, FolderStore):
        for name in ("readme.txt", "renders/notes", "scenes/ab/Thumbs.db"):
            (store.root / name).parent.mkdir(exist_ok=True)
            (store.root / name).write_bytes(b"?")
        (store.root / "link").symlink_to(tmp_path / "nothing")
    else:
        for name in ("readme.txt", "renders/notes", "scenes/ab/Thumbs.db"):
            s3 = store._bucket
            store._client.put_object(Bucket=s3.name, Key=s3.root + name, Body=b"?")

    found = sorted(stat.key for stat in store.scan())

    assert found == sorted([KEY, "readme.txt", "renders/notes", "scenes/ab/Thumbs.db"])


def test_scan_of_many_pages_gives_each_object_once(s3_store, monkeypatch):
    lists = s3_store._client.list_objects_v2
    monkeypatch.setattr(s3_store._client, "list_objects_v2", lambda **terms: lists(MaxKeys=2, **terms))
    keys = [key_for("scenes", f"{n:064x}", "scene.json") for n in range(5)]
    for key in keys:
        s3_store.put(key, b"x")

    assert [stat.key for stat in s3_store.scan()] == keys


def test_folder_that_cannot_be_read_is_not_passed_over(tmp_path, monkeypatch):
    store = FolderStore(tmp_path)
    store.put(KEY, b"x")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("scenes"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)

    with pytest.raises(BadInput, match="scenes"):
        list(store.scan())


def test_what_a_killed_writer_left_in_a_folder_is_told_and_removed_if_asked(tmp_path):
    store = FolderStore(tmp_path)
    store.put(KEY, b"x")
    left = tmp_path / INCOMING / "0123"
    left.write_bytes(b"half")
    now = datetime.now(UTC)

    assert list(store.leftovers(now - timedelta(hours=1), remove=True)) == []
    assert [one.size for one in store.leftovers(now + timedelta(hours=1), remove=False)] == [4]
    assert left.exists()
    assert [one.size for one in store.leftovers(now + timedelta(hours=1), remove=True)] == [4]
    assert not left.exists()


def test_upload_of_a_killed_process_is_told_and_aborted_if_asked(s3_store):
    place = s3_store._bucket.place(KEY)
    s3_store._client.create_multipart_upload(**place)
    later = datetime.now(UTC) + timedelta(hours=1)

    assert list(s3_store.leftovers(datetime(2000, 1, 1, tzinfo=UTC), remove=True)) == []  # moto says 2010
    assert len(list(s3_store.leftovers(later, remove=False))) == 1
    assert len(list(s3_store.leftovers(later, remove=True))) == 1
    assert list(s3_store.leftovers(later, remove=False)) == []


def test_store_that_does_not_tell_of_uploads_is_no_failure(s3, s3_store, caplog):
    s3.befall(Fault("ListMultipartUploads", answer=(403, "AccessDenied")))

    assert list(s3_store.leftovers(datetime.now(UTC), remove=True)) == []
    assert "cannot be looked for" in caplog.text
