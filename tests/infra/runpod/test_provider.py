"""Pods as machines: listed, ended, explained, billed."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from infra.rental.errors import AccountRefused, ProviderUnavailable
from infra.rental.machine import MachineState
from infra.rental.provider import Provider
from infra.runpod.order import PodOrder
from infra.runpod.provider import RunPod
from tests.infra.runpod.scripted import ACCOUNT, GPU, NOW, pod, problem

UP = {"uptime": 600, "gpus": [], "newField": 1}


def test_runpod_is_a_provider():
    provider: Provider[PodOrder] = RunPod(ACCOUNT)

    assert "api.runpod.io" in repr(provider)


@pytest.mark.parametrize(
    ("terms", "state"),
    [
        ({"status": "PROVISIONING"}, MachineState.STARTING),
        ({"status": "STARTING"}, MachineState.STARTING),
        ({"status": "RUNNING", "runtime": None}, MachineState.STARTING),
        ({"status": "RUNNING", "runtime": {}}, MachineState.STARTING),
        ({"status": "RUNNING", "runtime": UP}, MachineState.RUNNING),
        ({"status": "EXITED", "runtime": UP, "cost": 0.0}, MachineState.STOPPED),
        ({"status": "ERROR"}, MachineState.FAILED),
        ({"status": "A NEW WORD"}, MachineState.STARTING),
    ],
)
def test_status_becomes_a_state(terms, state, runpod):
    runpod.pods.append(pod(**terms))

    (machine,) = asyncio.run(runpod.provider().machines("pool-"))

    assert machine.state is state


def test_pod_is_told_whole(runpod):
    runpod.pods.append(pod(runtime=UP, aFieldOfTomorrow={}))

    (machine,) = asyncio.run(runpod.provider().machines("pool-"))

    assert (machine.machine_id, machine.name) == ("7h9k2m4n6p", "pool-run-1")
    assert str(machine.offer) == f"{GPU} SECURE US-KS-2 at $0.44 an hour"
    assert machine.created == NOW - timedelta(minutes=10)
    assert machine.running_since == NOW - timedelta(seconds=600)


def test_pods_of_others_and_those_that_ended_are_left_out(runpod):
    runpod.pods += [pod(id="gone", status="TERMINATED"), {"id": "odd", "name": "somebody's"}, {"name": None}]

    assert asyncio.run(runpod.provider().machines("pool-")) == []


def test_thousand_pods_are_one_request_and_more_follow_the_cursor(runpod):
    def page(pods: list[object], cursor: str | None) -> dict[str, object]:
        return {"pods": pods, "pagination": {"hasNextPage": cursor is not None, "nextCursor": cursor}}

    first = [pod(id=f"a{number}") for number in range(1000)]
    runpod.befall("GET /pods", httpx.Response(200, json=page(first, None)))
    assert len(asyncio.run(runpod.provider().machines("pool-"))) == 1000
    assert len(runpod.asked) == 1

    runpod.befall("GET /pods", httpx.Response(200, json=page(first, "next")))
    runpod.befall("GET /pods", httpx.Response(200, json=page([pod(id="last"), pod(id="a7")], None)))
    assert len(asyncio.run(runpod.provider().machines("pool-"))) == 1001
    assert [dict(one.url.params) for one in runpod.asked[1:]] == [
        {"limit": "1000"},
        {"limit": "1000", "cursor": "next"},
    ]


def since(runpod, told):
    """Return where each look, at a second with an uptime, puts the start, in seconds before the first."""
    moment = NOW
    provider = runpod.provider(now=lambda: moment)
    found = []
    for second, uptime in told:
        moment = NOW + timedelta(seconds=second)
        runpod.pods[:] = [pod(runtime=None if uptime is None else {"uptime": uptime})]
        (machine,) = asyncio.run(provider.machines(""))
        found.append(machine.running_since and (machine.running_since - NOW).total_seconds())
    return found


@pytest.mark.parametrize(
    ("told", "starts"),
    [
        (((0, 100), (10, 110), (20, 120)), [-100, -100, -100]),
        (((0, 100), (10, 108), (20, 121)), [-100, -100, -101]),
        (((0, 100), (12, 100), (60, 100)), [-100, -100, -100]),
        (((0, 100), (10, None), (20, 120)), [-100, -100, -100]),
        (((0, None), (10, 5)), [None, 5]),
        (((0, 100), (10, 2)), [-100, 8]),
        (((0, 3), (15, 4)), [-3, 11]),
        (((0, 3), (8, 2)), [-3, 6]),
    ],
    ids=[
        "steady",
        "wandering",
        "stale",
        "silent once",
        "late",
        "restarted",
        "restarted early",
        "restarted at once",
    ],
)
def test_only_a_restart_moves_the_start_forward(told, starts, runpod):
    assert since(runpod, told) == starts


def test_end_of_a_pod_is_asked_for_once(runpod):
    runpod.pods.append(pod(id="a/b"))

    asyncio.run(runpod.provider().terminate("a/b"))

    assert runpod.asked[0].url.raw_path == b"/v2/pods/a%2Fb"


def test_pod_that_is_gone_ends_without_error(runpod):
    asyncio.run(runpod.provider().terminate("gone"))

    assert runpod.count("DELETE /pods/gone") == 1


@pytest.mark.parametrize("status", [400, 409])
def test_pod_that_is_locked_is_told_to_a_person(status, runpod):
    runpod.befall("DELETE /pods/x", problem(status, "pod is locked"))

    with pytest.raises(AccountRefused, match=r"pod x: .*still bills .*pod is locked.*unlock"):
        asyncio.run(runpod.provider().terminate("x"))


def test_end_that_nobody_confirms_is_told(runpod):
    runpod.befall("DELETE /pods/x", *[problem(500, "x")] * 3)

    with pytest.raises(ProviderUnavailable):
        asyncio.run(runpod.provider().terminate("x"))


def test_page_of_somebody_else_does_not_say_that_a_pod_is_gone(runpod):
    page = httpx.Response(404, content=b"<html>", headers={"content-type": "text/html"})
    runpod.befall("GET /pods/x", page)

    with pytest.raises(ProviderUnavailable, match="is the address right"):
        asyncio.run(runpod.provider().why_gone("x"))


@pytest.mark.parametrize("status", ["RUNNING", "EXITED", "ERROR"])
def test_pod_that_is_there_is_not_gone(status, runpod):
    runpod.pods.append(pod(id="x", status=status))

    assert asyncio.run(runpod.provider().why_gone("x")) is None


@pytest.mark.parametrize("listed", [[], [pod(id="x", status="TERMINATED")]])
def test_pod_that_is_gone_is_explained_as_far_as_it_can_be(listed, runpod):
    runpod.pods += listed

    assert "pod x: RunPod has it no more and tells no reason" in asyncio.run(runpod.provider().why_gone("x"))


def test_last_words_of_the_host_are_passed_on(runpod):
    event = b'id: 1\ndata: {"ts":"2026-06-01T12:00:00Z","source":"system","line":"no space left"}\n\n'
    runpod.pods.append(pod(id="x", status="TERMINATED"))
    runpod.befall("GET /pods/x/logs", httpx.Response(200, content=event))

    assert asyncio.run(runpod.provider().why_gone("x")).endswith("its host said last: no space left")


@pytest.mark.parametrize(("answer", "error"), [(401, AccountRefused), (503, ProviderUnavailable)])
def test_silence_says_nothing_of_a_pod(answer, error, runpod):
    runpod.befall("GET /pods/x", *[problem(answer, "x")] * 3)

    with pytest.raises(error):
        asyncio.run(runpod.provider().why_gone("x"))


def test_bills_are_summed_by_pod_in_exact_dollars(runpod):
    def record(pod_id: str, amount: float) -> dict[str, object]:
        return {"podId": pod_id, "totalAmount": amount, "gpuAmount": 0, "cpuAmount": 0, "diskAmount": 0}

    records = [record("a", 0.1), record("b", 1), record("a", 0.2)]
    runpod.contents["/billing/pods"] = {"records": records, "metadata": {}}

    assert asyncio.run(runpod.provider().bills(NOW)) == {"a": Decimal("0.3"), "b": Decimal(1)}
    assert dict(runpod.asked[0].url.params) == {"startTime": "2026-06-01T12:00:00Z", "bucketSize": "hour"}
