"""What RENDERMILL_STORE may say, and what is done about a store that cannot hold results."""

import traceback
from pathlib import Path

import pytest

from blocks.bucket import Bucket
from blocks.settings import Settings, bucket_of, read_settings
from blocks.sources import open_access
from blocks.stores import open_store
from blocks.tools import open_tools
from media.errors import BadInput
from media.store import FolderStore
from tests.fakes.sources_only import SourcesOnly


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


@pytest.mark.parametrize("name", [field.upper() for field in Settings.model_fields])
def test_variable_that_is_empty_counts_as_unset(monkeypatch, name):
    monkeypatch.delenv(f"RENDERMILL_{name}", raising=False)
    unset = read_settings()
    monkeypatch.setenv(f"RENDERMILL_{name}", "")

    assert read_settings() == unset


@pytest.mark.parametrize("value", ["auto", "not-a-real-secret"])
def test_variable_of_another_kind_is_refused_by_its_name(monkeypatch, value):
    monkeypatch.setenv("RENDERMILL_S3_PATH_STYLE", value)

    for call in (open_store, open_tools, open_access):
        with pytest.raises(BadInput, match="RENDERMILL_S3_PATH_STYLE: expected what") as raised:
            call()
        assert value not in "".join(traceback.format_exception(raised.value.with_traceback(None)))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RENDERMILL_S3_ENDPOINT", "https://user:not-a-real-secret@s3.example.com"),
        ("RENDERMILL_S3_REGION", "not-a-real-secret!"),
    ],
)
@pytest.mark.parametrize("store", ["s3://parts", "store"])
def test_account_of_other_signs_is_refused_by_the_variables_name(
    monkeypatch, tmp_path, variable, value, store
):
    """Also where the store is a folder, and only a source lies on S3."""
    monkeypatch.setenv("RENDERMILL_STORE", store if "://" in store else str(tmp_path / store))
    monkeypatch.setenv(variable, value)

    with pytest.raises(BadInput, match=f"{variable}: expected what") as raised:
        open_access().fetchers["s3"]("s3://parts/part.step", tmp_path / "part")
    assert "not-a-real-secret" not in str(raised.value)


def test_store_without_conditional_put_may_hold_sources_but_is_refused_for_results(tmp_path, monkeypatch):
    monkeypatch.setattr("blocks.stores.FolderStore", SourcesOnly)
    monkeypatch.setenv("RENDERMILL_STORE", str(tmp_path))

    assert open_store()
    with pytest.raises(BadInput, match="which may hold sources only; name another store"):
        open_tools()


def test_exports_lie_in_the_data_folder_unless_said_otherwise(monkeypatch):
    assert Settings().exports.name == "exports"
    monkeypatch.setenv("RENDERMILL_EXPORTS", "/srv/exports")
    assert Settings().exports == Path("/srv/exports")
