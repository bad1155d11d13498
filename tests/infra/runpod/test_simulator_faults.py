"""The stand-in for RunPod: what goes wrong when it is told so, or by chance."""

from decimal import Decimal

import pytest

from tests.fakes.runpod.chance import bad_day
from tests.fakes.runpod.client import ORDER, UP_S, Client
from tests.fakes.runpod.clock import VirtualClock
from tests.fakes.runpod.cloud import Cloud, NoReply
from tests.fakes.runpod.faults import Fate, Fault
from tests.fakes.runpod.problems import DENIED, NO_CAPACITY


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault("createPod", answer=(400, NO_CAPACITY), gpu="*4090", cloud="SECURE"), 400),
        (Fault("createPod", answer=(403, DENIED), name="test-*"), 403),
        (Fault("createPod", answer=(402, "insufficient balance")), 402),
        (Fault("createPod", answer=(429, "rate limit exceeded"), retry_after=12), 429),
        (Fault("createPod", html=503), 503),
        (Fault("*", answer=(500, "internal server error")), 500),
        (Fault("createPod", revoke_s=30), 401),
        (Fault("createPod", exhaust="hour"), 429),
    ],
)
def test_fault_befalls_as_often_as_it_says_and_does_nothing(client, cloud, clock, fault, status) -> None:
    cloud.befall(fault)
    assert client.ask("POST", "/v2/pods", ORDER)[0] == status
    assert cloud.ever == {}
    clock.advance(3600)
    assert client.ask("POST", "/v2/pods", ORDER)[0] == 201


@pytest.mark.parametrize(
    "pattern", [{"gpu": "NVIDIA L4"}, {"cloud": "COMMUNITY"}, {"place": "EU-*"}, {"name": "other"}]
)
def test_fault_passes_by_whom_it_is_not_about(client, cloud, pattern) -> None:
    cloud.befall(Fault("createPod", answer=(400, NO_CAPACITY), **pattern))
    client.make(dataCenterIds=["US-KS-2"])
    assert len(cloud.alive) == 1


def test_fault_may_let_some_pass_first(client, cloud) -> None:
    cloud.befall(Fault("listPods", html=502, after=1, times=2))
    assert [client.ask("GET", "/v2/pods")[0] for _ in range(4)] == [200, 502, 502, 200]


def test_reply_may_be_lost_after_the_pod_was_made(client, cloud) -> None:
    cloud.befall(Fault("createPod", lose_reply=True), Fault("createPod", drop=True))
    for _ in range(2):
        with pytest.raises(NoReply):
            client.ask("POST", "/v2/pods", ORDER)
    assert len(cloud.ever) == 1


def test_new_pod_may_be_unlisted_dear_and_another_for_a_while(client, cloud, clock) -> None:
    cloud.befall(Fault("createPod", unlisted_s=15, usd_factor=Decimal(3), other_gpu="NVIDIA L4"))
    pod = client.make()
    assert (pod["cost"], pod["gpu"]["id"]) == (2.07, "NVIDIA L4")
    assert client.ask("GET", f"/v2/pods/{pod['id']}")[0] == 200
    assert client.ask("GET", "/v2/pods")[1]["pods"] == []
    clock.advance(15)
    assert len(client.ask("GET", "/v2/pods")[1]["pods"]) == 1


@pytest.mark.parametrize(
    ("fate", "status", "line"),
    [
        (Fate(stuck="PROVISIONING"), "PROVISIONING", ""),
        (Fate(stuck="STARTING"), "STARTING", "still fetching image"),
        (Fate(pull_s=2000), "STARTING", "create container"),
        (Fate(error=True), "ERROR", ""),
        (Fate(bad_image="error pulling image: not found"), "EXITED", "error pulling image: not found"),
        (Fate(old_cuda=True), "RUNNING", "unsatisfied condition: cuda"),
        (Fate(then="exit", after_s=50), "RUNNING", "exited with code 1"),
        (Fate(then="oom", after_s=50), "RUNNING", "out of memory"),
        (Fate(then="exit", after_s=50, ends_at_exit=True), "EXITED", "exited with code 1"),
        (Fate(then="stop", after_s=50), "EXITED", ""),
        (Fate(then="outbid", after_s=50), "EXITED", "reclaimed"),
        (Fate(then="hang", after_s=50), "RUNNING", ""),
    ],
)
def test_fate_of_a_pod(client, clock, fate, status, line) -> None:
    cloud = client.cloud
    cloud.befall(fate)
    pod = client.make()["id"]
    clock.advance(1000)
    assert client.status(pod) == status
    said = "\n".join(one.text for one in cloud.ever[pod].log.lines("system"))
    assert line in said


@pytest.mark.parametrize("then", ["vanish", "delete", "preempt"])
def test_pod_may_be_gone_unasked(client, cloud, clock, then) -> None:
    cloud.befall(Fate(then=then, after_s=50))
    pod = client.make()["id"]
    clock.advance(UP_S + 49)
    assert client.status(pod) == "RUNNING"
    clock.advance(10)
    assert client.ask("GET", f"/v2/pods/{pod}")[0] == 404
    assert cloud.bill()[pod] <= Decimal("0.69") * 62 / 3600


def test_runtime_may_be_missing_or_stale(client, cloud, clock) -> None:
    cloud.befall(Fate(runtime_null_s=60), Fate(flaps=True), Fate(then="stop", stale_runtime=True))
    late, flapping, stale = (client.make()["id"] for _ in range(3))

    def runtime(pod: str) -> object:
        return client.ask("GET", f"/v2/pods/{pod}")[1]["runtime"]

    clock.advance(UP_S + 1)
    assert runtime(late) is None
    assert (runtime(flapping) is None) != (runtime(flapping) is None)
    assert (client.status(stale), runtime(stale) is None) == ("EXITED", False)
    clock.advance(60)
    assert runtime(late)["uptime"] == 61


def test_terminate_may_fail_and_yet_be_done_or_say_done_and_do_nothing(client, cloud, clock) -> None:
    done, not_done, lingers = (client.make()["id"] for _ in range(3))
    cloud.befall(
        Fault("deletePod", answer=(500, "internal server error"), after_all=True),
        Fault("deletePod", ignore=True),
        Fault("deletePod", lingers_s=30),
    )
    answers = [client.ask("DELETE", f"/v2/pods/{pod}")[0] for pod in (done, not_done, lingers)]
    clock.advance(5)
    listed = [pod["id"] for pod in client.ask("GET", "/v2/pods")[1]["pods"]]
    assert answers == [500, 204, 204]
    assert listed == [not_done, lingers]
    assert client.ask("GET", f"/v2/pods/{lingers}")[0] == 404
    clock.advance(30)
    assert [pod["id"] for pod in client.ask("GET", "/v2/pods")[1]["pods"]] == [not_done]


def test_pods_own_goodbye_may_be_lost(client, cloud) -> None:
    pod = client.make()["id"]
    cloud.befall(Fault("deletePod", by_pod=True, ignore=True))
    client.key = cloud.ever[pod].key
    assert client.ask("DELETE", f"/v2/pods/{pod}")[0] == 204
    assert client.status(pod) == "PROVISIONING"


def test_log_may_be_cut_repeated_or_out_of_order(client, cloud, clock) -> None:
    pod = client.make()["id"]
    clock.advance(UP_S)
    path = f"/v2/pods/{pod}/logs"
    whole = client.ask("GET", path)[1]
    cloud.befall(
        Fault("getPodLogs", cut_at=40), Fault("getPodLogs", replay=1), Fault("getPodLogs", shuffle=True)
    )
    assert client.ask("GET", path)[1] == whole[:40]
    assert client.ask("GET", path)[1].count("data: ") == whole.count("data: ") + 1
    shuffled = client.ask("GET", path)[1]
    assert shuffled != whole
    assert sorted(shuffled) == sorted(whole)


def test_chance_is_the_same_for_the_same_seed(clock) -> None:
    def day(seed: int) -> list[int]:
        client = Client(Cloud(VirtualClock(), chance=bad_day(seed)), clock)
        statuses = []
        for _ in range(60):
            try:
                statuses.append(client.ask("POST", "/v2/pods", ORDER)[0])
            except NoReply:
                statuses.append(0)
        return statuses

    assert day(1) == day(1)
    assert day(1) != day(2)
    assert {0, 201, 400} < set(day(3))


def test_console_does_what_an_owner_or_a_host_may(client, cloud, clock) -> None:
    lost, deleted, stopped, taken = (client.make(name=f"test-{n}")["id"] for n in range(4))
    clock.advance(UP_S)
    cloud.lose_host(lost)
    cloud.delete_in_console(deleted)
    cloud.lose_host(stopped, gone=False)
    cloud.preempt(taken, notice_s=5)
    clock.advance(4)
    assert [pod["status"] for pod in client.ask("GET", "/v2/pods")[1]["pods"]] == ["EXITED", "RUNNING"]
    clock.advance(1)
    assert [pod.pod_id for pod in cloud.alive] == [stopped]
    cloud.empty_balance()
    assert cloud.alive == []
    assert client.refused() == (402, "insufficient balance")
    cloud.pay_in(Decimal(10))
    client.make()


def test_key_may_be_unknown_for_a_while_but_not_the_pods_own(client, cloud, clock) -> None:
    pod = client.make()["id"]
    cloud.revoke_key(900)
    assert client.ask("GET", "/v2/pods")[0] == 401
    own = {"Authorization": f"Bearer {cloud.ever[pod].key}"}
    assert cloud.answer("GET", f"/v2/pods/{pod}", {}, own)[0] == 200
    clock.advance(900)
    assert client.ask("GET", "/v2/pods")[0] == 200


def test_terminate_may_be_done_only_later_and_bills_until_then(client, cloud, clock) -> None:
    pod = client.make()["id"]
    cloud.befall(Fault("deletePod", later_s=60))
    assert client.ask("DELETE", f"/v2/pods/{pod}")[0] == 204
    clock.advance(59)
    assert client.status(pod) == "RUNNING"
    clock.advance(3)
    assert client.ask("GET", f"/v2/pods/{pod}")[0] == 404
    assert round(cloud.bill()[pod], 6) == round(Decimal("0.69") * 60 / 3600, 6)
