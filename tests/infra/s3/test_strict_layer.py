"""The S3 that the other tests rely on refuses what it says it refuses."""

import base64
import hashlib

import pytest
from botocore.exceptions import ClientError

from infra.s3 import make_client
from tests.fakes.s3 import Fault


@pytest.fixture
def client(s3):
    client = make_client(s3.account)
    client.create_bucket(Bucket="strict")
    return client


def code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return caught.value.response["Error"]["Code"]


@pytest.mark.parametrize(
    "terms",
    [
        {"ChecksumSHA256": base64.b64encode(hashlib.sha256(b"other").digest()).decode()},
        {"ChecksumSHA1": base64.b64encode(bytes(20)).decode()},
        {"ChecksumCRC32": base64.b64encode(bytes(4)).decode()},
        {"ContentMD5": base64.b64encode(bytes(16)).decode()},
    ],
    ids=lambda terms: next(iter(terms)),
)
def test_wrong_checksum_is_refused(client, terms):
    with pytest.raises(ClientError) as caught:
        client.put_object(Bucket="strict", Key="key", Body=b"body", **terms)
    assert code(caught) == "BadDigest"


def test_wrong_checksum_of_a_part_is_refused(client):
    upload = client.create_multipart_upload(Bucket="strict", Key="key")["UploadId"]

    with pytest.raises(ClientError) as caught:
        client.upload_part(
            Bucket="strict",
            Key="key",
            UploadId=upload,
            PartNumber=1,
            Body=b"body",
            ChecksumSHA256=base64.b64encode(bytes(32)).decode(),
        )
    assert code(caught) == "BadDigest"


def test_right_checksums_pass(client):
    client.put_object(
        Bucket="strict",
        Key="key",
        Body=b"body",
        ContentMD5=base64.b64encode(hashlib.md5(b"body", usedforsecurity=False).digest()).decode(),
        ChecksumSHA256=base64.b64encode(hashlib.sha256(b"body").digest()).decode(),
    )

    assert client.get_object(Bucket="strict", Key="key")["Body"].read() == b"body"


@pytest.mark.parametrize(("length", "refused"), [(1024, False), (1025, True)])
def test_key_of_more_than_1024_bytes_is_refused(client, length, refused):
    key = "é" * (length // 2) + "x" * (length % 2)
    if not refused:
        client.put_object(Bucket="strict", Key=key, Body=b"body")
        return
    with pytest.raises(ClientError) as caught:
        client.put_object(Bucket="strict", Key=key, Body=b"body")
    assert code(caught) == "KeyTooLongError"


def test_strangers_are_refused(s3):
    account = type(s3.account)(endpoint_url=s3.address, access_key_id="a", secret_access_key="b")  # noqa: S106 - none

    with pytest.raises(ClientError) as caught:
        make_client(account).list_buckets()
    assert code(caught) == "InvalidAccessKeyId"


def test_script_befalls_in_its_order_and_is_used_up(client, s3):
    s3.befall(
        Fault("PutObject", answer=(503, "SlowDown"), after=1),
        Fault("PutObject", answer=(500, "InternalError")),
    )
    outcomes = []
    for _ in range(4):
        try:
            client.put_object(Bucket="strict", Key="key", Body=b"body")
        except ClientError as error:
            outcomes.append(error.response["Error"]["Code"])
        else:
            outcomes.append("")

    assert outcomes == ["InternalError", "SlowDown", "", ""]
    assert s3.count()["PutObject"] == 4
