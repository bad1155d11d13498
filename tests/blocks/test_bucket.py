"""A bucket behind the block and behind RENDERMILL_STORE, on an S3 of the tests' own."""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from blocks.object_store import ObjectStore
from blocks.stores import open_store
from blocks.tools import open_tools
from media.errors import MediaError
from media.store.keys import key_for

s3 = pytest.importorskip("tests.fakes.s3")

KEY = key_for("sources", hashlib.sha256(b"x").hexdigest(), "source")
WRONG = "not-the-real-secret"


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """An S3 with a bucket `parts`."""
    from infra.s3 import make_client  # noqa: PLC0415 - skipped where there is none

    with s3.s3_server() as serving:
        make_client(serving.account).create_bucket(Bucket="parts")
        yield serving


def block_on(server: Any, **fields: Any) -> ObjectStore:  # noqa: ANN401 - skipped where there is none
    usual = {
        "bucket": "parts",
        "prefix": "a/b",
        "endpoint_url": server.address,
        "region": "us-east-1",
        "access_key_id": s3.ACCESS_KEY_ID,
        "secret_access_key": s3.SECRET_ACCESS_KEY,
    }
    return ObjectStore(**usual | fields)


def test_block_opens_its_bucket_below_its_prefix_and_keeps_the_connection(server):
    block = block_on(server)

    block.open().put(KEY, b"x")

    assert block.open().uri(KEY) == f"s3://parts/a/b/{KEY}"
    assert block.open().get(KEY) == b"x"
    assert block.open() is block_on(server).open()


def test_results_of_prefect_lie_in_the_bucket(server):
    block = block_on(server, prefix="results-only")

    block.write_path("a run", b"[1, 2]", _sync=True)

    assert block.read_path("a run", _sync=True) == b"[1, 2]"
    assert [stat.key.split("/")[0] for stat in block.open().list("results/")] == ["results"]


@pytest.mark.parametrize("fields", [{"bucket": "no-such-bucket"}, {"secret_access_key": WRONG}])
def test_bucket_that_is_not_to_be_had_is_said_without_the_secret(server, fields):
    store = block_on(server, **fields).open()
    if "secret_access_key" in fields:
        server.befall(s3.Fault(on="PutObject", answer=(403, "SignatureDoesNotMatch")))

    with pytest.raises(MediaError) as raised:
        store.put(KEY, b"x")

    assert WRONG not in str(raised.value)
    assert s3.SECRET_ACCESS_KEY not in str(raised.value)


def test_address_in_rendermill_store_is_opened_with_the_credentials_that_boto3_finds(server, monkeypatch):
    monkeypatch.setenv("RENDERMILL_STORE", "s3://parts/by-address")
    monkeypatch.setenv("RENDERMILL_S3_ENDPOINT", server.address)
    monkeypatch.setenv("RENDERMILL_S3_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3.ACCESS_KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3.SECRET_ACCESS_KEY)

    store = open_tools().store

    assert store is open_store()
    assert store.put(KEY, b"x", write_once=True).size == 1
    assert store.uri(KEY) == f"s3://parts/by-address/{KEY}"
