"""Files that are not read again: what a real server on loopback says of them, and when it is believed."""

import datetime as dt
from email.utils import format_datetime

import httpx
import pytest

from media.download import Taken, download
from media.download.version import LONGEST_VERSION, version_in
from media.errors import BadInput
from tests.fakes.https_server import PRIVATE, Answer, https_server

BODY = b"a part" * 1000
ETAG = {"ETag": '"one"'}
WEAK = {"ETag": 'W/"one"'}
OLD = {"Last-Modified": "Mon, 02 Jan 2023 10:00:00 GMT"}
OLDER = {"Last-Modified": "Mon, 02 Jan 2012 10:00:00 GMT"}
NEVER_READ = (1, 3600.0)
"""A body that nobody could wait for, a byte an hour: the download ends only if it hangs up before."""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "download"


def just_now() -> dict[str, str]:
    return {"Last-Modified": format_datetime(dt.datetime.now(dt.UTC), usegmt=True)}


def taken_twice(tmp_path, path, first: Answer, *later: Answer) -> tuple[Taken, Taken, list[str]]:
    """Return what two downloads of a file said, and the conditions that its server heard."""
    with https_server(tmp_path, {"/part.step": [first, *later]}) as server:
        address, web = f"{server.address}/part.step", server.web()
        before = download(address, path, web)
        path.unlink()
        after = download(address, path, web, unless=before.version)
    return before, after, [request.headers.get("If-None-Match", "") for request in server.requests]


def test_server_that_knows_conditions_answers_that_nothing_changed(tmp_path, path):
    answer = Answer(BODY, headers=ETAG, conditions=True)

    before, after, conditions = taken_twice(tmp_path, path, answer)

    assert not before.unchanged
    assert after == Taken(before.version, unchanged=True)
    assert conditions == ["", '"one"']
    assert not path.exists()


@pytest.mark.parametrize("headers", [ETAG, ETAG | OLD, WEAK | OLD, OLD])
def test_body_is_not_read_where_the_header_says_that_nothing_changed(tmp_path, path, headers):
    first = Answer(BODY, headers=headers)

    before, after, _ = taken_twice(tmp_path, path, first, Answer(BODY, headers=headers, drip=NEVER_READ))

    assert after == Taken(before.version, unchanged=True)
    assert not path.exists()


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="nothing"),
        pytest.param(WEAK, id="a weak ETag alone"),
        pytest.param({"ETag": "one"} | OLD, id="an ETag that is none"),
        pytest.param({"ETag": '"' + "x" * LONGEST_VERSION + '"'}, id="an ETag to fill an index with"),
        pytest.param({"Last-Modified": "yesterday"}, id="a date that is none"),
    ],
)
def test_file_without_a_sure_version_is_read_again(tmp_path, path, headers):
    before, after, conditions = taken_twice(tmp_path, path, Answer(BODY, headers=headers))

    assert before == after == Taken("")
    assert path.read_bytes() == BODY
    assert conditions == ["", ""]


@pytest.mark.parametrize("etag", [{}, WEAK, ETAG])
def test_file_that_changed_within_the_last_minute_has_no_version_yet(tmp_path, path, etag):
    before, after, _ = taken_twice(
        tmp_path, path, Answer(BODY, headers=etag | just_now(), conditions=bool(etag))
    )

    assert before == after == Taken("")
    assert path.read_bytes() == BODY


def test_date_without_a_length_is_no_version(tmp_path, path):
    before, *_ = taken_twice(tmp_path, path, Answer(BODY, headers=OLD, length=False))

    assert before == Taken("")


@pytest.mark.parametrize(
    ("then", "now"),
    [
        pytest.param(ETAG, {"ETag": '"two"'}, id="another ETag"),
        pytest.param(ETAG, WEAK, id="the same ETag, now weak"),
        pytest.param(OLD, OLDER, id="an older file put back"),
        pytest.param(WEAK | OLD, {"ETag": 'W/"two"'} | OLD, id="another weak ETag"),
    ],
)
def test_file_that_is_another_now_is_read_in_the_same_answer(tmp_path, path, then, now):
    first, second = Answer(b"before", headers=then), Answer(BODY[:6], headers=now, conditions="ETag" in now)

    before, after, conditions = taken_twice(tmp_path, path, first, second)

    assert not after.unchanged
    assert after.version != before.version
    assert path.read_bytes() == BODY[:6]
    assert len(conditions) == 2


def test_same_date_of_another_length_is_another_file(tmp_path, path):
    _, after, _ = taken_twice(tmp_path, path, Answer(b"before", headers=OLD), Answer(BODY, headers=OLD))

    assert not after.unchanged
    assert path.read_bytes() == BODY


@pytest.mark.parametrize("status", [304, 403, 405, 412, 416, 500, 503])
def test_server_that_cannot_answer_a_condition_is_asked_without_one(tmp_path, path, status):
    stumbles = Answer(status=status, headers={"ETag": '"else"'})

    _, after, conditions = taken_twice(tmp_path, path, Answer(BODY, headers=ETAG), stumbles, Answer(BODY))

    assert after == Taken("")
    assert path.read_bytes() == BODY
    assert conditions == ["", '"one"', ""]


def test_nobody_is_asked_by_head_or_by_date(tmp_path, path):
    with https_server(tmp_path, {"/part.step": Answer(BODY, headers=OLD)}) as server:
        version = download(f"{server.address}/part.step", path, server.web()).version
        download(f"{server.address}/part.step", path, server.web(), unless=version)

    # The fake knows no HEAD, and would have answered 501.
    assert all("If-Modified-Since" not in request.headers for request in server.requests)
    assert len(server.requests) == 2


def test_condition_goes_along_with_a_redirect(tmp_path, path):
    answers = {
        "/part.step": Answer(status=302, location="/v1"),
        "/v1": Answer(BODY, headers=ETAG, conditions=True),
    }
    with https_server(tmp_path, answers) as server:
        before = download(f"{server.address}/part.step", path, server.web())
        after = download(f"{server.address}/part.step", path, server.web(), unless=before.version)

    assert after.unchanged


def test_file_that_moved_to_a_forbidden_address_is_refused_although_it_was_known(tmp_path, path):
    with https_server(tmp_path, {"/part.step": Answer(BODY, headers=ETAG)}, PRIVATE) as private:
        moved = Answer(status=302, location=f"{private.address}/part.step")
        with https_server(tmp_path, {"/part.step": moved}) as server, pytest.raises(BadInput, match="public"):
            download(f"{server.address}/part.step", path, server.web(), unless='"one" 6000')

    assert private.connections == 0


def test_download_that_was_cut_and_continued_is_of_the_version_that_it_began_with(tmp_path, path):
    cut = Answer(BODY, cut_at=1000, ranges=True, headers=ETAG)
    with https_server(tmp_path, {"/part.step": [cut, Answer(BODY, ranges=True, headers=ETAG)]}) as server:
        taken = download(f"{server.address}/part.step", path, server.web(), unless='"before" 6000')

    assert taken == Taken(f'"one" {len(BODY)}')
    assert path.read_bytes() == BODY


def test_header_twice_is_no_version():
    assert version_in(httpx.Headers([("ETag", '"one"'), ("ETag", '"two"')])) == ""
