"""Pods are made once, and what is not as ordered is given back."""

import asyncio
from decimal import Decimal
from typing import NoReturn

import httpx
import pytest

from infra.rental.errors import AccountRefused, NoCapacity, NotAsked, OrderRefused, ProviderUnavailable
from infra.rental.machine import MachineState, Offer
from infra.runpod.errors import RuleBroken
from tests.infra.runpod.scripted import CAPACITY, GPU, IMAGE, KEY, OFFER, OTHER, order, pod, problem

HTML = httpx.Response(502, content=b"<html>Bad gateway</html>", headers={"content-type": "text/html"})
LOST = [
    httpx.ReadTimeout("silent"),
    httpx.ReadError("reset"),
    httpx.RemoteProtocolError("cut"),
    HTML,
    problem(500, "x"),
    httpx.Response(201, content=b"<html>"),
    httpx.Response(201, json={"id": "but no name"}),
]


def create(runpod, offer=OFFER, **terms):
    return asyncio.run(runpod.provider().create(order(**terms), offer))


def test_order_becomes_one_pod(runpod):
    machine = create(runpod)

    assert (machine.name, machine.state, machine.offer.place) == (
        "pool-run-1",
        MachineState.STARTING,
        "US-KS-2",
    )
    assert runpod.count("POST /pods") == 1
    assert runpod.slept == []


def test_request_leaves_nothing_to_a_default(runpod):
    create(
        runpod,
        OFFER.model_copy(update={"place": "US-KS-2"}),
        env={"A": "1"},
        secrets={"TOKEN": "of_ours"},
        registry="example",
        volume_id="vol1",
        min_cuda_version="12.4",
        min_ram_gb=32,
        min_vcpus=8,
        ports=("8080/http",),
    )

    body = runpod.bodies("POST /pods")[0]
    script = body.pop("cmd")
    assert body == {
        "name": "pool-run-1",
        "image": IMAGE,
        "cloud": "SECURE",
        "gpu": {
            "id": GPU,
            "count": 1,
            "minCudaVersion": "12.4",
            "minRamPerGpu": 32,
            "minVcpuCountPerGpu": 8,
        },
        "disk": 40,
        "env": {
            "A": "1",
            "TOKEN": "{{ RUNPOD_SECRET_of_ours }}",
            "RENDERMILL_VOLUME": "/runpod-volume",
        },
        "ports": ["8080/http"],
        "registry": "reg1",
        "dataCenterIds": ["US-KS-2"],
        "entrypoint": ["/bin/sh", "-c"],
        "mounts": {"network": [{"volumeId": "vol1", "path": "/runpod-volume"}]},
        "startSsh": False,
        "globalNetworking": False,
    }
    assert "python3 -m work" in script[0]
    assert KEY not in str(body) + script[0]


def test_pod_for_debugging_can_be_entered(runpod):
    create(runpod, debug=True, ssh_public_key="ssh-ed25519 AAAAFAKE nobody")

    body = runpod.bodies("POST /pods")[0]
    assert (body["startSsh"], body["ports"], body["env"]) == (
        True,
        ["22/tcp"],
        {"PUBLIC_KEY": "ssh-ed25519 AAAAFAKE nobody"},
    )
    assert "grace=1800\n" in body["cmd"][0]


def test_pod_without_a_gpu_is_asked_for_by_flavour(runpod):
    offer = Offer(kind="cpu5c", market="SECURE", usd_per_hour=Decimal("0.16"))

    machine = create(runpod, offer, gpu_types=(), cpu_flavors=("cpu5c",), vcpu_count=4)

    assert runpod.bodies("POST /pods")[0]["cpu"] == {"id": "cpu5c", "vcpuCount": 4}
    assert machine.offer.kind == "cpu5c"


@pytest.mark.parametrize("lost", LOST, ids=lambda lost: getattr(lost, "status_code", type(lost).__name__))
def test_pod_that_was_made_though_the_reply_was_lost_is_adopted(lost, runpod):
    def made_and_lost(request: httpx.Request) -> httpx.Response:
        runpod._do(request)
        if isinstance(lost, Exception):
            raise lost
        return lost

    runpod.befall("POST /pods", made_and_lost)

    machine = create(runpod)

    assert [one["id"] for one in runpod.pods] == [machine.machine_id]
    assert runpod.count("POST /pods") == 1


def test_pod_that_is_listed_late_is_adopted(runpod):
    runpod.befall("POST /pods", runpod.lose)
    runpod.befall("GET /pods", httpx.Response(200, json={"pods": []}))

    machine = create(runpod)

    assert runpod.slept == [10.0]
    assert [one["id"] for one in runpod.pods] == [machine.machine_id]
    assert runpod.count("POST /pods") == 1


def test_pod_is_asked_for_again_only_if_absent_twice_with_ten_seconds_between(runpod):
    runpod.befall("POST /pods", httpx.ReadTimeout("never made"))

    create(runpod)

    kinds = [runpod._kind(one) for one in runpod.asked]
    assert kinds == ["POST /pods", "GET /pods", "GET /pods", "POST /pods"]
    assert runpod.slept == [10.0]


def test_silence_ends_after_three_requests_and_is_remembered(runpod):
    runpod.befall("POST /pods", *[httpx.ReadTimeout("silent")] * 3)
    provider = runpod.provider()

    with pytest.raises(ProviderUnavailable, match=r"pool-run-1.*3 times"):
        asyncio.run(provider.create(order(), OFFER))

    assert runpod.count("POST /pods") == 3


def test_pod_that_cannot_be_looked_for_is_not_taken_for_refused(runpod):
    runpod.befall("POST /pods", runpod.lose)
    runpod.befall("GET /pods", problem(401, "invalid bearer token"))

    with pytest.raises(ProviderUnavailable, match=r"whether it was made is not known.*invalid bearer token"):
        create(runpod)


def test_order_that_never_reached_runpod_is_told_apart_and_need_not_be_looked_for(runpod):
    runpod.befall("POST /pods", *[httpx.ConnectError("no way")] * 4)
    provider = runpod.provider()

    with pytest.raises(NotAsked, match="is the network up"):
        asyncio.run(provider.create(order(), OFFER))
    asyncio.run(provider.create(order(), OFFER))

    assert runpod.count("GET /pods") == 0


def test_order_of_which_something_may_have_come_before_is_not_called_unheard(runpod):
    runpod.befall("POST /pods", httpx.ReadTimeout("made?"), *[httpx.ConnectError("no way")] * 4)

    with pytest.raises(ProviderUnavailable) as caught:
        asyncio.run(runpod.provider().create(order(), OFFER))

    assert not isinstance(caught.value, NotAsked)


def test_pod_that_appears_after_its_request_was_repeated_is_ended(runpod):
    runpod.befall("POST /pods", httpx.ReadTimeout("made, but much later"))
    provider = runpod.provider()
    machine = asyncio.run(provider.create(order(), OFFER))
    runpod.pods.append(pod(id="late"))

    listed = asyncio.run(provider.machines("pool-"))

    assert [one.machine_id for one in listed] == [machine.machine_id]
    assert [one["id"] for one in runpod.pods] == [machine.machine_id]


def test_double_that_cannot_be_ended_now_is_ended_at_the_next_look(runpod):
    runpod.befall("POST /pods", httpx.ReadTimeout("made, but much later"))
    provider = runpod.provider()
    machine = asyncio.run(provider.create(order(), OFFER))
    runpod.pods.append(pod(id="late"))
    runpod.befall("DELETE /pods/late", problem(409, "locked"))

    for _ in range(2):
        assert [one.machine_id for one in asyncio.run(provider.machines("pool-"))] == [machine.machine_id]

    assert len(runpod.pods) == 1


def test_of_two_pods_of_a_name_the_older_is_kept(runpod):
    runpod.pods += [
        pod(id="younger", createdAt="2026-06-01T11:59:00Z"),
        pod(id="older", createdAt="2026-06-01T11:58:00Z"),
        pod(id="longer-name", name="pool-run-11"),
    ]
    runpod.befall("POST /pods", httpx.ReadTimeout("slow"))

    assert create(runpod).machine_id == "older"
    assert [one["id"] for one in runpod.pods] == ["older", "longer-name"]
    assert runpod.count("POST /pods") == 1


def test_order_that_is_given_twice_is_one_pod(runpod):
    provider = runpod.provider()
    first, second = (asyncio.run(provider.create(order(), OFFER)) for _ in range(2))

    assert first.machine_id == second.machine_id
    assert runpod.count("POST /pods") == 1


def test_creation_that_was_cut_off_is_looked_for_twice(runpod):
    def cut_off(request: httpx.Request) -> NoReturn:
        runpod._do(request)
        raise asyncio.CancelledError

    async def twice() -> None:
        provider = runpod.provider()
        runpod.befall("POST /pods", cut_off)
        with pytest.raises(asyncio.CancelledError):
            await provider.create(order(), OFFER)
        runpod.befall("GET /pods", httpx.Response(200, json={"pods": []}))
        await provider.create(order(), OFFER)

    asyncio.run(twice())

    assert runpod.slept == [10.0]
    assert len(runpod.pods) == 1


@pytest.mark.parametrize(
    ("made", "terms", "said"),
    [
        ({"cost": 0.75}, {"usd_per_hour": Decimal("0.5")}, r"at most \$0.5"),
        ({"gpu": {"id": OTHER, "count": 1}}, {}, "expected NVIDIA GeForce RTX 4090, found NVIDIA A40"),
        ({"gpu": {"id": GPU, "count": 2}}, {}, "GPU count: expected 1, found 2"),
        ({"gpu": None}, {}, "GPU count: expected 1, found 0"),
        ({"cloud": "COMMUNITY"}, {}, "cloud: expected SECURE, found COMMUNITY"),
        ({"dataCenterId": "EU-RO-1"}, {}, "data centre: expected US-KS-2, found EU-RO-1"),
    ],
)
def test_pod_that_is_not_what_was_asked_for_is_ended(made, terms, said, runpod):
    runpod.as_made = made

    with pytest.raises(NoCapacity, match=said):
        create(runpod, OFFER.model_copy(update={"place": "US-KS-2"}), **terms)

    assert runpod.pods == []


def test_machine_has_as_many_gpus_as_ordered(runpod):
    create(runpod, gpu_count=2)

    assert runpod.bodies("POST /pods")[0]["gpu"] == {"id": GPU, "count": 2}


def test_pod_without_a_data_centre_yet_is_kept(runpod):
    runpod.as_made = {"dataCenterId": None, "runtime": {}}

    assert create(runpod, OFFER.model_copy(update={"place": "US-KS-2"})).offer.place == ""


def test_wrong_pod_that_could_not_be_ended_is_ended_before_another_is_made(runpod):
    provider = runpod.provider()
    runpod.as_made = {"cloud": "COMMUNITY"}
    runpod.befall("DELETE /pods/pod1", *[problem(503, "x")] * 6)
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            asyncio.run(provider.create(order(), OFFER))
    assert asyncio.run(provider.machines("pool-")) == []
    runpod.as_made = {}

    machine = asyncio.run(provider.create(order(), OFFER))

    assert [one["id"] for one in runpod.pods] == [machine.machine_id]
    assert machine.machine_id != "pod1"


def test_pod_that_was_ended_for_being_another_is_not_adopted_while_it_is_still_listed(runpod):
    provider = runpod.provider()
    runpod.as_made = {"cloud": "COMMUNITY"}
    runpod.befall("DELETE /pods/pod2", httpx.Response(204))
    with pytest.raises(NoCapacity):
        asyncio.run(provider.create(order(), OFFER))
    runpod.as_made = {}
    runpod.befall("POST /pods", runpod.lose)

    machine = asyncio.run(provider.create(order(), OFFER))

    assert machine.machine_id != "pod2"


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (problem(400, CAPACITY), NoCapacity, "no longer any instances"),
        (problem(400, "There are no instances currently available"), NoCapacity, "another GPU type"),
        (problem(400, "This machine does not have the resources to deploy"), NoCapacity, "another GPU type"),
        (problem(400, "There are not enough free GPUs on the host"), NoCapacity, "another GPU type"),
        (problem(400, "minCudaVersion excludes allowedCudaVersions"), RuleBroken, "every offer ends so"),
        (problem(401, "missing bearer token"), AccountRefused, "RUNPOD_API_KEY"),
        (problem(402, "insufficient balance"), AccountRefused, "credit"),
        (problem(403, "access denied"), NoCapacity, "may not use these machines"),
        (problem(404, "resource not found"), OrderRefused, "found nothing"),
        (problem(409, "x"), OrderRefused, "state"),
        (problem(413, "too large"), OrderRefused, "100 KiB"),
        (
            problem(422, "invalid", ["$: missing property 'a'", "$: b"]),
            OrderRefused,
            "missing property 'a'; .*b",
        ),
        (httpx.Response(410, content=b"<html>"), ProviderUnavailable, "410"),
    ],
)
def test_refusal_says_by_its_class_what_to_do(answer, error, said, runpod):
    runpod.befall("POST /pods", answer)

    with pytest.raises(error, match=said) as caught:
        create(runpod)

    assert isinstance(caught.value, RuleBroken) == (error is RuleBroken)
    assert runpod.count("POST /pods") == 1
    assert KEY not in str(caught.value) + repr(caught.value)


def test_next_offer_after_a_refusal_costs_one_request(runpod):
    provider = runpod.provider()
    runpod.befall("POST /pods", problem(400, CAPACITY))
    with pytest.raises(NoCapacity):
        asyncio.run(provider.create(order(), OFFER))

    asyncio.run(provider.create(order(), OFFER))

    assert [runpod._kind(one) for one in runpod.asked] == ["POST /pods", "POST /pods"]


def test_order_without_a_name_or_a_command_rents_nothing(runpod):
    for terms in ({"name": ""}, {"command": ()}, {"command": ("a\0b",)}):
        with pytest.raises(OrderRefused):
            create(runpod, **terms)

    assert runpod.asked == []
