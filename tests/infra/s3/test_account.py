"""Who asks, by which address, and what nobody gets to see."""

import logging
import socket
import traceback
from dataclasses import replace

import httpx
import pytest

from infra.s3 import S3Account, S3Store, make_client
from media.errors import BadInput, MediaError, Retry
from media.store.keys import key_for
from tests.fakes.s3 import Fault

KEY = key_for("stills", "ab" * 32, "still.png")
CANARIES = {"access_key_id": "AKIACANARYCANARY0001", "secret_access_key": "canary/secret/0002"}
TOKEN = "canary-token-0003"  # noqa: S105 - opens nothing


@pytest.fixture
def bucket(s3_store) -> str:
    return s3_store._bucket.name


@pytest.fixture
def virtual(s3, monkeypatch) -> S3Account:
    """An account where each bucket has a host name, which resolves as RFC 6761 has it, here too."""
    ask = socket.getaddrinfo

    def answer(host: str, *terms: object, **more: object) -> object:
        return ask("127.0.0.1" if host.endswith(".localhost") else host, *terms, **more)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return replace(s3.account, endpoint_url=s3.address.replace("127.0.0.1", "localhost"), path_style=False)


def test_bucket_stands_in_the_path_at_an_endpoint_of_ones_own(s3, bucket):
    S3Store(bucket, "", make_client(s3.account)).put(KEY, b"x")

    assert s3.asked[-1].target == f"/{bucket}/{KEY}"


def test_bucket_stands_in_the_host_name_if_asked(s3, virtual, bucket, tmp_path):
    store = S3Store(bucket, "", make_client(virtual))
    store.put(KEY, b"content")
    (tmp_path / "large").write_bytes(bytes(17 * 1024**2))
    store.put(KEY.replace("still.png", "large"), tmp_path / "large")
    store.fetch(KEY, tmp_path / "out")

    assert {asked.target.partition("?")[0].count("/") for asked in s3.asked[-3:]} == {4}
    assert all(asked.headers["host"].startswith(f"{bucket}.localhost:") for asked in s3.asked[-8:])
    assert (tmp_path / "out").read_bytes() == b"content"
    assert [stat.key for stat in store.list("stills/")] == [KEY.replace("still.png", "large"), KEY]


def test_amazon_is_asked_by_host_name_and_nobody_by_default():
    url = make_client(S3Account(region="eu-central-1", access_key_id="a", secret_access_key="b"))  # noqa: S106 - none

    assert url.meta.endpoint_url == "https://s3.eu-central-1.amazonaws.com"
    link = S3Store("some-bucket", "", url).presign(KEY, 60, "still.png")
    assert link.startswith("https://some-bucket.s3.")


def test_credentials_are_found_by_the_default_chain(s3, bucket, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3.account.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3.account.secret_access_key)
    store = S3Store(bucket, "", make_client(S3Account(endpoint_url=s3.address)))

    assert store.put(KEY, b"x") == store.stat(KEY)


def test_want_of_credentials_is_said(s3, bucket, monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    store = S3Store(bucket, "", make_client(S3Account(endpoint_url=s3.address, region="us-east-1")))

    with pytest.raises(BadInput, match="expected credentials"):
        store.get(KEY)
    with pytest.raises(BadInput, match="expected credentials"):
        store.presign(KEY, 60, "still.png")


@pytest.mark.parametrize("given", [["access_key_id"], ["secret_access_key"]], ids=str)
def test_half_of_the_credentials_are_refused(given):
    with pytest.raises(BadInput, match="without the other") as caught:
        make_client(S3Account(**{name: CANARIES[name] for name in given}))
    assert not any(canary in str(caught.value) for canary in CANARIES.values())


@pytest.mark.parametrize(
    "url",
    [
        "s3.example.com",
        "ftp://s3.example.com",
        "https://",
        "https://somebody:canary@s3.example.com",
        "https://s3.example.com?token=canary",
        "https://s3.example.com:port",
        "https://[canary",
    ],
)
def test_endpoint_that_is_no_plain_address_is_refused(url):
    with pytest.raises(BadInput, match="S3 endpoint") as caught:
        make_client(S3Account(endpoint_url=url))
    assert "canary" not in "".join(traceback.format_exception(caught.value.with_traceback(None)))


def test_endpoint_whose_host_has_an_underscore_is_refused_in_a_sentence():
    with pytest.raises(BadInput, match="my_minio:9000: expected a host of letters") as caught:
        make_client(S3Account(endpoint_url="http://my_minio:9000"))
    assert caught.value.__context__ is None


@pytest.mark.parametrize("prefix", ["../up", "a//b", "a/../b", "a b", "é", "a" * 801, ".hidden", "a?b"])
def test_prefix_of_other_signs_is_refused(s3, prefix):
    with pytest.raises(BadInput, match="prefix"):
        S3Store("bucket", prefix, make_client(s3.account))


def test_prefix_may_be_deep_or_nothing(s3, bucket):
    client = make_client(s3.account)

    assert S3Store(bucket, "", client).uri(KEY) == f"s3://{bucket}/{KEY}"
    assert S3Store(bucket, "/a/b.c/", client).uri(KEY) == f"s3://{bucket}/a/b.c/{KEY}"


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("bearing.png", "bearing.png"),
        ("Kugellager für Ölpumpe 軸受.png", "Kugellager fur Olpumpe .png"),
        ('a"b\\c/d%41\r\nSet-Cookie: x.png', "a_b_c_d_41Set-Cookie: x.png"),
        ("軸受.png", "download.png"),
        ("..", "download"),
        ("\ud800.png", "download.png"),
        ("foo\uff3c", "foo_"),
        ("..\uff0fx", "download.._x"),
        ("\u2100.png", "a_c.png"),
        ("50\uff05\uff02.png", "50__.png"),
    ],
)
def test_link_opens_without_credentials_and_carries_the_name(s3_store, name, plain):
    s3_store.put(KEY, b"content")

    link = s3_store.presign(KEY, 60, name)
    answer = httpx.get(link)

    assert answer.content == b"content"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith(f"attachment; filename=\"{plain}\"; filename*=UTF-8''")
    assert disposition.isascii()
    assert disposition.isprintable()


def test_name_of_a_link_comes_back_letter_by_letter(s3_store):
    s3_store.put(KEY, b"content")

    disposition = httpx.get(s3_store.presign(KEY, 60, "Öl (100%) 軸受.png")).headers["Content-Disposition"]

    assert disposition.endswith("filename*=UTF-8''%C3%96l%20%28100%25%29%20%E8%BB%B8%E5%8F%97.png")


@pytest.mark.parametrize("seconds", [0, -1, 8 * 24 * 3600])
def test_link_of_a_length_that_cannot_be_signed_is_refused(s3_store, seconds):
    with pytest.raises(BadInput, match="604800"):
        s3_store.presign(KEY, seconds, "still.png")


@pytest.mark.parametrize("found", [True, False], ids=["found", "given"])
def test_nothing_shows_credentials(s3, bucket, caplog, tmp_path, monkeypatch, found):  # noqa: PLR0913, PLR0917 - fixtures
    """Everything is logged that can be, and the server repeats what it was sent."""
    caplog.set_level(logging.DEBUG)
    account = replace(s3.account, **CANARIES)
    secrets = set(CANARIES.values())
    if found:
        account = replace(account, access_key_id=None, secret_access_key=None)
        secrets.add(TOKEN)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", CANARIES["access_key_id"])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CANARIES["secret_access_key"])
        monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)
    store = S3Store(bucket, "", make_client(account), retry=Retry(times=1, wait_s=0.01))
    (tmp_path / "large").write_bytes(bytes(17 * 1024**2))
    s3.befall(*(Fault("GetObject", answer=(500, "InternalError")) for _ in range(2)))
    seen = [repr(account), str(account), repr(store), repr(store._bucket), repr(store._client)]
    for call in (
        lambda: store.get(KEY),
        lambda: store.get(KEY),
        lambda: store.put(KEY, b"x"),
        lambda: store.put(KEY, tmp_path / "large"),
        store.capabilities,
        lambda: store.stat(KEY),
        lambda: list(store.list("")),
        lambda: store.fetch(KEY, tmp_path / "out"),
    ):
        with pytest.raises(MediaError) as caught:
            call()
        seen.append("".join(traceback.format_exception(caught.value)))
    seen += [caplog.text, *(str(vars(record)) for record in caplog.records)]

    assert [text for text in seen for canary in secrets if canary in text] == []
    sent = str([asked.headers for asked in s3.asked])
    assert (CANARIES["access_key_id"] in sent, TOKEN in sent) == (True, found)


@pytest.mark.parametrize(
    ("level", "becomes"),
    [(logging.DEBUG, logging.INFO), (logging.INFO, logging.INFO), (logging.ERROR, logging.ERROR)],
)
def test_botocore_is_made_quieter_and_never_louder(s3, caplog, level, becomes):
    caplog.set_level(level, "botocore")

    make_client(s3.account)

    assert logging.getLogger("botocore").level == becomes
