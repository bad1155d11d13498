"""What every object store promises; each embodiment runs through the same tests."""

import errno
import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from media.errors import BadInput, OutOfResources, Unavailable
from media.store import AlreadyExists, FolderStore, Missing, ObjectStore
from media.store.keys import folder_of, frame_name, key_for
from media.store.protocol import StoredWrong

DIGEST = "ab" * 32
KEY = key_for("renders", DIGEST, "000001.png")


@pytest.fixture(params=["folder", "s3"])
def store(request, tmp_path) -> ObjectStore:
    if request.param == "folder":
        return FolderStore(tmp_path / "store")
    return request.getfixturevalue("s3_store")


@pytest.fixture
def keeping(store, request) -> ObjectStore:
    """A store that keeps conditions. Ours must; another S3 may be found not to."""
    if request.config.getoption("--s3-endpoint") and not store.capabilities().conditional_put:
        pytest.skip("this S3 keeps no conditions, which the store has found out")
    return store


def test_bytes_come_back_whole_and_in_ranges(store):
    store.put(KEY, b"0123456789")

    assert store.get(KEY) == b"0123456789"
    assert store.get(KEY, 3) == b"3456789"
    assert store.get(KEY, 3, 4) == b"3456"
    assert store.get(KEY, 20, 4) == b""


def test_file_goes_in_and_comes_out(store, tmp_path):
    (tmp_path / "in").write_bytes(b"content")

    store.put(KEY, tmp_path / "in")
    store.fetch(KEY, tmp_path / "out")

    assert (tmp_path / "out").read_bytes() == b"content"


def test_write_once_keeps_the_first_writers_bytes(keeping):
    keeping.put(KEY, b"first", write_once=True)

    with pytest.raises(AlreadyExists, match=r"000001\.png"):
        keeping.put(KEY, b"second", write_once=True)
    assert keeping.get(KEY) == b"first"


def test_of_many_write_once_writers_exactly_one_wins(keeping):
    outcomes: list[bytes] = []
    ready = threading.Barrier(8)

    def write(data: bytes) -> None:
        ready.wait()
        try:
            keeping.put(KEY, data, write_once=True)
        except AlreadyExists:
            return
        outcomes.append(data)

    threads = [threading.Thread(target=write, args=(bytes([n]),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == [keeping.get(KEY)]


def test_missing_object_is_missing(store, tmp_path):
    assert store.stat(KEY) is None
    with pytest.raises(Missing):
        store.get(KEY)
    with pytest.raises(Missing):
        store.fetch(KEY, tmp_path / "out")


def test_list_gives_a_folder_in_order_and_nothing_else(store):
    keys = [key_for("renders", DIGEST, frame_name(n, ".png")) for n in (3, 1, 2)]
    for key in keys:
        store.put(key, b"x")
    store.put(key_for("renders", "cd" * 32, "000001.png"), b"x")

    assert [stat.key for stat in store.list(folder_of("renders", DIGEST))] == sorted(keys)


def test_etag_changes_with_the_bytes_and_guards_replacing(keeping):
    first = keeping.put(KEY, b"first")

    second = keeping.replace_if(KEY, b"other", first.etag)

    assert second is not None
    assert second.etag != first.etag
    assert keeping.replace_if(KEY, b"third", first.etag) is None
    assert keeping.get(KEY) == b"other"


def test_delete_if_removes_only_what_was_seen(store):
    first = store.put(KEY, b"first")
    store.put(KEY, b"second")

    assert not store.delete_if(KEY, first.etag)
    assert store.delete_if(KEY, store.stat(KEY).etag)
    assert store.stat(KEY) is None


def test_deleting_what_is_not_there_is_fine(store):
    store.delete(KEY)

    assert store.stat(KEY) is None


@pytest.mark.parametrize(
    "key",
    [
        "../etc/passwd",
        "/abs",
        "renders/ab/../x",
        KEY + "/..",
        "renders/ab/short/x",
        KEY.replace("000001", "%2e"),
    ],
)
def test_key_that_is_not_of_our_making_is_refused(store, key):
    with pytest.raises(ValueError, match="object key"):
        store.put(key, b"x")


def test_empty_object_is_an_object(store, tmp_path):
    stat = store.put(KEY, b"")
    store.fetch(KEY, tmp_path / "out")

    assert stat.size == 0
    assert store.get(KEY) == store.get(KEY, 3) == (tmp_path / "out").read_bytes() == b""


def test_large_file_goes_in_and_comes_out(store, tmp_path):
    data = b"0123456789abcdef" * (18 * 65536) + b"tail"  # 18 MiB and a little: S3 takes it by parts
    (tmp_path / "in").write_bytes(data)

    stat = store.put(KEY, tmp_path / "in", sha256=hashlib.sha256(data).hexdigest())
    store.fetch(KEY, tmp_path / "out")

    assert stat == store.stat(KEY)
    assert stat.size == len(data)
    assert (tmp_path / "out").read_bytes() == data
    assert store.get(KEY, len(data) - 4) == b"tail"


def test_large_file_is_written_once_too(keeping, tmp_path):
    (tmp_path / "in").write_bytes(bytes(17 * 1024**2))
    keeping.put(KEY, b"first")

    with pytest.raises(AlreadyExists):
        keeping.put(KEY, tmp_path / "in", write_once=True)
    assert keeping.get(KEY) == b"first"


@pytest.mark.parametrize("size", [7, 17 * 1024**2])
def test_file_of_other_bytes_than_promised_is_not_stored(store, tmp_path, size):
    (tmp_path / "in").write_bytes(bytes(size))

    with pytest.raises(StoredWrong, match="did they change"):
        store.put(KEY, tmp_path / "in", sha256="ab" * 32)
    assert store.stat(KEY) is None


def test_file_that_is_not_there_cannot_be_stored(store, tmp_path):
    with pytest.raises(Missing):
        store.put(KEY, tmp_path / "not-there")
    assert store.stat(KEY) is None


def test_range_of_what_is_not_there_is_missing(store):
    with pytest.raises(Missing):
        store.get(KEY, 3)
    with pytest.raises(Missing):
        store.get(KEY, 3, 4)


def test_what_is_not_there_is_neither_replaced_nor_deleted_by_its_etag(keeping):
    gone = keeping.put(KEY, b"first")
    keeping.delete(KEY)

    assert keeping.replace_if(KEY, b"second", gone.etag) is None
    assert not keeping.delete_if(KEY, gone.etag)
    assert keeping.stat(KEY) is None


def test_of_many_who_replace_what_they_saw_exactly_one_wins(keeping):
    seen = keeping.put(KEY, b"seen")

    with ThreadPoolExecutor(8) as pool:
        replaced = list(pool.map(lambda n: keeping.replace_if(KEY, bytes([n]), seen.etag), range(8)))

    (winner,) = [n for n, stat in enumerate(replaced) if stat]
    assert keeping.get(KEY) == bytes([winner])


def test_results_may_be_stored(keeping):
    assert keeping.capabilities().conditional_put
    assert list(keeping.list("")) == []


def test_uri_names_the_object(store):
    assert store.uri(KEY).endswith(KEY)


def test_folder_gives_no_links(tmp_path):
    with pytest.raises(BadInput, match="S3"):
        FolderStore(tmp_path).presign(KEY, 60, "frame.png")


def test_put_that_fails_leaves_nothing_behind(tmp_path):
    store = FolderStore(tmp_path)
    with pytest.raises(Missing):
        store.put(KEY, tmp_path / "not-there")

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENOSPC, OutOfResources),
        (errno.EDQUOT, OutOfResources),
        (errno.EIO, Unavailable),
        (errno.EROFS, BadInput),
    ],
)
def test_refusals_of_the_disk_are_said_in_our_own_errors(tmp_path, monkeypatch, number, error):
    store = FolderStore(tmp_path)

    def refuse(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)

    with pytest.raises(error):
        store.put(KEY, b"x")
    assert store.stat(KEY) is None


def test_half_written_files_of_a_killed_writer_are_swept_away(tmp_path):
    store = FolderStore(tmp_path)
    store.put(KEY, b"x")
    orphan = Path(tmp_path / ".incoming" / "orphan")
    orphan.write_bytes(b"half")
    os.utime(orphan, (0, 0))

    store.put(KEY, b"y")

    assert not orphan.exists()


def folders_below(root: Path) -> list[Path]:
    """Folders that a store made for keys."""
    return [path for path in root.rglob("*") if path.is_dir() and path.name != ".incoming"]


def test_deleting_leaves_no_empty_folder_behind(tmp_path):
    store = FolderStore(tmp_path / "store")
    beside, seen = store.put(KEY, b"x"), store.put(key_for("renders", DIGEST, "000002.png"), b"x")

    store.delete(KEY)
    assert [stat.key for stat in store.list("")] == [seen.key], "what lies beside it stays"
    assert store.delete_if(seen.key, seen.etag)
    store.delete(beside.key)

    assert folders_below(store.root) == []
    assert store.root.is_dir()


@pytest.mark.parametrize("write_once", [True, False])
def test_folder_that_goes_while_a_writer_comes_is_made_again(tmp_path, write_once):
    """Two threads put and delete a key each, in one folder; a third one looks; none of them ever fails."""
    store = FolderStore(tmp_path / "store")
    ready, turns = threading.Barrier(3), 150

    def write(name: str) -> int:
        key = key_for("leases", DIGEST, name)
        ready.wait()
        for turn in range(turns):
            stat = store.put(key, b"%d" % turn, write_once=write_once)
            assert store.get(key) == b"%d" % turn
            assert store.delete_if(key, stat.etag)
        return turns

    def look() -> int:
        ready.wait()
        while any(not other.done() for other in writers):
            list(store.list(""))
            list(store.scan())
        return turns

    with ThreadPoolExecutor(3) as pool:
        writers = [pool.submit(write, name) for name in ("first.json", "second.json")]
        assert [work.result() for work in (*writers, pool.submit(look))] == [turns] * 3

    assert folders_below(store.root) == []


def test_writer_whose_folder_goes_at_the_worst_moment_makes_it_again(tmp_path, monkeypatch):
    store = FolderStore(tmp_path / "store")
    link, gone = os.link, []

    def late(source: Path, target: Path) -> None:
        if not gone:
            gone.append(target.parent.rmdir())  # as one who deletes its last object does
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    store.put(KEY, b"x", write_once=True)

    assert gone
    assert store.get(KEY) == b"x"


@pytest.mark.parametrize("place", ["no such folder/out", "a file/out", "a folder"])
def test_place_that_cannot_be_written_is_a_bad_input(store, tmp_path, place):
    store.put(KEY, b"content")
    (tmp_path / "a file").touch()
    (tmp_path / "a folder").mkdir()

    with pytest.raises(BadInput, match="expected a place on disk that is open to this user, found '"):
        store.fetch(KEY, tmp_path / place)
    assert list((tmp_path / "a folder").iterdir()) == []


@pytest.mark.parametrize(("number", "error"), [(errno.ENOSPC, OutOfResources), (errno.EIO, Unavailable)])
def test_refusals_of_the_disk_that_is_fetched_to_are_told_apart(store, tmp_path, monkeypatch, number, error):
    store.put(KEY, b"content")
    opened = Path.open

    def refuse(path: Path, mode: str = "r") -> object:
        if mode == "wb":
            raise OSError(number, os.strerror(number))
        return opened(path, mode)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(error):
        store.fetch(KEY, tmp_path / "out")


def test_folder_of_a_store_that_is_a_file_is_a_bad_input(tmp_path):
    (tmp_path / "store").touch()
    store = FolderStore(tmp_path / "store")

    for call in (lambda: store.put(KEY, b"x", write_once=True), lambda: store.delete_if(KEY, "etag")):
        with pytest.raises(BadInput, match="the store's folder: expected a place on disk"):
            call()


@pytest.mark.parametrize("change", ["put", "delete"])
def test_nobody_comes_between_comparing_and_replacing(tmp_path, monkeypatch, change):
    store = FolderStore(tmp_path)
    seen = store.put(KEY, b"seen")
    still = FolderStore._still
    other = threading.Thread(
        target=lambda: store.put(KEY, b"theirs") if change == "put" else store.delete(KEY)
    )

    def meanwhile(self: FolderStore, key: str, etag: str) -> bool:
        is_still = still(self, key, etag)
        other.start()
        other.join(0.5)  # without a lock it ends here, between the two
        return is_still

    monkeypatch.setattr(FolderStore, "_still", meanwhile)
    assert store.replace_if(KEY, b"ours", seen.etag)
    other.join()

    assert store.stat(KEY) is None if change == "delete" else store.get(KEY) == b"theirs"


def test_folders_on_the_way_to_an_object_survive_a_power_cut(tmp_path, monkeypatch):
    synced: set[str] = set()
    fsync = os.fsync

    def note(descriptor: int) -> None:
        synced.add(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    FolderStore(tmp_path / "deep" / "store").put(KEY, b"x")

    on_the_way = [tmp_path, *(tmp_path / "deep" / "store" / KEY).parents[:5]]
    assert {str(folder) for folder in on_the_way} <= synced
