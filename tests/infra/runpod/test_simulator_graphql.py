"""The stand-in for RunPod: what is left of GraphQL."""

from tests.fakes.runpod.client import GPU, Client
from tests.fakes.runpod.faults import Fault
from tests.fakes.runpod.settings import Settings


def test_graphql_ends_pods_tells_the_balance_and_rents_no_spot(client, clock) -> None:
    pod = client.make()["id"]
    _, me = client.ask("POST", "/graphql", {"query": "query { myself { clientBalance } }"})
    assert me["data"]["myself"]["clientBalance"] == 100.0
    spot = 'mutation { podRentInterruptable(input: {name: "x", gpuCount: 1}) { id } }'
    _, said = client.ask("POST", "/graphql", {"query": spot})
    assert said["errors"][0]["message"] == "Spot pods are no longer offered"
    end = f'mutation {{ podTerminate(input: {{podId: "{pod}"}}) }}'
    assert client.ask("POST", "/graphql", {"query": end}) == (200, {"data": {"podTerminate": None}})
    clock.advance(2)
    _, said = client.ask("POST", "/graphql", {"query": end})
    assert said["errors"][0]["message"] == "pod not found to terminate"


def test_spot_can_be_had_where_it_is_still_offered(clock) -> None:
    client = Client.of(clock, Settings(spot=True))
    query = "mutation($input: PodRentInterruptableInput!) { podRentInterruptable(input: $input) { id } }"
    wanted = {"name": "x", "imageName": "i", "gpuTypeId": GPU, "gpuCount": 1, "bidPerGpu": 0.2}
    _, said = client.ask("POST", "/graphql", {"query": query, "variables": {"input": wanted}})
    _, pod = client.ask("GET", f"/v2/pods/{said['data']['podRentInterruptable']['id']}")
    assert (pod["cost"], pod["cloud"]) == (0.17, "COMMUNITY")


def test_graphql_may_fail_in_its_own_way(client, cloud) -> None:
    cloud.befall(Fault("graphql", answer=(200, "Something went wrong.")))
    status, said = client.ask("POST", "/graphql", {"query": "query { myself { clientBalance } }"})
    assert (status, said["errors"][0]["message"]) == (200, "Something went wrong.")
