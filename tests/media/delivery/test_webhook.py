"""A webhook on a real server on loopback: signed, told once, and nobody else is called."""

import base64
import hashlib
import hmac
import json
import logging
import re
import time
import traceback
from pathlib import Path

import pytest
from pydantic import SecretStr

from media.delivery.message import Message
from media.delivery.signature import key_of, signed_headers
from media.delivery.webhook import expect_webhook, tell
from media.download import Web
from media.errors import BadInput, MediaError, Unavailable
from tests.conftest import ROOT
from tests.fakes.https_server import PRIVATE, Answer, Resolver, https_server

SECRET = SecretStr("a-secret-of-more-than-24-bytes")
MESSAGE = Message(id="msg_1", status="completed", flow="caption-video", run="r", job="ab" * 32)
TOLD = Answer(b"thank you", status=204, length=False)


def refused(address: str, web: Web, error: type[MediaError]) -> str:
    """Return the sentence of a message that was not taken; none may show the secret."""
    with pytest.raises(error) as raised:
        tell(MESSAGE, address, SECRET, web)
    assert SECRET.get_secret_value() not in "".join(traceback.format_exception(raised.value))
    return str(raised.value)


def test_message_arrives_as_json_that_its_receiver_can_verify(tmp_path):
    with https_server(tmp_path, {"/done": TOLD}) as server:
        tell(MESSAGE, f"{server.address}/done", SECRET, server.web())

    (request,) = server.requests
    assert Message.model_validate_json(request.body) == MESSAGE
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["webhook-id"] == "msg_1"
    assert abs(int(request.headers["webhook-timestamp"]) - time.time()) < 60
    signed = f"msg_1.{request.headers['webhook-timestamp']}.".encode() + request.body
    digest = hmac.new(SECRET.get_secret_value().encode(), signed, hashlib.sha256).digest()
    assert request.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


def test_signature_is_that_of_the_scheme():
    # printf 'msg_1.1700000000.{}' | openssl dgst -sha256 -mac HMAC -macopt key:… -binary | base64
    headers = signed_headers("msg_1", 1700000000, b"{}", b"0123456789abcdef01234567")

    assert headers["webhook-signature"] == "v1,DjijpYnPcWcWSiPdvC93sCoKwGNWcH97A32JApk39OU="


def test_documented_receiver_takes_what_we_sign_and_nothing_else():
    page = (ROOT / "docs" / "webhooks.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    receiver: dict[str, object] = {}
    exec(code, receiver)  # noqa: S102 - our own page
    is_ours = receiver["is_ours"]
    body, secret = b'{"id": "msg_1"}', "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
    headers = signed_headers("msg_1", int(time.time()), body, key_of(SecretStr(secret)))
    old = signed_headers("msg_1", int(time.time()) - 3600, body, key_of(SecretStr(secret)))

    assert is_ours(headers, body, secret)
    assert not is_ours(headers, body + b" ", secret)
    assert not is_ours(headers | {"webhook-id": "msg_2"}, body, secret)
    assert not is_ours(old, body, secret)
    assert not is_ours(headers, body, "whsec_" + base64.b64encode(b"another-key-of-24-bytes-").decode())


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (Answer(status=500), Unavailable, "found HTTP 500"),
        (Answer(status=429), Unavailable, "found HTTP 429"),
        (Answer(status=404), BadInput, "found HTTP 404; check its address and secret"),
        (Answer(status=401), BadInput, "found HTTP 401"),
        (Answer(status=302, location="https://169.254.169.254/latest"), BadInput, "a redirect"),
        (Answer(status=307, location="/elsewhere"), BadInput, "a redirect"),
        (Answer(status=308, location="nonsense:"), BadInput, "a redirect"),
    ],
)
def test_answer_that_is_no_thanks_is_told_by_its_class(tmp_path, answer, error, sentence):
    with https_server(tmp_path, {"/done": answer}) as server:
        assert sentence in refused(f"{server.address}/done", server.web(), error)

    assert [request.path for request in server.requests] == ["/done"]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer(silence_s=60), "expected an answer within 0.5 s, found none"),
        (Answer(header_drip_s=0.01), "expected an answer within 0.5 s, found none"),
    ],
)
def test_server_that_hangs_is_left_in_time(tmp_path, answer, sentence):
    with https_server(tmp_path, {"/done": answer}) as server:
        begun = time.monotonic()
        assert sentence in refused(f"{server.address}/done", server.web(first_byte_s=0.5), Unavailable)
        assert time.monotonic() - begun < 10


def test_endless_answer_is_not_read(tmp_path):
    endless = Answer(b"x" * 10_000_000, drip=(1000, 0.05))
    with https_server(tmp_path, {"/done": endless}) as server:
        begun = time.monotonic()
        tell(MESSAGE, f"{server.address}/done", SECRET, server.web())
        assert time.monotonic() - begun < 5


def test_nobody_there_is_a_reason_to_try_again(tmp_path):
    with https_server(tmp_path, {}) as server:
        web, address = server.web(), server.address
    assert "found no connection" in refused(f"{address}/done", web, Unavailable)


def test_certificate_of_somebody_else_is_not_believed(tmp_path):
    with https_server(tmp_path, {"/done": TOLD}) as server:
        web = Web(guard=server.web().guard)  # which trusts public authorities alone
        assert "found one that does not hold" in refused(f"{server.address}/done", web, BadInput)

    assert not server.requests


def test_host_that_turns_private_between_two_questions_is_not_called(tmp_path):
    with https_server(tmp_path, {"/done": TOLD}) as server:
        resolver = Resolver({"files.test": [["127.0.0.1"], [PRIVATE]]})
        web, address = server.web(resolver), f"{server.at('files.test')}/done"
        expect_webhook(address, SECRET, web)
        assert "public internet" in refused(address, web, BadInput)

    assert server.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::1]", "2130706433", "10.0.0.1"])
def test_webhook_inside_our_network_is_refused_before_any_work(host):
    with pytest.raises(BadInput, match="public internet"):
        expect_webhook(f"https://{host}/done", SECRET, Web())


@pytest.mark.parametrize(
    ("secret", "sentence"),
    [
        (None, "found none; set it on the machine"),
        (SecretStr(" "), "found none"),
        (SecretStr("too-short"), "at least 24 bytes, found 9"),
        (SecretStr("whsec_not-base64!"), "expected base64 after whsec_"),
    ],
)
def test_webhook_without_a_secret_worth_the_name_is_refused_and_the_secret_not_said(secret, sentence):
    with pytest.raises(BadInput, match=sentence) as raised:
        expect_webhook("https://example.com/done", secret, Web())

    assert "too-short" not in str(raised.value)


def test_nothing_secret_is_logged(tmp_path, caplog):
    told = Message(
        id="m", status="failed", flow="f", run="r", reference="https://x/?X-Amz-Signature=zx9-link"
    )
    with caplog.at_level(logging.DEBUG), https_server(tmp_path, {"/done": TOLD}) as server:
        tell(told, f"{server.address}/done", SECRET, server.web())

    assert SECRET.get_secret_value() not in caplog.text
    assert server.requests[0].headers["webhook-signature"] not in caplog.text
    assert "zx9-link" not in caplog.text


def test_page_shows_a_message_as_it_is():
    page = Path(ROOT / "docs" / "webhooks.md").read_text()
    (shown,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)

    assert set(json.loads(shown)) == set(Message.model_fields)
