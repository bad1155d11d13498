"""A stored file is used only if it is the one that its digest names."""

import hashlib

import pytest

from media.asset import Asset, fetch_asset, fetch_exactly
from media.store import FolderStore, Missing, ObjectStore
from media.store.keys import key_for
from media.store.protocol import Damaged
from tests.fakes.garbling_store import GarblingStore
from tests.fakes.s3 import Fault

DATA = b"a part"
DIGEST = hashlib.sha256(DATA).hexdigest()
KEY = key_for("sources", DIGEST, "source")


@pytest.fixture(params=["folder", "s3"])
def store(request, tmp_path) -> ObjectStore:
    made = (
        FolderStore(tmp_path / "store") if request.param == "folder" else request.getfixturevalue("s3_store")
    )
    made.put(KEY, DATA)
    return made


@pytest.fixture
def asset(store) -> Asset:
    return Asset(uri=store.uri(KEY), sha256=DIGEST, size=len(DATA), media_type="model/step", key=KEY)


def test_file_that_is_right_is_copied(store, asset, tmp_path):
    fetch_asset(asset, store, tmp_path / "copy")

    assert (tmp_path / "copy").read_bytes() == DATA


def test_object_of_the_right_size_with_other_bytes_is_withdrawn_and_not_handed_out(store, asset, tmp_path):
    store.put(KEY, DATA[::-1])

    with pytest.raises(
        Damaged, match=rf"expected bytes of sha256 {DIGEST}, found .*run the job again"
    ) as raised:
        fetch_asset(asset, store, tmp_path / "copy")

    assert raised.value.retry.times == 0
    assert not (tmp_path / "copy").exists()
    assert store.stat(KEY) is None


def test_what_was_damaged_on_its_way_comes_whole_the_second_time(store, asset, tmp_path):
    fetch_asset(asset, GarblingStore(store, garbles=1), tmp_path / "copy")

    assert (tmp_path / "copy").read_bytes() == DATA
    assert store.stat(KEY)


def test_missing_object_is_missing(store, asset, tmp_path):
    store.delete(KEY)

    with pytest.raises(Missing):
        fetch_asset(asset, store, tmp_path / "copy")


def test_object_that_s3_itself_calls_wrong_is_withdrawn_too(s3_store, tmp_path):
    """Its bytes are not of the digest that its writer put beside them, so every fetch is refused."""
    metadata = {"sha256": DIGEST}
    s3_store._client.put_object(**s3_store._bucket.place(KEY), Body=DATA[::-1], Metadata=metadata)

    with pytest.raises(Damaged, match=rf"expected bytes of sha256 {DIGEST}, found others.*run the job again"):
        fetch_exactly(KEY, DIGEST, s3_store, tmp_path / "copy")

    assert list(tmp_path.iterdir()) == []
    assert s3_store.stat(KEY) is None


def test_what_s3_gives_wrong_for_a_while_comes_whole_the_second_time(s3_store, s3, tmp_path):
    s3_store.put(KEY, DATA)
    s3.befall(Fault("GetObject", damage_reply=True, times=3))

    fetch_exactly(KEY, DIGEST, s3_store, tmp_path / "copy")

    assert (tmp_path / "copy").read_bytes() == DATA
    assert s3_store.stat(KEY)
