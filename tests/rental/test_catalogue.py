"""A catalogue that is planned on control is rendered on rented machines, and tells what they cost."""

import json
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.client.schemas.objects import FlowRun

from infra.rental.ledger import MANIFEST, Outcome
from tests.fakes.s3 import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from tests.flows.served import PREFECT, ROOT, eventually, process, sent_by
from tests.rental.farm import POOL, Bucket, Farm, deploy, farm

TINY = {"width": 48, "height": 48, "samples": 1, "detail": "coarse"}
WITHIN_S = 600.0

pytestmark = [pytest.mark.timeout(1200), pytest.mark.long]


@pytest.fixture(scope="module")
def renting(tmp_path_factory) -> Iterator[tuple[Farm, Bucket]]:
    """A farm with a worker beside it that plans."""
    folder = tmp_path_factory.mktemp("farm")
    with farm(folder) as (made, bucket):
        key = {"AWS_ACCESS_KEY_ID": ACCESS_KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY}
        env = made.env | bucket.variables | key
        made_pool = [sys.executable, "-m", "infra.work_pools.local"]
        subprocess.run(made_pool, cwd=ROOT, env=env, check=True, capture_output=True)
        deploy(made, "flows/render_pictures.py:render_pictures", "runpod", {"name": POOL})
        control = {"name": "local", "work_queue_name": "control"}
        deploy(made, "flows/render_catalogue.py:render_catalogue", "local", control)
        made.start_worker()
        plans = [PREFECT, "worker", "start", "--pool", "local"]
        with process(plans, env, folder / "control.log"):
            yield made, bucket


def test_catalogue_is_rendered_on_rented_machines_and_its_table_says_what_they_cost(
    renting, bearing_step, tmp_path
):
    made, bucket = renting
    made.dooms.points.clear()
    run = order(made, bearing_step, tmp_path)

    made.until(run, "COMPLETED", WITHIN_S)

    sent = sent_by(made.client, run)
    assert [(one.state.name, one.work_queue_name) for one in sent] == [("Completed", "default")]
    eventually(lambda: not made.history(sent[0]).unsettled, "the ledger is closed")
    rentals = made.history(sent[0]).rentals
    assert [rental.outcome for rental in rentals] == [Outcome.DONE]
    assert MANIFEST in made.client.read_flow_run(sent[0].id).labels
    rows = table_of(made, run)
    assert [row["what became of it"] for row in rows] == ["rendered", "rendered"]
    costs = [Decimal(row["cost"].removeprefix("$")) for row in rows]
    assert all(cost > 0 for cost in costs)
    billed = sum(made.cloud.bill().values())
    assert sum(costs) <= Decimal(str(billed)) * Decimal("1.1")
    assert len(bucket.frames()) == len(rows)
    made.no_machine_is_left()


def order(made: Farm, source: Path, folder: Path) -> FlowRun:
    """Start a catalogue of two pictures as the page does."""
    types = {f"from-{angle}": TINY | {"azimuth": angle} for angle in (10, 20)}
    line = {"product": "A", "source": str(source), "outputs": list(types)}
    orders = folder / "orders.json"
    orders.write_text(json.dumps({"outputs": types, "products": [line]}))
    planned = made.client.read_deployment_by_name("render-catalogue/local")
    job = {"orders": str(orders), "deployment": "runpod"}
    return made.client.create_flow_run_from_deployment(planned.id, parameters={"job": job})


def table_of(made: Farm, run: FlowRun) -> list[dict[str, str]]:
    """Return the table on a catalogue's page."""
    ids = ArtifactFilterFlowRunId(any_=[run.id])
    shown = made.client.read_artifacts(artifact_filter=ArtifactFilter(flow_run_id=ids))
    (table,) = [one.data for one in shown if (one.key or "").startswith("catalogue-")]
    rows: list[dict[str, str]] = json.loads(str(table))
    return rows
