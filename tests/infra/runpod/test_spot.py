"""Spot pods by the older API, while it lasts."""

import asyncio
import json
from collections.abc import Sequence
from decimal import Decimal

import httpx
import pytest

from infra.rental.errors import AccountRefused, NoCapacity
from infra.rental.machine import Offer
from infra.runpod.errors import RuleBroken
from tests.infra.runpod.scripted import GPU, IMAGE, KEY, NOW, order, pod

SPOT = Offer(kind=GPU, market="SPOT SECURE", usd_per_hour=Decimal("0.22"), may_vanish=True)
RENT = "POST /graphql"
RENTED = {"data": {"podRentInterruptable": {"id": "spot1"}}}


def refused(message, code="X"):
    return httpx.Response(200, json={"errors": [{"message": message, "extensions": {"code": code}}]})


def rent(runpod, **terms):
    return asyncio.run(runpod.provider().create(order(legacy_spot=True, **terms), SPOT))


def test_spot_is_offered_only_if_asked_for_and_then_first(runpod):
    def offered(**terms: object) -> Sequence[Offer]:
        return asyncio.run(runpod.provider().offers(order(**terms)))

    assert [one.market for one in offered()] == ["SECURE"]
    first, second = offered(legacy_spot=True)
    assert (first.market, str(first.usd_per_hour), first.may_vanish) == ("SPOT SECURE", "0.220", True)
    assert second.market == "SECURE"


def test_spot_pod_is_rented_by_variables_not_by_text(runpod):
    runpod.befall(RENT, httpx.Response(200, json=RENTED))
    runpod.pods.append(pod(id="spot1", name="pool-run-1", cost=0.22))
    runpod.befall("GET /pods", httpx.Response(200, json={"pods": []}))
    hostile = 'a"}) { id } }\n'

    machine = rent(runpod, env={"A": hostile}, gpu_count=1)

    sent = runpod.bodies(RENT)[0]
    terms = sent["variables"]["input"]
    assert hostile not in sent["query"]
    assert terms["env"] == [{"key": "A", "value": hostile}]
    assert (terms["bidPerGpu"], terms["cloudType"], terms["gpuTypeId"]) == (0.22, "SECURE", GPU)
    assert (terms["gpuCount"], terms["imageName"], terms["name"]) == (1, IMAGE, "pool-run-1")
    assert terms["terminateAfter"] == order().until.isoformat() > NOW.isoformat()
    assert json.loads(terms["dockerArgs"])["entrypoint"] == ["/bin/sh", "-c"]
    assert machine.machine_id == "spot1"


@pytest.mark.parametrize(
    ("message", "code", "error"),
    [
        ("Spot pods are no longer offered", "X", NoCapacity),
        ("There are no instances available with the request specifications.", "X", NoCapacity),
        ("whatever", "SUPPLY_CONSTRAINT", NoCapacity),
        ("Something else", "X", RuleBroken),
        (f"Unauthorized {KEY}", "X", AccountRefused),
    ],
)
def test_refusal_lets_the_next_offer_be_tried(message, code, error, runpod):
    runpod.befall(RENT, refused(message, code))

    with pytest.raises(error) as caught:
        rent(runpod)

    assert type(caught.value) is error
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("status", [404, 410])
def test_older_api_that_is_gone_is_no_capacity(status, runpod):
    runpod.befall(RENT, httpx.Response(status))

    with pytest.raises(NoCapacity):
        rent(runpod)


def test_spot_pod_that_cannot_be_read_at_once_is_looked_for_by_name(runpod):
    runpod.befall(RENT, httpx.Response(200, json=RENTED))
    runpod.befall("GET /pods", httpx.Response(200, json={"pods": []}))
    runpod.befall("GET /pods/spot1", httpx.Response(404))
    runpod.pods.append(pod(id="spot1", cost=0.22))

    assert rent(runpod).machine_id == "spot1"
    assert runpod.count(RENT) == 1
