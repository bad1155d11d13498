"""The stand-in for RunPod: what it answers and refuses, on a clock that the tests move."""

import asyncio
import json
import time
from decimal import Decimal

import httpx
import pytest

from tests.fakes.runpod import facts
from tests.fakes.runpod.bodies import NoBody
from tests.fakes.runpod.client import GPU, ORDER, UP_S, Client
from tests.fakes.runpod.clock import VirtualClock
from tests.fakes.runpod.cloud import Cloud
from tests.fakes.runpod.faults import Fault
from tests.fakes.runpod.limits import ALLOWED
from tests.fakes.runpod.pods import Pod
from tests.fakes.runpod.problems import DENIED, NO_CAPACITY
from tests.fakes.runpod.settings import Settings
from tests.fakes.runpod.state import State
from tests.fakes.runpod.transport import CloudTransport


@pytest.mark.parametrize(
    ("path", "query", "shape"),
    [
        ("/v2/pods", {}, facts.PODS),
        ("/v2/catalog/gpus", {}, facts.GPUS),
        ("/v2/catalog/gpus", {"include": "AVAILABILITY", "product": "POD"}, facts.GPUS),
        (f"/v2/catalog/gpus/{GPU}", {}, facts.GPU),
        ("/v2/catalog/cpus", {"include": "AVAILABILITY", "product": "POD"}, facts.CPUS),
        ("/v2/catalog/cpus/cpu3c", {}, facts.CPU),
        ("/v2/catalog/datacenters", {"include": "GPU_AVAILABILITY,CPU_AVAILABILITY"}, facts.DATA_CENTERS),
        ("/v2/catalog/datacenters/EU-RO-1", {}, facts.DATA_CENTER),
        ("/v2/network-volumes", {}, facts.VOLUMES),
        ("/v2/registries", {}, facts.REGISTRIES),
        ("/v2/account/ssh-keys", {}, facts.SSH_KEYS),
        ("/v2/billing/pods", {"bucketSize": "hour"}, facts.BILLING),
    ],
)
def test_answer_has_the_shape_that_runpod_describes(client, clock, path, query, shape) -> None:
    client.make()
    client.make(name="cpu", gpu={"id": GPU, "count": 2}, cloud="COMMUNITY")
    where = {"name": "v", "size": 10, "dataCenter": "EU-RO-1"}
    assert client.ask("POST", "/v2/network-volumes", where)[0] == 201
    login = {"name": "r", "username": "u", "password": "not one"}
    assert client.ask("POST", "/v2/registries", login)[0] == 201
    clock.advance(100)
    status, said = client.ask("GET", path, **query)
    assert status == 200, said
    assert list(facts.wrong_in(said, shape)) == []
    assert client.headers["x-request-id"]
    assert client.headers["RateLimit"].startswith('"minute";r=')


def test_pod_comes_up_step_by_step(client, clock) -> None:
    pod = client.make()
    assert list(facts.wrong_in(pod, facts.POD)) == []
    assert (pod["status"], pod["runtime"], pod["startedAt"]) == ("PROVISIONING", None, None)
    clock.advance(2)
    assert client.status(pod["id"]) == "STARTING"
    clock.advance(5)
    _, up = client.ask("GET", f"/v2/pods/{pod['id']}")
    assert (up["status"], up["runtime"]["uptime"]) == ("RUNNING", 0)
    clock.advance(60)
    _, up = client.ask("GET", f"/v2/pods/{pod['id']}")
    assert up["runtime"]["uptime"] == 60
    assert list(facts.wrong_in(up, facts.POD)) == []


def test_cpu_pod_has_a_cpu_and_no_gpu(client) -> None:
    order = {name: value for name, value in ORDER.items() if name != "gpu"}
    status, pod = client.ask("POST", "/v2/pods", order | {"cpu": {"id": "cpu3c", "vcpuCount": 4}})
    assert status == 201
    assert pod["cpu"] == {"id": "cpu3c", "vcpuCount": 4, "memory": 8}
    assert "gpu" not in pod


def test_terminated_pod_is_gone_within_two_seconds(client, clock) -> None:
    pod = client.make()
    assert client.ask("DELETE", f"/v2/pods/{pod['id']}") == (204, "")
    clock.advance(2)
    status, said = client.ask("GET", f"/v2/pods/{pod['id']}")
    assert (status, said["detail"]) == (404, "pod not found")
    assert client.ask("GET", "/v2/pods")[1]["pods"] == []
    assert client.ask("DELETE", f"/v2/pods/{pod['id']}")[0] == 404


def test_container_that_exits_is_restarted_and_its_pod_still_bills(client, cloud, clock) -> None:
    pod = client.make()["id"]
    clock.advance(UP_S + 100)
    cloud.exit_container(pod)
    clock.advance(11)
    _, up = client.ask("GET", f"/v2/pods/{pod}")
    assert (up["status"], up["runtime"]["uptime"]) == ("RUNNING", 10)
    assert cloud.ever[pod].restarts == 1
    assert up["cost"] == 0.69


def test_container_that_exits_may_end_its_pod(clock) -> None:
    client = Client.of(clock, Settings(restarts=False))
    pod = client.make()["id"]
    clock.advance(UP_S)
    client.cloud.exit_container(pod, 3)
    assert client.status(pod) == "EXITED"


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"gpu": {"id": GPU}}, 400, NO_CAPACITY),
        ({"gpu": {"id": GPU, "count": 9}}, 400, NO_CAPACITY),
        ({"gpu": {"id": "Voodoo 2", "count": 1}}, 400, NO_CAPACITY),
        ({"gpu": {"id": "NVIDIA L4", "count": 1}, "cloud": "COMMUNITY"}, 400, NO_CAPACITY),
        ({"gpu": {"id": GPU, "count": 1, "allowedCudaVersions": ["9.9"]}}, 400, NO_CAPACITY),
        ({"gpu": {"id": GPU, "count": 1, "minCudaVersion": "13.10"}}, 400, NO_CAPACITY),
        ({"gpu": {"id": GPU, "count": 1, "minRamPerGpu": 5000}}, 400, NO_CAPACITY),
        ({"dataCenterIds": ["MARS-1"]}, 400, NO_CAPACITY),
        (
            {"gpu": {"id": GPU, "count": 1, "minCudaVersion": "12.4", "allowedCudaVersions": ["12.4"]}},
            400,
            "mutually exclusive",
        ),
        ({"cpu": {"id": "cpu3c", "vcpuCount": 2}}, 400, "exactly one of gpu or cpu"),
        ({"env": {f"V{n}": "" for n in range(51)}}, 400, "environment variables"),
        ({"registry": "nobody"}, 404, "registry not found"),
        ({"mounts": {"network": [{"volumeId": "v", "path": "/v"}]}}, 404, "network volume not found"),
        ({"templateId": "t"}, 404, "resource not found"),
        ({"env": {"A": "x" * 102_400}}, 413, "102400"),
    ],
)
def test_order_is_refused(client, changes, status, said) -> None:
    assert client.refused(**changes)[0] == status
    assert said in client.refused(**changes)[1]
    assert client.cloud.ever == {}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"interruptible": True}, "$: additional properties 'interruptible' not allowed"),
        ({"env": {"A": 1}}, "$.env.A: got number, want string"),
        ({"cloud": "ALL"}, "$.cloud: value must be one of 'SECURE', 'COMMUNITY'"),
        ({"gpu": {"count": 1}}, "$.gpu: missing property 'id'"),
        ({"disk": 0}, "$.disk: minimum: got 0, want 1"),
        ({"mounts": {"network": [{"volumeId": "v"}]}}, "$.mounts.network[0]: missing property 'path'"),
    ],
)
def test_order_of_another_shape_is_refused_by_name(client, changes, error) -> None:
    status, said = client.ask("POST", "/v2/pods", ORDER | changes)
    assert (status, said["detail"], said["errors"]) == (422, "Request validation failed.", [error])
    assert client.headers["Content-Type"] == "application/problem+json"


def test_volume_pins_its_pod_to_its_data_centre(client) -> None:
    where = {"name": "v", "size": 10, "dataCenter": "EU-SE-1"}
    _, volume = client.ask("POST", "/v2/network-volumes", where)
    mounts = {"network": [{"volumeId": volume["id"], "path": "/v"}]}
    assert client.make(mounts=mounts)["dataCenterId"] == "EU-SE-1"
    assert client.refused(mounts=mounts, dataCenterIds=["US-KS-2"]) == (400, NO_CAPACITY)
    assert client.ask("DELETE", f"/v2/network-volumes/{volume['id']}")[0] == 400


def test_stock_runs_out_and_comes_back(client, cloud) -> None:
    cloud.state.catalog.stock(0)
    cloud.state.catalog.stock(1, GPU, "SECURE", "EU-RO-1")
    pod = client.make()
    assert client.refused() == (400, NO_CAPACITY)
    client.ask("DELETE", f"/v2/pods/{pod['id']}")
    assert client.make()["dataCenterId"] == "EU-RO-1"


def test_catalogue_tells_stock_by_cloud_and_place(client, cloud) -> None:
    cloud.state.catalog.stock(0, GPU)
    cloud.state.catalog.stock(5, GPU, "SECURE", "US-KS-2")
    query = {"include": "AVAILABILITY", "product": "POD", "cloud": "SECURE", "count": "1"}
    _, gpu = client.ask("GET", f"/v2/catalog/gpus/{GPU}", **query)
    assert gpu["availability"] == "MEDIUM"
    assert [one["id"] for one in gpu["dataCenters"]] == ["US-KS-2"]
    assert client.ask("GET", "/v2/catalog/gpus", include="AVAILABILITY")[0] == 400


def test_action_that_a_status_does_not_allow_is_a_conflict(client, clock) -> None:
    pod = client.make()["id"]
    action = f"/v2/pods/{pod}/action"
    assert client.ask("POST", action, {"action": "restart"})[0] == 409
    clock.advance(UP_S)
    assert client.ask("POST", action, {"action": "start"})[0] == 409
    assert client.ask("PATCH", f"/v2/pods/{pod}", {"locked": True})[1]["locked"] is True
    assert client.ask("POST", action, {"action": "stop"})[0] == 409
    assert client.ask("PATCH", f"/v2/pods/{pod}", {"locked": False})[0] == 200
    assert client.ask("POST", action, {"action": "stop"})[1]["status"] == "EXITED"
    assert client.ask("POST", action, {"action": "terminate"}) == (204, "")


def test_pods_are_listed_page_by_page(client) -> None:
    made = [client.make(name=f"test-{n}")["id"] for n in range(7)]
    found, query = [], {"limit": "3"}
    while True:
        _, page = client.ask("GET", "/v2/pods", **query)
        found += [pod["id"] for pod in page["pods"]]
        if not page["pagination"]["hasNextPage"]:
            break
        query["cursor"] = page["pagination"]["nextCursor"]
    assert found == made
    assert client.ask("GET", "/v2/pods", cursor="not ours")[0] == 400


def test_nobody_is_known_without_a_key(client) -> None:
    status, _, body = client.cloud.answer("GET", "/v2/pods", {"api_key": client.key}, {})
    assert (status, json.loads(body)["detail"]) == (401, "missing bearer token")
    client.key = "rpa_other"
    assert client.ask("GET", "/v2/pods")[0] == 401


def test_pod_may_look_at_itself_and_end_itself_only(client, cloud) -> None:
    one, other = client.make()["id"], client.make()["id"]
    client.key = cloud.ever[one].key
    assert client.ask("GET", f"/v2/pods/{one}")[0] == 200
    assert client.ask("GET", "/v2/pods")[1]["detail"] == DENIED
    assert client.ask("DELETE", f"/v2/pods/{other}")[0] == 403
    assert client.ask("POST", "/v2/pods", ORDER)[0] == 403
    assert client.ask("DELETE", f"/v2/pods/{one}")[0] == 204


def test_who_asks_too_often_is_told_when_to_come_back(clock) -> None:
    client = Client.of(clock, Settings(allowed={"minute": 2, "hour": 5, "day": 9}))
    clock.advance(10)
    assert [client.ask("GET", "/v2/pods")[0] for _ in range(3)] == [200, 200, 429]
    assert client.headers["Retry-After"] == "50"
    assert client.headers["RateLimit"].startswith('"minute";r=0;t=50, "hour";r=3;')
    clock.advance(50)
    assert client.ask("GET", "/v2/pods")[0] == 200


def test_usual_limits_are_told(client) -> None:
    client.ask("GET", "/v2/pods")
    assert f'"minute";q={ALLOWED["minute"]};w=60' in client.headers["RateLimit-Policy"]


def test_old_api_is_gone(client) -> None:
    assert client.ask("GET", "/v1/pods")[0] == 410


def test_unknown_path_and_method_are_refused(client) -> None:
    assert client.ask("GET", "/v2/teapots")[0] == 404
    assert client.ask("DELETE", "/v2/pods")[0] == 405
    assert client.headers["Allow"] == "GET, POST"


def test_log_goes_on_from_the_last_event_that_was_heard(client, cloud, clock) -> None:
    pod = client.make()["id"]
    clock.advance(UP_S)
    cloud.tick()
    for number in range(5):
        cloud.ever[pod].log.add(clock.now(), "container", f"line {number}")
    _, said = client.ask("GET", f"/v2/pods/{pod}/logs", source="container", tail="2")
    events = [frame.split("\n") for frame in said.strip().split("\n\n")]
    told = [json.loads(lines[1].removeprefix("data: ")) for lines in events]
    assert [one["line"] for one in told] == ["line 3", "line 4"]
    assert list(facts.wrong_in(told[0], facts.LOG_LINE)) == []
    headers = {"Authorization": f"Bearer {client.key}", "Last-Event-ID": events[0][0].removeprefix("id: ")}
    _, _, body = cloud.answer("GET", f"/v2/pods/{pod}/logs", {}, headers)
    assert body.decode().count("data: ") == 1
    assert client.ask("GET", f"/v2/pods/{pod}/logs", tail="5001")[0] == 400
    assert client.ask("GET", f"/v2/pods/{pod}/logs", since="yesterday")[0] == 400


def test_five_hundred_pods_are_listed_in_no_time_and_without_sockets() -> None:
    clock = VirtualClock()
    cloud = Cloud(clock, Settings(balance=Decimal(10**6), allowed={"minute": 10**6}))

    async def sleep(seconds: float) -> None:
        clock.advance(seconds)

    async def rent() -> int:
        transport = CloudTransport(cloud, sleep)
        key = {"Authorization": f"Bearer {cloud.key}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://runpod", headers=key) as client:
            for number in range(500):
                reply = await client.post("/v2/pods", json=ORDER | {"name": f"test-{number}"})
                assert reply.status_code == 201
            clock.advance(UP_S)
            reply = await client.get("/v2/pods")
            return sum(pod["status"] == "RUNNING" for pod in reply.json()["pods"])

    assert asyncio.run(rent()) == 500
    headers = {"Authorization": f"Bearer {cloud.key}"}
    began = time.perf_counter()
    for _ in range(10):
        clock.advance(10)
        cloud.answer("GET", "/v2/pods", {}, headers)
    assert (time.perf_counter() - began) / 10 < 0.1
    assert cloud.count()["createPod"] == 500


def test_transport_waits_and_hangs_up_as_the_service_does(cloud, clock) -> None:
    cloud.befall(
        Fault("createPod", wait_s=60), Fault("createPod", lose_reply=True), Fault("getPodLogs", cut_at=10)
    )

    async def sleep(seconds: float) -> None:
        clock.advance(seconds)

    async def rent() -> None:
        key = {"Authorization": f"Bearer {cloud.key}"}
        transport = CloudTransport(cloud, sleep)
        async with httpx.AsyncClient(transport=transport, base_url="http://runpod", headers=key) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.post("/v2/pods", json=ORDER)
            with pytest.raises(httpx.RemoteProtocolError):
                await client.post("/v2/pods", json=ORDER)
            path = f"/v2/pods/{next(iter(cloud.ever))}/logs"
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get(path)
            with pytest.raises(httpx.ReadTimeout):
                await client.get(path)

    asyncio.run(rent())
    assert len(cloud.ever) == 2


def test_test_may_play_what_runs_in_a_pod(clock) -> None:
    told: list[str] = []

    def body(pod: Pod, state: State) -> NoBody:
        del state
        return NoBody(
            on_start=lambda: told.append(f"{pod.name} starts"),
            on_term=lambda: told.append(f"{pod.name} is asked to end"),
            on_kill=lambda: told.append(f"{pod.name} is killed"),
        )

    client = Client(Cloud(clock, make_body=body), clock)
    pod = client.make()["id"]
    assert client.cloud.next_due == clock.now() + 2
    clock.advance(UP_S)
    client.ask("DELETE", f"/v2/pods/{pod}")
    clock.advance(10)
    client.cloud.tick()
    assert told == ["test-1 starts", "test-1 is asked to end", "test-1 is killed"]


def test_stopped_pod_may_find_its_gpus_taken(client, cloud, clock) -> None:
    cloud.state.catalog.stock(0)
    cloud.state.catalog.stock(1, GPU, "SECURE", "EU-RO-1")
    stopped = client.make()["id"]
    action = f"/v2/pods/{stopped}/action"
    assert client.ask("POST", action, {"action": "stop"})[0] == 200
    other = client.make()["id"]
    status, said = client.ask("POST", action, {"action": "start"})
    assert (status, said["detail"].startswith("There are not enough free GPUs on the host")) == (400, True)
    client.ask("DELETE", f"/v2/pods/{other}")
    assert client.ask("POST", action, {"action": "start"})[1]["status"] == "PROVISIONING"
    clock.advance(UP_S)
    assert client.status(stopped) == "RUNNING"
