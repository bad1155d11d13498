"""Whatever becomes of one batch, the catalogue goes on, and is published; a dry run tells what will fail."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import PrefectHTTPStatusError

import tasks.batches
import tasks.sending
from blocks.tools import open_tools
from flows.render_catalogue import render_catalogue
from infra.rental.ledger import Rental, label_of
from infra.rental.machine import Offer
from media.catalogue import rendering
from media.catalogue.job import CatalogueJob, PicturesJob
from media.errors import Retry, ToolFailed
from media.manifest import Role, find_manifest
from tasks.renderers import Renderers, seconds_of
from tests.media.catalogue.conftest import HEAD

TILE = {"width": 32, "height": 32, "samples": 1}


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch) -> Path:
    """An empty store."""
    monkeypatch.setenv("RENDERMILL_STORE", str(tmp_path / "store"))
    return tmp_path / "store"


@pytest.fixture
def job(tmp_path) -> Callable[..., CatalogueJob]:
    """Make a request for the products of some files that nobody can open."""

    def of(products: int, **fields: object) -> CatalogueJob:
        lines = []
        for number in range(products):
            source = tmp_path / f"P{number}.step"
            source.write_text(HEAD.format(number))
            lines.append({"product": f"P{number}", "source": source.name, "outputs": ["tile"]})
        orders = tmp_path / "orders.json"
        orders.write_text(json.dumps({"outputs": {"tile": TILE}, "products": lines}))
        return CatalogueJob.model_validate({"orders": str(orders), **fields})

    return of


def published(role: Role) -> Any:  # noqa: ANN401 - JSON
    """Return what a run has published under a role, whatever became of it."""
    store = open_tools().store
    (key,) = (stat.key for stat in store.list("manifests/"))
    manifest = find_manifest(key.split("/")[2], store)
    assert manifest
    return json.loads(store.get(manifest.output(role).asset.key))


def test_deployment_that_does_not_exist_is_refused_in_a_sentence_before_anything_is_staged(store, job):
    state = render_catalogue(job(1, deployment="nosuch"), return_state=True)

    assert state.is_failed()
    assert "BadInput: deployment nosuch: expected one of render-pictures on this server" in state.message
    assert not store.exists() or not list(store.glob("sources/*"))


def test_batch_that_the_server_refuses_leaves_the_catalogue_to_be_published(job, monkeypatch):
    def refuse(*_: object) -> None:
        raise PrefectHTTPStatusError(
            "422: parameters must be less than 524,288 bytes", request=None, response=None
        )

    monkeypatch.setattr(tasks.sending, "find_renderers", lambda *_: Renderers("local"))
    monkeypatch.setattr(tasks.batches, "run_elsewhere", refuse)

    state = render_catalogue(job(2), return_state=True)

    assert state.is_failed()
    assert "expected a picture at least, all 2 failed; the first: P0: " in state.message
    reasons = [one["reason"] for one in published("index")["problems"]]
    assert len(reasons) == 2
    assert all("422: parameters must be less" in reason for reason in reasons)


def test_batch_that_fails_here_leaves_the_catalogue_to_be_published(job, monkeypatch):
    def fail(asked: PicturesJob, *_: object) -> None:
        raise ToolFailed(f"a batch of {len(asked.pictures)} broke")

    monkeypatch.setattr(ToolFailed, "retry", Retry())
    monkeypatch.setattr(rendering, "render_pictures", fail)

    state = render_catalogue(job(2), return_state=True)

    assert state.is_failed()
    reasons = [one["reason"] for one in published("index")["problems"]]
    assert reasons == ["tile: ToolFailed: a batch of 2 broke"] * 2


def test_run_lasted_as_long_as_it_ran_or_as_what_was_rented_for_it():
    ordered = datetime(2026, 1, 1, tzinfo=UTC)
    ended = ordered + timedelta(seconds=400)
    offer = Offer(kind="a GPU", usd_per_hour=Decimal(1))
    rental = Rental(number=1, offer=offer, ordered=ordered, ended=ended, machine_id="m")
    ran = FlowRun(flow_id=uuid4(), total_run_time=timedelta(seconds=60))
    rented = ran.model_copy(update={"labels": label_of(rental)})

    assert (seconds_of(ran), seconds_of(rented)) == (60, 400)


def test_dry_run_tells_of_each_line_that_will_fail_why(job):
    asked = job(1)
    orders = json.loads(Path(asked.orders).read_text())
    orders["products"] += [
        {"product": "copy", "source": "P0.step", "outputs": ["tile"]},
        {"product": "gone", "source": "gone.step", "outputs": ["tile"]},
        {"product": "odd", "source": "P0.step", "outputs": ["nonesuch"]},
    ]
    Path(asked.orders).write_text(json.dumps(orders))

    render_catalogue(asked.model_copy(update={"dry_run": True}))

    rows = published("forecast")
    assert [(row["product"], row["state"]) for row in rows] == [
        ("P0", "cannot"),
        ("copy", "cannot"),
        ("odd", "cannot"),
        ("gone", "cannot"),
    ]
    assert rows[0]["reason"].startswith("BadInput: P0.step: ")
    assert "output type nonesuch" in rows[2]["reason"]
    assert "gone.step" in rows[3]["reason"]
