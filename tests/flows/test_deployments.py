"""The deployments that people call: their pool, their queues, and the form that Prefect makes of a job."""

import contextlib
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectNotFound
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools.validation import validate

from flows.render_still import render_still
from flows.render_turntable import render_turntable
from infra.work_pools import docker
from infra.work_pools.local import POOL, QUEUES, make_local_pool
from media.job import RenderJob, StillJob, TurntableJob
from tasks.dispatch import CONTROL
from tests.conftest import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
FORMS = {"StillJob": render_still, "TurntableJob": render_turntable}


def schema_of(form: str) -> dict[str, Any]:
    return parameter_schema(FORMS[form]).model_dump_for_openapi()


def fields_of(form: str) -> dict[str, dict[str, Any]]:
    return schema_of(form)["definitions"][form]["properties"]


@pytest.fixture
def client() -> Iterator[SyncPrefectClient]:
    """A client of the tests' server, without the pool."""
    with get_client(sync_client=True) as connected:
        with contextlib.suppress(ObjectNotFound):
            connected.delete_work_pool(POOL)
        yield connected


def queues_of(client: SyncPrefectClient) -> dict[str, tuple[int | None, int | None]]:
    queues = (client.read_work_queue_by_name(one.name, work_pool_name=POOL) for one in QUEUES)
    return {queue.name: (queue.concurrency_limit, queue.priority) for queue in queues}


def test_pool_has_a_queue_for_planning_and_one_each_for_small_and_large_pictures(client):
    make_local_pool(client)

    assert queues_of(client) == {"control": (20, 1), "light": (2, 2), "heavy": (1, 3)}


def test_pool_that_was_made_without_limits_gets_them_and_a_limit_that_somebody_set_stays(client):
    client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
    client.create_work_queue("light", work_pool_name=POOL)
    client.create_work_queue("heavy", work_pool_name=POOL, concurrency_limit=3)

    make_local_pool(client)

    limits = {name: limit for name, (limit, _) in queues_of(client).items()}
    assert limits == {"control": 20, "light": 2, "heavy": 3}


def deployments(name: str) -> list[dict[str, Any]]:
    return [
        one
        for one in yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
        if one["name"] == name
    ]


def test_what_people_call_starts_on_control():
    local = deployments("local")

    assert {one["entrypoint"].partition("/")[0] for one in local} == {"flows"}
    assert {(one["work_pool"]["name"], one["work_pool"]["work_queue_name"]) for one in local} == {
        (POOL, "control")
    }


@pytest.mark.parametrize(("name", "pool"), [("docker", "docker"), ("runpod", "{{ $RENDERMILL_POOL }}")])
def test_flows_that_work_have_a_deployment_in_each_place(name, pool):
    there = deployments(name)

    assert {one["entrypoint"] for one in there} == {
        one["entrypoint"]
        for one in deployments("local")
        if not {"export", "machines", "older", "orders", "store"} & {*one["tags"]}
    }
    assert {one["work_pool"]["name"] for one in there} == {pool}
    assert CONTROL not in {one["work_pool"]["work_queue_name"] for one in there}  # they do their own work


@pytest.mark.parametrize("name", ["docker", "runpod"])
def test_image_is_named_by_what_a_step_returned_and_by_no_tag(name):
    for one in deployments(name):
        step = one["work_pool"]["job_variables"]["image"].strip("{} ").removesuffix(".image")
        ids = [options["id"] for made in [*one["build"], *one["push"]] for options in made.values()]
        assert step == ids[-1]


def test_local_deployments_need_no_engine_and_say_no_version():
    assert not [one for one in deployments("local") if {"build", "push", "pull", "version"} & one.keys()]


@pytest.mark.parametrize("target", ["deploy-docker", "deploy-runpod"])
def test_makefile_says_every_variable_that_prefect_yaml_asks_for(target):
    asked = set(re.findall(r"\$(RENDERMILL_[A-Z_]+)", (ROOT / "prefect.yaml").read_text()))
    said = re.findall(rf"^[a-z -]*\b{target}\b[a-z -]*: export (RENDERMILL_[A-Z_]+)", MAKEFILE, re.MULTILINE)

    assert asked - set(said) == {"RENDERMILL_VERSION"}
    assert "VERSION = RENDERMILL_VERSION=" in MAKEFILE


def test_containers_are_bounded_removed_and_given_the_store_by_name(client):
    with contextlib.suppress(ObjectNotFound):
        client.delete_work_pool(docker.POOL)

    made, again = docker.make_docker_pool(client), docker.make_docker_pool(client)

    pool = client.read_work_pool(docker.POOL)
    variables = pool.base_job_template["variables"]["properties"]
    assert (made, again, pool.type) == (True, False, "docker")
    assert variables["auto_remove"]["default"] is True
    assert variables["mem_limit"]["default"] == variables["memswap_limit"]["default"] == "8g"
    assert variables["env"]["default"] == {
        "RENDERMILL_STORE": "block:default",
        "PREFECT_HOME": "/tmp/prefect",  # noqa: S108 - the container's
    }
    assert variables["container_create_kwargs"]["default"]["cap_drop"] == ["ALL"]
    assert not variables["privileged"]["default"]


def test_folder_of_a_store_is_mounted_where_it_is_and_stays_its_owners(tmp_path):
    variables = docker.template(tmp_path)["variables"]["properties"]

    assert variables["volumes"]["default"] == [f"{tmp_path}:{tmp_path}"]
    assert variables["container_create_kwargs"]["default"]["user"] == f"{os.getuid()}:{os.getgid()}"


@pytest.mark.parametrize("form", FORMS)
def test_form_asks_for_the_source_first_and_says_what_each_field_is(form):
    fields = fields_of(form)

    assert [name for name, field in fields.items() if field["position"] < 4] == [
        "source",
        "profile",
        "width",
        "height",
    ]
    assert sorted(field["position"] for field in fields.values()) == list(range(len(fields)))
    assert all(field["description"].endswith(".") for field in fields.values())


@pytest.mark.parametrize("form", FORMS)
def test_only_a_frame_rate_makes_people_choose_a_type(form):
    assert [name for name, field in fields_of(form).items() if "anyOf" in field] == (
        ["fps"] if form == "TurntableJob" else []
    )


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"samples": None, "base": None},
        {"profile": "thumbnail"},
        {"fps": 24},
        {"fps": 23.976},
        {"fps": "24000/1001"},
        {"materials": [{"parts": "ball*", "color": "#d02020"}]},
        {"materials": [{"parts": "ball*", "color": "#d02020", "metallic": None, "roughness": 0.2}]},
        TurntableJob(source="part.step").model_dump(mode="json"),
    ],
)
def test_prefect_takes_what_the_job_takes(said):
    assert validate({"job": {"source": "part.step"} | said}, schema_of("TurntableJob")) == []


@pytest.mark.parametrize(
    "said",
    [
        {"frames": 0},
        {"samples": 0},
        {"width": 20_000},
        {"profile": "poster"},
        {"frmes": 3},
        {"materials": [{"parts": "ball*", "color": "red"}]},
    ],
)
def test_prefect_refuses_before_a_run_is_made_what_the_job_refuses(said):
    job = {"job": {"source": "part.step"} | said}

    assert validate(job, schema_of("TurntableJob"), raise_on_error=False)


@pytest.mark.parametrize("model", [StillJob, TurntableJob])
def test_thumbnail_is_one_although_a_form_says_every_default(model: type[RenderJob]):
    every_default = model(source="part.step").model_dump(mode="json")

    job = model.model_validate(every_default | {"profile": "thumbnail"})

    assert (job.width, job.height, job.samples) == (256, 256, 32)
