"""Files from a real server on loopback that misbehaves, and servers that must never be called."""

import base64
import hashlib
import logging
import random
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from media.download import Guard, Web, download
from media.errors import BadInput, MediaError, OutOfResources, Retry, Unavailable
from tests.fakes.https_server import PRIVATE, PUBLIC, Answer, Resolver, https_server

BODY = random.Random(3).randbytes(300_000)  # noqa: S311 - any bytes will do
SHA256 = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
WRONG_SHA256 = base64.b64encode(hashlib.sha256(b"else").digest()).decode()
ETAG = {"ETag": '"one"'}
OLD = {"Last-Modified": "Mon, 02 Jan 2023 10:00:00 GMT"}
SECRET = "zx9-secret"  # noqa: S105 - planted


@pytest.fixture
def path(tmp_path):
    return tmp_path / "download"


def refused(address, path, web, error: type[MediaError] = BadInput) -> str:
    """Return the sentence that a download is refused with; none may show what opens the address."""
    with pytest.raises(error) as raised:
        download(address, path, web)
    assert SECRET not in "".join(traceback.format_exception(raised.value))
    return str(raised.value)


@contextmanager
def counting_listener(address: str = PRIVATE) -> Iterator[socket.socket]:
    """Listen where nobody may call; `calls` tells how many did."""
    with socket.create_server((address, 0)) as listener:
        listener.settimeout(0)
        yield listener


def calls(listener: socket.socket) -> int:
    count = 0
    while True:
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            return count
        connection.close()
        count += 1


def test_file_is_downloaded_from_the_address_that_was_checked(tmp_path, path):
    with https_server(tmp_path, {"/part.step": Answer(BODY)}) as server:
        resolver = Resolver({"files.test": [[PUBLIC]]})
        download(f"{server.at('files.test')}/part.step?key={SECRET}#top", path, server.web(resolver))

    assert path.read_bytes() == BODY
    assert resolver.asked == ["files.test"]
    assert server.requests[0].path == f"/part.step?key={SECRET}"
    assert server.requests[0].headers["Host"] == f"files.test:{server.port}"
    assert server.requests[0].headers["Accept-Encoding"] == "identity"
    assert "Authorization" not in server.requests[0].headers


def test_default_guard_calls_nobody_on_loopback(tmp_path, path):
    with https_server(tmp_path, {"/part.step": Answer(BODY)}) as server:
        sentence = refused(f"{server.address}/part.step?{SECRET}", path, Web(trust=server.trust))

    assert "public internet" in sentence
    assert server.connections == 0


@pytest.mark.parametrize("host", ["0x7f000001", "2130706433", "017700000001", "127.1", "localhost"])
def test_loopback_by_another_spelling_is_not_called(tmp_path, path, host):
    with https_server(tmp_path, {"/part.step": Answer(BODY)}) as server:
        refused(f"https://user:{SECRET}@{host}:{server.port}/part.step", path, Web(trust=server.trust))

    assert server.connections == 0


def test_host_with_one_private_address_among_public_ones_is_not_called(tmp_path, path):
    with https_server(tmp_path, {"/part.step": Answer(BODY)}) as server:
        web = server.web(Resolver({"files.test": [[PUBLIC, PRIVATE]]}))
        refused(f"{server.at('files.test')}/part.step", path, web)

    assert server.connections == 0


def test_name_that_resolves_to_a_private_address_the_second_time_is_called_at_the_first(tmp_path, path):
    with https_server(tmp_path, {"/part.step": Answer(BODY)}) as server, counting_listener() as listener:
        resolver = Resolver({"files.test": [[PUBLIC], [PRIVATE]]})
        download(f"{server.at('files.test')}/part.step", path, server.web(resolver))
        count = calls(listener)

    assert (path.read_bytes(), resolver.asked, count) == (BODY, ["files.test"], 0)


def test_name_that_turns_private_before_the_rest_is_asked_for_is_refused(tmp_path, path):
    cut = Answer(BODY, cut_at=1000, ranges=True, headers=ETAG)
    with https_server(tmp_path, {"/part.step": cut}) as server, counting_listener() as listener:
        resolver = Resolver({"files.test": [[PUBLIC], [PRIVATE]]})
        refused(f"https://files.test:{server.port}/part.step", path, server.web(resolver))
        count = calls(listener)

    assert (resolver.asked, len(server.requests), count) == (["files.test"] * 2, 1, 0)


@pytest.mark.parametrize("host", [PRIVATE, "intern.test", "2130706434", "[::1]", "[::ffff:7f00:2]"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_to_a_private_address_is_not_followed(tmp_path, path, host, status):
    with counting_listener() as listener:
        target = f"https://{host}:{listener.getsockname()[1]}/?{SECRET}"
        with https_server(tmp_path, {"/part.step": Answer(status=status, location=target)}) as server:
            web = server.web(Resolver({"intern.test": [[PRIVATE]], "2130706434": [[PRIVATE]]}))
            sentence = refused(f"{server.address}/part.step", path, web)
        count = calls(listener)

    assert "public internet" in sentence
    assert count == 0


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2/a",
        "file:///etc/passwd",
        "ftp://files.test/a",
        "//",
        "https://files.test:99999/a",
        "https://files.test:0/a",
        "https://[::1/a",
    ],
)
def test_redirect_to_anything_but_https_is_not_followed(tmp_path, path, target):
    with https_server(tmp_path, {"/part.step": Answer(status=302, location=f"{target}?{SECRET}")}) as server:
        sentence = refused(f"{server.address}/part.step", path, server.web())

    assert "redirect" in sentence
    assert not path.exists()


def test_five_redirects_are_followed_and_a_sixth_is_not(tmp_path, path):
    answers = {f"/{n}": Answer(status=302, location=f"/{n - 1}") for n in range(1, 7)}
    with https_server(tmp_path, {**answers, "/0": Answer(BODY)}) as server:
        download(f"{server.address}/5", path, server.web())
        sentence = refused(f"{server.address}/6", path, server.web())

    assert path.read_bytes() == BODY
    assert "at most 5 redirects" in sentence


def test_user_and_password_are_for_the_first_host_alone(tmp_path, path):
    answers = {
        "/1": Answer(status=302, location="/2"),
        "/2": [Answer(status=302, location="https://other.test:{port}/3"), Answer(BODY)],
        "/3": Answer(status=302, location="https://u:p@files.test:{port}/2"),
    }
    with https_server(tmp_path, answers) as server:
        for queue in server.answers.values():
            queue[:] = [
                Answer(a.body, a.status, a.location.replace("{port}", str(server.port))) for a in queue
            ]
        download(f"https://ann:{SECRET}%40@files.test:{server.port}/1", path, server.web())

    sent = [request.headers.get("Authorization") for request in server.requests]
    basic = "Basic " + base64.b64encode(f"ann:{SECRET}@".encode()).decode()
    assert sent == [basic, basic, None, None]


def test_server_that_cannot_prove_its_name_is_refused(tmp_path, path):
    with https_server(tmp_path, {"/part.step": Answer(BODY)}) as server:
        web = server.web(Resolver({"bank.test": [[PUBLIC]]}))
        sentence = refused(f"{server.at('bank.test')}/part.step?{SECRET}", path, web)

    assert "expected a certificate for bank.test" in sentence
    assert server.requests == []


def test_certificate_that_only_the_environment_trusts_is_refused(tmp_path, path, monkeypatch):
    with https_server(tmp_path, {"/part.step": Answer(BODY)}) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        web = Web(server.web().guard)
        sentence = refused(f"{server.at('files.test')}/part.step?{SECRET}", path, web)

    assert "expected a certificate for files.test" in sentence
    assert server.requests == []


def test_proxies_of_the_environment_are_not_asked(tmp_path, path, monkeypatch):
    with https_server(tmp_path, {"/part.step": Answer(BODY)}) as server, counting_listener() as proxy:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://{PRIVATE}:{proxy.getsockname()[1]}")
        download(f"{server.address}/part.step", path, server.web())
        count = calls(proxy)

    assert (path.read_bytes(), count) == (BODY, 0)


def test_second_address_is_called_if_the_first_takes_no_connection(tmp_path, path):
    with https_server(tmp_path, {"/part.step": Answer(BODY)}) as server:
        both = Guard(lambda _host, _port: ["127.0.0.3", PUBLIC], lambda _: True)
        download(f"{server.at('files.test')}/part.step", path, Web(both, trust=server.trust))

    assert path.read_bytes() == BODY


@pytest.mark.parametrize(
    "address",
    [
        "http://files.test/a",
        "files.test/a",
        "https:///a",
        "https://files.test:99999/a",
        "https://files.test:0/a",
        "",
    ],
)
def test_address_that_is_not_https_is_refused(path, address):
    assert "expected https:// and a host" in refused(f"{address}?{SECRET}", path, Web())


def test_host_that_is_no_name_in_unicode_is_looked_up_as_it_is_spelt(path):
    nobody = Web(guard=Guard(lambda _host, _port: ()))

    assert "found xn-- at a private" in refused(f"https://xn--/a?{SECRET}", path, nobody)


@pytest.mark.parametrize(
    "address", ["https://[::1/a", "https://files.test:port/a", "https://a\x00b/", "https://user:p@q:r/"]
)
def test_malformed_address_is_refused(path, address):
    assert "malformed" in refused(f"{address}?{SECRET}", path, Web())


@pytest.mark.parametrize("length", [True, False])
def test_more_than_allowed_is_refused_before_it_is_here(tmp_path, path, length):
    with https_server(tmp_path, {"/part.step": Answer(BODY, length=length)}) as server:
        sentence = refused(f"{server.address}/part.step", path, server.web(size=1000))

    assert "at most 1000 bytes" in sentence
    assert (path.stat().st_size if path.exists() else None) == (None if length else 0)


def test_exactly_as_much_as_allowed_is_taken(tmp_path, path):
    with https_server(tmp_path, {"/part.step": Answer(BODY)}) as server:
        download(f"{server.address}/part.step", path, server.web(size=len(BODY)))

    assert path.read_bytes() == BODY


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip"])
def test_packed_body_is_refused(tmp_path, path, encoding):
    with https_server(tmp_path, {"/a": Answer(BODY, headers={"Content-Encoding": encoding})}) as server:
        sentence = refused(f"{server.address}/a", path, server.web())

    assert f"packed as '{encoding}'" in sentence


def test_drip_is_not_waited_for(tmp_path, path):
    with https_server(tmp_path, {"/a": Answer(BODY, drip=(1, 0.05), headers=ETAG, ranges=True)}) as server:
        begun = time.monotonic()
        web = server.web(least_rate=1000, rate_window_s=0.5)
        sentence = refused(f"{server.address}/a?{SECRET}", path, web, Unavailable)

    assert "at least 1000 bytes a second" in sentence
    assert time.monotonic() - begun < 5
    assert len(server.requests) == 1


def test_slow_but_fast_enough_is_taken(tmp_path, path):
    with https_server(tmp_path, {"/a": Answer(BODY[:5000], drip=(100, 0.02))}) as server:
        download(f"{server.address}/a", path, server.web(least_rate=200, rate_window_s=0.5))

    assert path.read_bytes() == BODY[:5000]


def test_server_that_never_answers_is_not_waited_for(tmp_path, path):
    with https_server(tmp_path, {"/a": Answer(BODY, silence_s=30)}) as server:
        sentence = refused(f"{server.address}/a", path, server.web(first_byte_s=0.3), Unavailable)

    assert "expected an answer within 0.3 s" in sentence


def test_server_that_takes_the_connection_and_says_nothing_is_not_waited_for(path):
    with counting_listener(PUBLIC) as listener:
        web = Web(Guard(is_allowed=lambda _: True))
        begun = time.monotonic()
        limits = {"first_byte_s": 0.3, "resume": Retry()}
        silent = Web(web.guard, type(web.limits)(**limits))
        refused(f"https://{PUBLIC}:{listener.getsockname()[1]}/a", path, silent, Unavailable)

    assert time.monotonic() - begun < 5


def test_header_that_drips_is_not_waited_for(tmp_path, path):
    with https_server(tmp_path, {"/a": Answer(header_drip_s=0.02)}) as server:
        begun = time.monotonic()
        sentence = refused(f"{server.address}/a", path, server.web(first_byte_s=0.4), Unavailable)

    assert "expected an answer within 0.4 s" in sentence
    assert time.monotonic() - begun < 5


def test_header_of_any_length_is_not_read(tmp_path, path):
    with https_server(tmp_path, {"/a": Answer(BODY, headers={"X-Long": "a" * 500_000})}) as server:
        refused(f"{server.address}/a", path, server.web(), Unavailable)


def test_whole_file_has_its_time(tmp_path, path):
    with https_server(tmp_path, {"/a": Answer(BODY, drip=(10_000, 0.1))}) as server:
        sentence = refused(f"{server.address}/a", path, server.web(total_s=0.5))

    assert "the whole file within 0.5 s" in sentence


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (204, BadInput, "found HTTP 204"),
        (206, BadInput, "a question that was not asked"),
        (304, BadInput, "found HTTP 304"),
        (401, BadInput, "need a login"),
        (403, BadInput, "the link may have expired"),
        (404, BadInput, "found HTTP 404; check the address"),
        (416, BadInput, "a question that was not asked"),
        (429, Unavailable, "answered 429"),
        (500, Unavailable, "answered 500"),
        (503, Unavailable, "answered 503"),
    ],
)
def test_status_is_told_by_what_to_do(tmp_path, path, status, error, words):
    answer = Answer(status=status, length=status not in {204, 304})
    with https_server(tmp_path, {"/a": answer}) as server:
        assert words in refused(f"{server.address}/a?{SECRET}", path, server.web(), error)

    assert len(server.requests) == 1


@pytest.mark.parametrize("before", [b"\n", b"\xef\xbb\xbf"])
def test_login_page_is_told(tmp_path, path, before):
    page = Answer(
        before + b"<html>Please log in</html>", headers={"Content-Type": "text/html; charset=utf-8"}
    )
    with https_server(tmp_path, {"/part.step": page}) as server:
        assert "an HTML page, as a login or error page is" in refused(
            f"{server.address}/part.step", path, server.web()
        )


@pytest.mark.parametrize("validator", [ETAG, OLD, ETAG | OLD], ids=["etag", "date", "both"])
def test_file_that_was_cut_short_is_continued(tmp_path, path, validator):
    cuts = [Answer(BODY, cut_at=at, ranges=True, headers=validator) for at in (100_000, 200_000, None)]
    with https_server(tmp_path, {"/a": cuts}) as server:
        download(f"{server.address}/a", path, server.web())

    assert path.read_bytes() == BODY
    ranges = [request.headers.get("Range") for request in server.requests]
    assert ranges == [None, "bytes=100000-", "bytes=200000-"]
    assert server.requests[1].headers["If-Range"] == next(iter(validator.values()))


FAR = {"Last-Modified": f"Mon, 02 Jan {'9' * 20} 10:00:00 GMT"}


def test_date_that_no_calendar_has_is_no_date(tmp_path, path):
    with https_server(tmp_path, {"/a": Answer(BODY, headers=FAR)}) as server:
        download(f"{server.address}/a", path, server.web())

    assert path.read_bytes() == BODY


BEYOND_ASCII = [
    {"ETag": '"\xe9"'},
    {"Last-Modified": f"{OLD['Last-Modified']} (\xe9)"},
]


@pytest.mark.parametrize("validator", BEYOND_ASCII, ids=["etag", "date"])
def test_version_in_letters_that_cannot_be_sent_back_is_none(tmp_path, path, validator):
    cut = Answer(BODY, cut_at=100_000, ranges=True, headers=validator)
    with https_server(tmp_path, {"/a": cut}) as server:
        sentence = refused(f"{server.address}/a", path, server.web(), Unavailable)

    assert sentence.endswith("try again later, or give the file itself")


NEW = BODY[::-1]
CHANGES = {
    "another etag": Answer(NEW, ranges=True, headers={"ETag": '"two"'}),
    "no ranges": Answer(NEW, headers=ETAG),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_file_that_changed_meanwhile_is_begun_again(tmp_path, path, change):
    cut = Answer(BODY, cut_at=100_000, ranges=True, headers=ETAG)
    with https_server(tmp_path, {"/a": [cut, change]}) as server:
        download(f"{server.address}/a", path, server.web())

    assert path.read_bytes() == NEW


LIES = {
    "from elsewhere": {"Content-Range": "bytes 5-299999/300000", **ETAG},
    "of another length": {"Content-Range": "bytes 100000-299999/300001", **ETAG},
    "of another version": {"Content-Range": "bytes 100000-299999/300000", "ETag": '"two"'},
    "of thousands of digits": {"Content-Range": f"bytes {'9' * 5000}-299999/300000", **ETAG},
    "without a range": dict(ETAG),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_part_that_does_not_go_on_where_the_file_stopped_is_not_used(tmp_path, path, lie):
    cut = Answer(BODY, cut_at=100_000, headers=ETAG)
    wrong = Answer(b"x" * 200_000, status=206, headers=lie)
    with https_server(tmp_path, {"/a": [cut, wrong, Answer(BODY)]}) as server:
        download(f"{server.address}/a", path, server.web())

    assert path.read_bytes() == BODY
    assert "Range" not in server.requests[2].headers


def test_part_that_ends_before_the_file_does_is_followed_by_another(tmp_path, path):
    headers = {"Content-Range": "bytes 100000-149999/300000", **ETAG}
    answers = [
        Answer(BODY, cut_at=100_000, headers=ETAG),
        Answer(BODY[100_000:150_000], status=206, headers=headers),
        Answer(BODY, ranges=True, headers=ETAG),
    ]
    with https_server(tmp_path, {"/a": answers}) as server:
        download(f"{server.address}/a", path, server.web())

    assert path.read_bytes() == BODY
    assert server.requests[2].headers["Range"] == "bytes=150000-"


def test_range_that_cannot_be_had_begins_the_file_again(tmp_path, path):
    cut = Answer(BODY, cut_at=100_000, headers=ETAG)
    with https_server(tmp_path, {"/a": [cut, Answer(status=416), Answer(BODY)]}) as server:
        download(f"{server.address}/a", path, server.web())

    assert path.read_bytes() == BODY


UNSURE = {
    "nothing": {},
    "weak etag": {"ETag": 'W/"one"'},
    "weak etag and date": {"ETag": 'W/"one"', **OLD},
    "date of this minute": {"Last-Modified": "now"},
    "no date": {"Last-Modified": "yesterday"},
}


@pytest.mark.parametrize("headers", UNSURE.values(), ids=UNSURE)
def test_file_whose_version_nobody_knows_is_not_continued(tmp_path, path, headers):
    if headers.get("Last-Modified") == "now":
        headers = {"Last-Modified": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())}
    cut = Answer(BODY, cut_at=100_000, ranges=True, headers=headers)
    with https_server(tmp_path, {"/a": cut}) as server:
        sentence = refused(f"{server.address}/a?{SECRET}", path, server.web(), Unavailable)

    assert "while downloading" in sentence
    assert len(server.requests) == 1


def test_file_that_is_cut_short_every_time_is_given_up(tmp_path, path):
    cut = Answer(BODY, cut_at=100_000, ranges=True, headers=ETAG)
    with https_server(tmp_path, {"/a": cut}) as server:
        sentence = refused(f"{server.address}/a", path, server.web(), Unavailable)

    assert "an answer that ends too early" in sentence
    assert len(server.requests) == 4


def test_server_that_is_down_for_a_moment_is_asked_for_the_rest_again(tmp_path, path):
    answers = [
        Answer(BODY, cut_at=100_000, ranges=True, headers=ETAG),
        Answer(status=503),
        Answer(BODY, ranges=True, headers=ETAG),
    ]
    with https_server(tmp_path, {"/a": answers}) as server:
        download(f"{server.address}/a", path, server.web())

    assert path.read_bytes() == BODY


def test_body_without_a_length_counts_only_if_tls_was_ended(tmp_path, path):
    whole, cut = Answer(BODY, length=False), Answer(BODY, length=False, cut_at=1000, goodbye=False)
    with https_server(tmp_path, {"/whole": whole, "/cut": cut}) as server:
        download(f"{server.address}/whole", path, server.web())
        assert path.read_bytes() == BODY
        sentence = refused(f"{server.address}/cut", path, server.web(), Unavailable)

    assert "the connection cut" in sentence


@pytest.mark.skipif(not hasattr(ssl, "OP_IGNORE_UNEXPECTED_EOF"), reason="comes with OpenSSL 3")
def test_cut_is_told_from_an_end_also_where_python_would_not(tmp_path, path):
    cut = Answer(BODY, length=False, cut_at=1000, goodbye=False)
    with https_server(tmp_path, {"/cut": cut}) as server:
        server.trust.options |= ssl.OP_IGNORE_UNEXPECTED_EOF
        sentence = refused(f"{server.address}/cut", path, server.web(), Unavailable)

    assert "the connection cut" in sentence


DIGESTS = {
    "Repr-Digest": "sha-512=:{0}:, sha-256=:{0}:",
    "Content-Digest": "sha-256=:{0}:",
    "x-amz-checksum-sha256": "{0}",
}


@pytest.mark.parametrize(("header", "form"), DIGESTS.items(), ids=DIGESTS)
def test_digest_that_the_server_tells_is_checked(tmp_path, path, header, form):
    right, wrong = (Answer(BODY, headers={header: form.format(d)}) for d in (SHA256, WRONG_SHA256))
    with https_server(tmp_path, {"/right": right, "/wrong": wrong}) as server:
        download(f"{server.address}/right", path, server.web())
        sentence = refused(f"{server.address}/wrong", path, server.web(), Unavailable)

    assert "expected the sha256" in sentence


@pytest.mark.parametrize("said", ["", "nonsense!", f"{SHA256}-3", "c2hvcnQ="])
def test_digest_of_another_kind_is_not_checked(tmp_path, path, said):
    with https_server(tmp_path, {"/a": Answer(BODY, headers={"x-amz-checksum-sha256": said})}) as server:
        download(f"{server.address}/a", path, server.web())

    assert path.read_bytes() == BODY


def test_parts_of_a_continued_file_are_checked_as_one(tmp_path, path):
    promised = ETAG | {"Repr-Digest": f"sha-256=:{SHA256}:"}
    begun = Answer(BODY, cut_at=100_000, headers=promised, ranges=True)
    mixed = Answer(NEW, headers=promised, ranges=True)
    with https_server(tmp_path, {"/a": [begun, mixed]}) as server:
        sentence = refused(f"{server.address}/a", path, server.web(), Unavailable)

    assert "expected the sha256" in sentence


@pytest.mark.parametrize("junk", [b"SSH-2.0-OpenSSH_9\r\n", b"\x15\x03\x01\x00\x02\x02\x28", b""])
def test_server_that_speaks_no_https_is_unavailable(path, junk):
    with socket.create_server((PUBLIC, 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(junk)

        thread = threading.Thread(target=answer)
        thread.start()
        web = Web(Guard(is_allowed=lambda _: True))
        refused(f"https://{PUBLIC}:{listener.getsockname()[1]}/a?{SECRET}", path, web, Unavailable)
        thread.join()


def test_folder_that_cannot_be_written_is_told(tmp_path):
    with https_server(tmp_path, {"/a": Answer(BODY)}) as server:
        refused(f"{server.address}/a", tmp_path / "missing" / "a", server.web(), OutOfResources)


def test_nothing_that_opens_an_address_is_logged(tmp_path, path, caplog):
    caplog.set_level(logging.DEBUG)
    answers = {
        "/a": Answer(status=302, location=f"/b?{SECRET}", headers={"Set-Cookie": SECRET}),
        "/b": [
            Answer(BODY, cut_at=1000, ranges=True, headers=ETAG | {"X-Token": SECRET}),
            Answer(BODY, ranges=True, headers=ETAG),
        ],
    }
    with https_server(tmp_path, answers) as server:
        download(f"https://ann:{SECRET}@files.test:{server.port}/a?{SECRET}", path, server.web())

    assert "receive_response_headers.complete" in caplog.text
    assert f"https://files.test:{server.port}/a: expected a whole file" in caplog.text
    assert SECRET not in caplog.text
    assert not logging.getLogger("httpcore.http11").filters
