"""What jobs may name as their source, by what is set up on the machine."""

from uuid import uuid4

import pytest

from blocks.sources import open_access
from infra.s3 import make_client
from media.errors import BadInput

BODY = b"solid part\nendsolid part\n"


@pytest.fixture
def bucket(s3, monkeypatch, tmp_path) -> str:
    """A bucket with two objects, and what the environment says to reach it; the store is a folder."""
    monkeypatch.setenv("RENDERMILL_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("RENDERMILL_S3_ENDPOINT", s3.address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3.account.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3.account.secret_access_key)
    monkeypatch.setenv("AWS_DEFAULT_REGION", s3.account.region)
    name = f"test-{uuid4().hex[:20]}"
    client = make_client(s3.account)
    client.create_bucket(Bucket=name)
    for key in ("incoming/part.stl", "incoming2/part.stl", "secret/part.stl"):
        client.put_object(Bucket=name, Key=key, Body=BODY)
    client.close()
    return name


def test_any_file_is_open_unless_folders_are_named(tmp_path, monkeypatch):
    inside, outside = tmp_path / "open" / "part.step", tmp_path / "part.step"
    inside.parent.mkdir()
    inside.touch()
    outside.touch()

    assert open_access().local_file(outside) == outside
    monkeypatch.setenv("RENDERMILL_SOURCES", f"{tmp_path}/elsewhere:{tmp_path}/open")
    assert open_access().local_file(inside) == inside
    with pytest.raises(BadInput, match="open to you"):
        open_access().local_file(outside)


def test_variable_that_is_set_and_names_nothing_opens_nothing(bucket, tmp_path, monkeypatch):
    monkeypatch.setenv("RENDERMILL_SOURCES", ":")
    monkeypatch.setenv("RENDERMILL_BUCKETS", " ,")
    (tmp_path / "part.step").touch()

    with pytest.raises(BadInput, match="open to you"):
        open_access().local_file(tmp_path / "part.step")
    with pytest.raises(BadInput, match="open to you"):
        open_access().fetchers["s3"](f"s3://{bucket}/incoming/part.stl", tmp_path / "part")


@pytest.mark.parametrize("buckets", ["", "{}", "other, {}/incoming ", "/{}/incoming/"])
@pytest.mark.parametrize("scheme", ["s3", "S3"])
def test_object_in_an_open_bucket_is_fetched(bucket, tmp_path, monkeypatch, buckets, scheme):
    monkeypatch.setenv("RENDERMILL_BUCKETS", buckets.format(bucket))

    open_access().fetchers["s3"](f"{scheme}://{bucket}/incoming/part.stl", tmp_path / "part")

    assert (tmp_path / "part").read_bytes() == BODY


@pytest.mark.parametrize(
    "key", ["secret/part.stl", "incoming2/part.stl", "incoming/../secret/part.stl", "incoming/./part.stl", ""]
)
def test_object_elsewhere_is_refused_without_a_question_to_s3(bucket, s3, tmp_path, monkeypatch, key):
    monkeypatch.setenv("RENDERMILL_BUCKETS", f"{bucket}/incoming")
    s3.forget()

    with pytest.raises(BadInput, match="in a bucket that is open to you, found one elsewhere"):
        open_access().fetchers["s3"](f"s3://{bucket}/{key}", tmp_path / "part")

    assert s3.asked == []
    assert not (tmp_path / "part").exists()
