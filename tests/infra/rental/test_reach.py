"""What is refused before anything is rented."""

import pytest

from infra.rental.errors import OrderRefused
from infra.rental.reach import refuse_folder_store, refuse_local_source, refuse_private_api, refuse_secrets

AUTH = {"PREFECT_API_AUTH_STRING": "prefect-auth"}


@pytest.mark.parametrize(
    "source",
    ["store:" + "0" * 64 + "/part.step", "s3://bucket/part.step", "https://example.com/part.step"],
)
def test_a_source_that_every_machine_reaches_is_taken(source):
    refuse_local_source({"job": {"source": source}})


@pytest.mark.parametrize(
    "source", ["part.step", "/parts/part.step", "file:///parts/part.step", " ~/part.step"]
)
def test_a_local_source_is_refused_with_what_to_do(source):
    with pytest.raises(OrderRefused, match="make put"):
        refuse_local_source({"job": {"source": source}})


@pytest.mark.parametrize("parameters", [{}, {"job": None}, {"job": {"source": 3}}, {"name": "x"}])
def test_a_flow_of_somebody_elses_is_let_through(parameters):
    refuse_local_source(parameters)


@pytest.mark.parametrize("store", ["s3://bucket", "s3://bucket/prefix", "block:store"])
def test_a_store_that_outlives_the_machine_is_taken(store):
    refuse_folder_store({"RENDERMILL_STORE": store})


@pytest.mark.parametrize("env", [{}, {"RENDERMILL_STORE": ""}, {"RENDERMILL_STORE": "/data/store"}])
def test_a_folder_store_is_refused(env):
    with pytest.raises(OrderRefused, match="RENDERMILL_STORE"):
        refuse_folder_store(env)


@pytest.mark.parametrize("url", ["https://prefect.example.com/api", "https://8.8.8.8/api"])
def test_a_public_server_with_an_auth_string_is_taken(url):
    refuse_private_api({"PREFECT_API_URL": url}, AUTH)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://127.0.0.1:4200/api",
        "http://localhost:4200/api",
        "https://[::1]/api",
        "https://10.1.2.3/api",
        "https://192.168.0.5/api",
        "https://100.64.1.1/api",
        "https://prefect/api",
        "https://prefect.local/api",
    ],
)
def test_a_server_that_only_this_network_reaches_is_refused(url):
    with pytest.raises(OrderRefused, match="PREFECT_API_URL"):
        refuse_private_api({"PREFECT_API_URL": url}, AUTH)


def test_a_server_without_tls_is_refused():
    with pytest.raises(OrderRefused, match="https://"):
        refuse_private_api({"PREFECT_API_URL": "http://prefect.example.com/api"}, AUTH)


def test_a_server_without_an_auth_string_is_refused():
    with pytest.raises(OrderRefused, match="open to everybody"):
        refuse_private_api({"PREFECT_API_URL": "https://prefect.example.com/api"}, {})


@pytest.mark.parametrize(
    "name",
    [
        "PREFECT_API_KEY",
        "PREFECT_API_AUTH_STRING",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "DB_PASSWORD",
        "MINIO_SECRET_KEY",
        "SSH_PRIVATE_KEY",
        "PGPASS",
        "database_url",
    ],
)
def test_a_secret_in_clear_is_refused_without_being_repeated(name):
    with pytest.raises(OrderRefused, match=name) as refused:
        refuse_secrets({name: "fake-and-secret"})
    assert "fake-and-secret" not in str(refused.value)


def test_what_is_no_secret_may_stand_in_the_environment():
    refuse_secrets({"RENDERMILL_STORE": "s3://bucket", "PREFECT_API_URL": "https://x", "PREFECT_API_KEY": ""})


def test_an_address_with_a_password_is_refused_without_being_repeated():
    with pytest.raises(OrderRefused, match="PREFECT_API_URL") as refused:
        refuse_secrets({"PREFECT_API_URL": "https://user:fake-and-secret@prefect.example.com/api"})
    assert "fake-and-secret" not in str(refused.value)
