"""What RENDERMILL_STORE may say, and what is done about a store that cannot hold results."""

from pathlib import Path

import pytest

from blocks.bucket import Bucket
from blocks.settings import Settings, bucket_of
from blocks.stores import open_store
from blocks.tools import open_tools
from media.errors import BadInput
from media.store import Capabilities, FolderStore


@pytest.mark.parametrize("name", ["{tmp}/store", "~/store", "store", "M8:bolts"])
def test_path_is_a_folder(tmp_path, monkeypatch, name):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RENDERMILL_STORE", name.format(tmp=tmp_path))

    store = open_store()

    assert isinstance(store, FolderStore)
    assert store.root.parent == tmp_path


def test_s3_address_is_a_bucket_with_what_the_other_variables_say(monkeypatch):
    monkeypatch.setenv("RENDERMILL_STORE", "s3://parts/a/b/")
    monkeypatch.setenv("RENDERMILL_S3_ENDPOINT", "https://s3.example.com")
    monkeypatch.setenv("RENDERMILL_S3_REGION", "eu-central-1")
    monkeypatch.setenv("RENDERMILL_S3_PATH_STYLE", "true")

    assert bucket_of(Settings()) == Bucket(
        bucket="parts",
        prefix="a/b",
        endpoint_url="https://s3.example.com",
        region="eu-central-1",
        path_style=True,
    )


@pytest.mark.parametrize(
    ("store", "sentence"),
    [
        ("gs://parts", "expected a folder, s3://bucket/prefix or block:NAME, found gs://"),
        ("s3://", "bucket"),
        (
            "s3://KEY:not-a-real-secret@parts/a",
            "bucket.*credentials belong into boto3's own variables or a block",
        ),
        ("s3://parts/../b", "prefix"),
    ],
)
def test_address_of_no_store_is_refused_without_being_said_again(monkeypatch, store, sentence):
    monkeypatch.setenv("RENDERMILL_STORE", store)

    with pytest.raises(BadInput, match=sentence) as raised:
        open_store()
    assert "not-a-real-secret" not in str(raised.value)


class NoConditions(FolderStore):
    """A store of a kind that lets the last of two writers win."""

    def capabilities(self) -> Capabilities:
        return Capabilities(conditional_put=False, presign=False)


def test_store_without_conditional_put_may_hold_sources_but_is_refused_for_results(tmp_path, monkeypatch):
    monkeypatch.setattr("blocks.stores.FolderStore", NoConditions)
    monkeypatch.setenv("RENDERMILL_STORE", str(tmp_path))

    assert open_store()
    with pytest.raises(BadInput, match="which may hold sources only; name another store"):
        open_tools()


def test_exports_lie_in_the_data_folder_unless_said_otherwise(monkeypatch):
    assert Settings().exports.name == "exports"
    monkeypatch.setenv("RENDERMILL_EXPORTS", "/srv/exports")
    assert Settings().exports == Path("/srv/exports")
