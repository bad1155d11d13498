"""The stand-in for RunPod: what pods cost, to the second, and what happens without credit."""

from decimal import Decimal

from tests.fakes.runpod.client import Client
from tests.fakes.runpod.faults import Fault
from tests.fakes.runpod.settings import Settings


def test_bill_is_exact_by_the_second(client, cloud, clock) -> None:
    pod = client.make()["id"]
    clock.advance(3600)
    client.ask("POST", f"/v2/pods/{pod}/action", {"action": "stop"})
    assert cloud.bill()[pod] == Decimal("0.69")
    clock.advance(720 * 3600)
    assert cloud.bill()[pod] == Decimal("0.69") + 20 * Decimal("0.20")
    client.ask("DELETE", f"/v2/pods/{pod}")
    clock.advance(1_000_000)
    assert cloud.bill()[pod] == Decimal("4.69")


def test_second_that_has_begun_is_paid(client, cloud, clock) -> None:
    pod = client.make()["id"]
    clock.advance(1.2)
    client.ask("DELETE", f"/v2/pods/{pod}")
    assert round(cloud.bill()[pod], 12) == round(Decimal("0.69") * 2 / 3600, 12)


def test_bill_is_told_by_the_hour(client, clock) -> None:
    pod = client.make()["id"]
    clock.advance(5400)
    client.ask("DELETE", f"/v2/pods/{pod}")
    _, said = client.ask("GET", "/v2/billing/pods", bucketSize="hour", lastN="3")
    assert [record["totalAmount"] for record in said["records"]] == [0.69, 0.345]
    assert said["metadata"]["totals"]["gpuAmount"] == 1.035
    _, none = client.ask("GET", "/v2/billing/pods", podId="nobody")
    assert none["records"] == []


def test_bill_may_be_an_hour_late(client, cloud, clock) -> None:
    client.make()
    clock.advance(3700)
    cloud.befall(Fault("listPodBilling", late_s=3600))
    assert client.ask("GET", "/v2/billing/pods", bucketSize="hour")[1]["records"] == []
    assert len(client.ask("GET", "/v2/billing/pods", bucketSize="hour")[1]["records"]) == 2


def test_account_without_credit_gets_no_pod(clock) -> None:
    client = Client.of(clock, Settings(balance=Decimal("0.50")))
    assert client.refused() == (402, "insufficient balance")


def test_credit_that_is_used_up_ends_pods_and_stops_those_with_a_volume(clock) -> None:
    client = Client.of(clock, Settings(balance=Decimal("2.00")))
    where = {"name": "v", "size": 10, "dataCenter": "EU-SE-1"}
    _, volume = client.ask("POST", "/v2/network-volumes", where)
    kept = client.make(mounts={"network": [{"volumeId": volume["id"], "path": "/v"}]})["id"]
    lost = client.make()["id"]
    clock.advance(3 * 3600)
    assert client.status(kept) == "EXITED"
    assert client.ask("GET", f"/v2/pods/{lost}")[0] == 404
    assert Decimal("1.9") < client.cloud.bill()[lost] + client.cloud.bill()[kept] < Decimal("2.2")
