"""Logs are had as far as they can be, and never hold anybody up."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from infra.runpod import logs as module
from infra.runpod.logs import Logs
from infra.runpod.rest import Rest
from tests.infra.runpod.scripted import ACCOUNT, KEY, problem


def event(second, line, source="container", identity=None):
    data = json.dumps({"ts": f"2026-06-01T12:00:{second:02}Z", "source": source, "line": line})
    return f"id: {identity or second}\ndata: {data}\n\n".encode()


class Stream(httpx.AsyncByteStream):
    """A body in pieces, with what happens at its end."""

    def __init__(self, *pieces: bytes, end: Exception | None = None, forever: bool = False) -> None:
        self.pieces, self.end, self.forever = pieces, end, forever

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece
        if self.end:
            raise self.end
        if self.forever:
            await asyncio.Event().wait()


def logs(answer, **bounds):
    def answered(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        assert request.url.path == "/v2/pods/x/logs"
        return answer

    return Logs(Rest(ACCOUNT, transport=httpx.MockTransport(answered)), **bounds)


def last(answer, lines=20, **bounds):
    return asyncio.run(logs(answer, **bounds).last("x", lines))


def test_last_lines_come_in_the_order_of_their_time_each_once():
    body = event(2, "second") + event(1, "pulling", "system") + event(2, "second") + event(3, "third")

    assert last(httpx.Response(200, content=body)) == ["system: pulling", "second", "third"]
    assert last(httpx.Response(200, content=body), lines=1) == ["third"]
    assert last(httpx.Response(200, content=body), lines=0) == []


def test_stream_that_is_cut_in_the_middle_gives_what_was_whole():
    body = event(1, "one") + event(2, "two")
    cut = Stream(body[:20], body[20:-9], end=httpx.ReadError("reset"))

    assert last(httpx.Response(200, stream=cut)) == ["one"]


def test_stream_that_stays_open_is_left():
    stream = Stream(event(1, "one"), forever=True)

    began = time.monotonic()
    assert last(httpx.Response(200, stream=stream), most_seconds=0.05) == ["one"]
    assert time.monotonic() - began < 5


def test_stream_without_end_is_left(monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 300)
    stream = Stream(*[event(number, f"line {number}") for number in range(60)])

    assert len(last(httpx.Response(200, stream=stream), lines=100)) == 4


@pytest.mark.parametrize(
    "answer",
    [
        problem(400, "x"),
        problem(401, "x"),
        problem(404, "x"),
        problem(429, "x"),
        problem(500, "x"),
        httpx.ConnectError("x"),
        httpx.ReadTimeout("x"),
        httpx.Response(200, content=b"<html>\ndata: {no\ndata: []\ndata: {}\nid\n\xff\xfe\n"),
        httpx.Response(200, content=b""),
    ],
)
def test_logs_that_cannot_be_had_are_none(answer):
    assert last(answer) == []


def test_key_that_somebody_logged_is_struck_out():
    assert last(httpx.Response(200, content=event(1, f"env {KEY}"))) == ["env ***"]
