"""A stored file is used only if it is the one that its digest names."""

import hashlib

import pytest

from media.asset import Asset, fetch_asset
from media.store import FolderStore, Missing
from media.store.keys import key_for
from media.store.protocol import Damaged
from tests.fakes.garbling_store import GarblingStore

DATA = b"a part"
DIGEST = hashlib.sha256(DATA).hexdigest()
KEY = key_for("sources", DIGEST, "source")


@pytest.fixture
def store(tmp_path) -> FolderStore:
    made = FolderStore(tmp_path / "store")
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
