"""Objects that others put, fetched as sources."""

import traceback

import pytest

from infra.s3 import make_client
from infra.s3.sources import fetch_object
from media.access import Access
from media.errors import BadInput
from media.source import download_model
from media.store import FolderStore

STEP = b"ISO-10303-21;\nHEADER;\nENDSEC;\nEND-ISO-10303-21;\n"


@pytest.fixture
def client(s3):
    return make_client(s3.account)


@pytest.fixture
def bucket(client, s3_store) -> str:
    client.put_object(Bucket=s3_store._bucket.name, Key="from the shop/Welle 3.stp", Body=STEP)
    return s3_store._bucket.name


def test_object_of_any_key_becomes_a_source_under_its_own_name(client, bucket, tmp_path):
    access = Access(fetchers={"s3": lambda address, path: fetch_object(client, address, path)})

    source = download_model(f"s3://{bucket}/from the shop/Welle 3.stp", FolderStore(tmp_path), access)

    assert (source.name, source.asset.size) == ("Welle 3.stp", len(STEP))


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("{}/none.step", "found none"),
        ("{}", "no key"),
        ("/x", "no bucket"),
        ("no-such-bucket-7/x", "an object, found none"),
    ],
)
def test_object_that_is_not_there_is_refused_in_a_sentence(place, found, client, bucket, tmp_path):
    with pytest.raises(BadInput, match=found):
        fetch_object(client, f"s3://{place.format(bucket)}", tmp_path / "file")

    assert not list(tmp_path.iterdir())


def test_object_that_is_too_large_is_not_fetched(client, bucket, tmp_path, s3, monkeypatch):
    monkeypatch.setattr("infra.s3.sources.LARGEST_SOURCE", len(STEP) - 1)
    s3.forget()

    with pytest.raises(BadInput, match="at most"):
        fetch_object(client, f"s3://{bucket}/from the shop/Welle 3.stp", tmp_path / "file")

    assert {asked.method for asked in s3.asked} == {"HEAD"}


@pytest.mark.parametrize(
    "address",
    [
        "s3://AKIAKEY:CANARY@{}/part.step",
        "s3://CANARY@{}/part.step",
        "s3://{}?token=CANARY",
        "s3://AKIAKEY:CAN/ARY@{}/part.step",
        "s3://{}/part.step?token=CANARY",
        "s3://{}/part.step#CANARY",
        "s3://canary/AKIACANARY@{}/part.step",
    ],
)
def test_secret_in_an_address_is_not_said_again(address, client, bucket, tmp_path):
    with pytest.raises(BadInput) as caught:
        fetch_object(client, address.format(bucket), tmp_path / "file")

    said = "".join(traceback.format_exception(caught.value.with_traceback(None)))
    assert "CANARY" not in said


@pytest.mark.parametrize("name", ["AKIAKEY:CANARY@bucket", "bucket?token=CANARY", "", "Bucket"])
def test_name_of_no_bucket_is_refused_before_any_call(name, client, s3, tmp_path):
    s3.forget()

    with pytest.raises(BadInput, match="found no bucket's name"):
        fetch_object(client, f"s3://{name}/key", tmp_path / "file")

    assert s3.asked == []
