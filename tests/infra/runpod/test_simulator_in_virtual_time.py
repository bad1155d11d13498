"""The stand-in for RunPod: hours of hundreds of pods in seconds, with their clients in this process."""

import asyncio
import json
from decimal import Decimal

import httpx
import pytest

from tests.fakes.runpod import facts
from tests.fakes.runpod.bodies import NoBody
from tests.fakes.runpod.chance import bad_day
from tests.fakes.runpod.client import ORDER
from tests.fakes.runpod.clock import VirtualClock
from tests.fakes.runpod.cloud import Cloud
from tests.fakes.runpod.event_loop import run
from tests.fakes.runpod.pods import Pod
from tests.fakes.runpod.settings import Settings
from tests.fakes.runpod.state import State
from tests.fakes.runpod.transport import CloudTransport

RICH = Settings(balance=Decimal(10**6), allowed={"minute": 10**6, "hour": 10**7})
SHAPES = {"GET": facts.PODS, "POST": facts.POD}


def client_of(cloud: Cloud, key: str = "") -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=CloudTransport(cloud, asyncio.sleep),
        base_url="http://runpod",
        headers={"Authorization": f"Bearer {key or cloud.key}"},
        timeout=10,
    )


def test_five_hundred_pods_work_for_an_hour_and_end_themselves() -> None:
    clock = VirtualClock()
    began: asyncio.Queue[Pod] = asyncio.Queue()

    def body(pod: Pod, state: State) -> NoBody:
        del state
        return NoBody(on_start=lambda: began.put_nowait(pod))

    cloud = Cloud(clock, RICH, make_body=body)

    async def agent(pod: Pod) -> None:
        async with client_of(cloud, pod.key) as client:
            await asyncio.sleep(3600)
            assert (await client.delete(f"/v2/pods/{pod.pod_id}")).status_code == 204

    async def keeper(client: httpx.AsyncClient) -> int:
        looks = 0
        while (await client.get("/v2/pods")).json()["pods"]:
            looks += 1
            await asyncio.sleep(60)
        return looks

    async def rent() -> int:
        async with client_of(cloud) as client, asyncio.TaskGroup() as group:
            for number in range(500):
                await client.post("/v2/pods", json=ORDER | {"name": f"test-{number}"})
            looking = group.create_task(keeper(client))
            for _ in range(500):
                group.create_task(agent(await began.get()))
        return looking.result()

    assert run(rent(), cloud, clock) == 61
    assert round(sum(cloud.bill().values()), 9) == round(500 * Decimal("0.69") * 3607 / 3600, 9)
    assert cloud.alive == []


def test_pod_starts_at_its_moment_though_nobody_asks() -> None:
    clock = VirtualClock()
    started: list[float] = []

    def body(pod: Pod, state: State) -> NoBody:
        del pod
        return NoBody(on_start=lambda: started.append(state.now))

    cloud = Cloud(clock, make_body=body)

    async def rent() -> None:
        async with client_of(cloud) as client:
            await client.post("/v2/pods", json=ORDER)
            await asyncio.sleep(100)

    began = clock.now()
    run(rent(), cloud, clock)
    assert started == [began + 7]
    assert clock.now() == pytest.approx(began + 100)


@pytest.mark.parametrize("seed", range(4))
def test_on_a_bad_day_every_answer_still_has_its_shape(seed) -> None:
    clock = VirtualClock()
    cloud = Cloud(clock, RICH, chance=bad_day(seed))
    outcomes: set[object] = set()

    async def ask(client: httpx.AsyncClient, method: str, path: str, body: object = None) -> None:
        try:
            reply = await client.request(method, path, json=body)
        except httpx.TransportError as error:
            outcomes.add(type(error))
            return
        outcomes.add(reply.status_code)
        kind = reply.headers.get("Content-Type", "")
        if kind == "application/problem+json":
            assert list(facts.wrong_in(reply.json(), facts.ERROR)) == []
        elif kind == "application/json":
            assert list(facts.wrong_in(json.loads(reply.content), SHAPES[method])) == []

    async def live() -> None:
        async with client_of(cloud) as client:
            for number in range(150):
                await ask(client, "POST", "/v2/pods", ORDER | {"name": f"test-{number}"})
                await ask(client, "GET", "/v2/pods")
                await asyncio.sleep(10)
            for _ in range(5):
                for pod in cloud.alive:
                    await ask(client, "DELETE", f"/v2/pods/{pod.pod_id}")
                await asyncio.sleep(60)

    run(live(), cloud, clock)
    assert {200, 201, 204, 400, httpx.RemoteProtocolError} <= outcomes
    assert {status for pod in cloud.ever.values() for _, status in pod.history} >= {"runs", "is rented"}
    assert cloud.alive == []
