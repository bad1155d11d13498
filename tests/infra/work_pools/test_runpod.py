"""What the pools of rented machines are told about the store and the server."""

import pytest
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_KEY, temporary_settings

from infra.work_pools.runpod import POOLS, Reach, reach_of, template_of, told

BUCKET = {"RENDERMILL_STORE": "s3://parts", "AWS_SECRET_ACCESS_KEY": "fake"}
TO_STORE = {"aws_access_key_id", "aws_secret_access_key"}


def test_credentials_of_a_bucket_are_secrets_and_stand_nowhere():
    reach = reach_of(BUCKET)
    assert reach.store == {"RENDERMILL_STORE": "s3://parts"}
    assert set(reach.secrets.values()) >= TO_STORE
    assert "fake" not in str(template_of(POOLS[0], reach))


def test_store_that_is_a_block_needs_no_credentials_of_its_own():
    assert not TO_STORE & set(reach_of({"RENDERMILL_STORE": "block:parts"}).secrets.values())


@pytest.mark.parametrize(
    ("settings", "private", "secrets"),
    [
        ({}, False, {"PREFECT_API_AUTH_STRING": "prefect_auth_string"}),
        ({}, True, {}),
        ({PREFECT_API_KEY: "fake"}, False, {"PREFECT_API_KEY": "prefect_api_key"}),
        ({PREFECT_API_AUTH_STRING: "fake"}, True, {"PREFECT_API_AUTH_STRING": "prefect_auth_string"}),
    ],
)
def test_machines_get_the_key_to_the_server_that_this_one_has(settings, private, secrets):
    with temporary_settings(settings):
        reach = reach_of({}, private_network=private)
    assert reach.secrets == secrets
    assert template_of(POOLS[0], reach)["variables"]["properties"]["private_network"]["default"] is private


def test_deploying_says_which_secrets_are_to_be_made_and_what_will_be_refused():
    reach = Reach({"RENDERMILL_STORE": "/srv/parts"}, {"PREFECT_API_KEY": "prefect_api_key"})
    first, second, *_, secrets, refused = told({"runpod-cpu", "runpod-secure"}, reach)
    assert first == "work pool runpod-secure: made"
    assert second == "work pool runpod-community: there already, and stays as it is"
    assert secrets.endswith("RunPod's secrets: prefect_api_key")
    assert "found /srv/parts" in refused


def test_pools_that_are_all_there_are_told_and_nothing_else():
    assert len(list(told(set(), Reach({}, {})))) == len(POOLS)


def test_form_begins_with_what_people_ask_for_and_keeps_its_own_words():
    fields = template_of(POOLS[0], Reach({}, {}))["variables"]["properties"]
    assert list(fields)[:5] == ["image", "tier", "gpu_types", "usd_per_hour", "max_usd"]
    assert [field["position"] for field in fields.values()] == [*range(len(fields))]
    assert fields["tier"]["enum"] == ["secure", "community", "cpu"]
    assert fields["tier"]["description"].startswith("secure: ")
    assert fields["usd_per_hour"]["type"] == "number"
    assert "default" not in fields["usd_per_hour"]  # null would make two fields of it
