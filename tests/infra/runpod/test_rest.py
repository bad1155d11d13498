"""What RunPod answers, and what is asked again."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from infra.rental.errors import AccountRefused, ProviderUnavailable
from tests.infra.runpod.scripted import OFFER, order, pod, problem

HTML = httpx.Response(200, content=b"<html>", headers={"content-type": "text/html"})
PASSING = [
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("slow"),
    httpx.ReadTimeout("slow"),
    httpx.ReadError("reset"),
    httpx.RemoteProtocolError("cut"),
    problem(500, "x"),
    httpx.Response(502, content=b"<html>"),
    problem(503, "x"),
    HTML,
]


def name(answer):
    return str(getattr(answer, "status_code", type(answer).__name__))


@pytest.mark.parametrize("answer", PASSING, ids=name)
def test_reading_is_tried_again(answer, runpod):
    runpod.pods.append(pod())
    runpod.befall("GET /pods", answer, answer)

    found = asyncio.run(runpod.provider().machines("pool-"))

    assert [one.name for one in found] == ["pool-run-1"]
    assert runpod.slept == [1.0, 2.0]


@pytest.mark.parametrize("answer", PASSING, ids=name)
def test_reading_ends_in_a_sentence_when_nobody_answers(answer, runpod):
    runpod.befall("GET /pods", *[answer] * 3)

    with pytest.raises(ProviderUnavailable, match=r"RunPod GET /v2/pods: expected .*, found"):
        asyncio.run(runpod.provider().machines("pool-"))

    assert len(runpod.asked) == 3


@pytest.mark.parametrize("answer", PASSING[:2], ids=name)
def test_request_for_a_pod_that_was_never_sent_is_sent_again(answer, runpod):
    runpod.befall("POST /pods", answer)

    asyncio.run(runpod.provider().create(order(), OFFER))

    assert [runpod._kind(one) for one in runpod.asked] == ["POST /pods", "POST /pods"]
    assert len(runpod.pods) == 1


def test_end_is_asked_for_again_and_found_done(runpod):
    runpod.pods.append(pod(id="x"))

    def done_and_lost(request: httpx.Request) -> httpx.Response:
        runpod._do(request)
        return problem(504, "slow")

    runpod.befall("DELETE /pods/x", done_and_lost)

    asyncio.run(runpod.provider().terminate("x"))

    assert runpod.count("DELETE /pods/x") == 2


@pytest.mark.parametrize("kind", ["GET /pods", "POST /pods"])
def test_rate_limit_is_waited_out_as_long_as_asked(kind, runpod):
    runpod.befall(kind, problem(429, "rate limit exceeded for the minute window", **{"Retry-After": "12"}))

    provider = runpod.provider()
    asyncio.run(provider.create(order(), OFFER))
    asyncio.run(provider.machines("pool-"))

    assert len(runpod.slept) == 1
    assert 12 <= runpod.slept[0] <= 13
    assert len(runpod.pods) == 1


def test_rate_limit_may_name_a_time(runpod):
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    runpod.befall("GET /pods", problem(429, "x", **{"Retry-After": until}))

    asyncio.run(runpod.provider().machines(""))

    assert 18 <= runpod.slept[0] <= 21


@pytest.mark.parametrize(
    ("asked", "least", "most"), [("60", 60, 61), ("soon", 1, 2), ("-5", 1, 2), ("", 1, 2)]
)
def test_wait_is_bounded_whatever_is_asked(asked, least, most, runpod):
    runpod.befall("GET /pods", problem(429, "x", **{"Retry-After": asked}))

    asyncio.run(runpod.provider().machines(""))

    assert least <= runpod.slept[0] <= most


def test_rate_limit_that_does_not_end_is_told(runpod):
    runpod.befall("GET /pods", *[problem(429, "rate limit", **{"Retry-After": "1"})] * 3)

    with pytest.raises(ProviderUnavailable, match="429, rate limit; ask less often"):
        asyncio.run(runpod.provider().machines(""))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, ProviderUnavailable),
        (401, AccountRefused),
        (402, AccountRefused),
        (403, AccountRefused),
        (404, ProviderUnavailable),
        (405, ProviderUnavailable),
        (410, ProviderUnavailable),
        (422, ProviderUnavailable),
        (301, ProviderUnavailable),
    ],
)
def test_reading_that_is_refused_is_told_at_once(status, error, runpod):
    runpod.befall("GET /pods", problem(status, "no"))

    with pytest.raises(error, match=f"{status}"):
        asyncio.run(runpod.provider().machines(""))

    assert len(runpod.asked) == 1


@pytest.mark.parametrize("content", [{"error": "v1"}, {"pods": {}}, {"pods": [{"name": "pool-run-1"}]}])
def test_answer_of_another_shape_concludes_nothing(content, runpod):
    runpod.contents["/pods"] = content

    with pytest.raises(ProviderUnavailable, match=r"RunPod GET /v2/pods: expected"):
        asyncio.run(runpod.provider().machines("pool-"))
