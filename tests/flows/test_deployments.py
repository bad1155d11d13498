"""The deployments that people call: their pool, their queues, and the form that Prefect makes of a job."""

import contextlib
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
from infra.work_pools.local import POOL, QUEUES, make_local_pool
from media.job import RenderJob, StillJob, TurntableJob
from tests.conftest import ROOT

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


def test_what_people_call_starts_on_control():
    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]

    assert {one["entrypoint"].partition("/")[0] for one in deployments} == {"flows"}
    assert {(one["work_pool"]["name"], one["work_pool"]["work_queue_name"]) for one in deployments} == {
        (POOL, "control")
    }


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
        TurntableJob(source="part.step").model_dump(mode="json"),
    ],
)
def test_prefect_takes_what_the_job_takes(said):
    assert validate({"job": {"source": "part.step"} | said}, schema_of("TurntableJob")) == []


@pytest.mark.parametrize(
    "said", [{"frames": 0}, {"samples": 0}, {"width": 20_000}, {"profile": "poster"}, {"frmes": 3}]
)
def test_prefect_refuses_before_a_run_is_made_what_the_job_refuses(said):
    job = {"job": {"source": "part.step"} | said}

    assert validate(job, schema_of("TurntableJob"), raise_on_error=False)


@pytest.mark.parametrize("model", [StillJob, TurntableJob])
def test_thumbnail_is_one_although_a_form_says_every_default(model: type[RenderJob]):
    every_default = model(source="part.step").model_dump(mode="json")

    job = model.model_validate(every_default | {"profile": "thumbnail"})

    assert (job.width, job.height, job.samples) == (256, 256, 32)
