"""A shot that is planned on control is rendered in chunks on rented machines, one of which is lost."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.client.schemas.objects import FlowRun

from infra.rental.ledger import MANIFEST, Outcome
from tests.fakes.s3 import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from tests.flows.served import PREFECT, ROOT, eventually, process, sent_by
from tests.rental.farm import POOL, Bucket, Farm, deploy, farm

FRAMES, CHUNK = 12, 6
SHOT = {"blend": "cleaned", "width": 64, "height": 36, "samples": 1, "denoise": "off"}
LOST = ("", "frame.after_put:2")
"""The pilot's machine is left alone; that of the chunk after it is lost once it has stored two frames."""
WITHIN_S = 900.0

pytestmark = [pytest.mark.timeout(1200), pytest.mark.long]


@dataclass(frozen=True)
class Rendered:
    """A shot that is finished.

    Attributes:
        farm: Where it was rendered.
        bucket: Where it lies.
        control: Its run.
        chunks: The runs that rendered.
    """

    farm: Farm
    bucket: Bucket
    control: FlowRun
    chunks: list[FlowRun]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory) -> Iterator[Rendered]:
    """The example shot, which is a file on control and nowhere else, rendered as the page orders it."""
    folder = tmp_path_factory.mktemp("farm")
    argv = [sys.executable, ROOT / "examples" / "shot.py", folder, "--frames", str(FRAMES)]
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    with farm(folder) as (made, bucket):
        key = {"AWS_ACCESS_KEY_ID": ACCESS_KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY}
        env = made.env | bucket.variables | key
        made_pool = [sys.executable, "-m", "infra.work_pools.local"]
        subprocess.run(made_pool, cwd=ROOT, env=env, check=True, capture_output=True)
        deploy(made, "flows/render_frames.py:render_frames", "runpod", {"name": POOL})
        control = {"name": "local", "work_queue_name": "control"}
        deploy(made, "flows/render_animation.py:render_animation", "local", control)
        made.dooms.in_order = [*LOST]
        made.start_worker()
        with process([PREFECT, "worker", "start", "--pool", "local"], env, folder / "control.log"):
            run = made.until(_order(made, folder / "shot.zip"), "COMPLETED", WITHIN_S)
            chunks = sent_by(made.client, run)
            for chunk in chunks:
                eventually(lambda chunk=chunk: not made.history(chunk).unsettled, "its ledger is closed")
            yield Rendered(made, bucket, run, chunks)


def test_video_has_every_frame_though_a_machine_was_lost_and_none_is_stored_twice(rendered, tmp_path):
    (manifest,) = rendered.bucket.manifests()
    puts = rendered.bucket.puts_of_frames()

    rendered.bucket.assert_whole(manifest, FRAMES, tmp_path)
    assert [puts[key, True] for key in rendered.bucket.frames()] == [1] * FRAMES
    assert FRAMES <= rendered.farm.rendered() <= FRAMES + 2
    assert sum(rendered.farm.dooms.happened().values()) == 1


def test_chunks_are_runs_on_rented_machines_that_say_where_their_work_lies(rendered):
    made = rendered.farm
    ended = [[one.outcome for one in made.history(chunk).rentals] for chunk in rendered.chunks]

    assert {(run.work_pool_name, run.state.name) for run in rendered.chunks} == {(POOL, "Completed")}
    assert sorted(ended, key=len) == [[Outcome.DONE], [Outcome.DONE], [Outcome.LOST, Outcome.DONE]]
    assert all(MANIFEST in made.client.read_flow_run(run.id).labels for run in rendered.chunks)
    made.no_machine_is_left()


def test_manifest_and_page_tell_what_all_machines_cost_the_lost_one_included(rendered):
    (manifest,) = rendered.bucket.manifests()
    cost = manifest.record.cost
    billed = sum(rendered.farm.cloud.bill().values())

    assert cost is not None
    assert len(cost.machines) == len(rendered.chunks) + 1
    assert Decimal(0) < cost.usd <= Decimal(str(billed)) * Decimal("1.1")
    assert cost.usd == sum(machine.usd for machine in cost.machines)
    assert cost.usd_per_frame == pytest.approx(cost.usd / FRAMES, abs=Decimal("0.000001"))
    page = _page_of(rendered)
    assert f"Cost ${cost.usd:.4f}, ${cost.usd_per_frame:.4f} a frame: " in page["files"]
    assert "Cost of that: about $" in page["forecast"]
    assert len(json.loads(page["proof"])) >= len(rendered.chunks)


def _order(made: Farm, source: Path) -> FlowRun:
    planned = made.client.read_deployment_by_name("render-animation/local")
    job = SHOT | {"source": str(source), "chunk": CHUNK, "deployment": "runpod"}
    return made.client.create_flow_run_from_deployment(planned.id, parameters={"job": job})


def _page_of(rendered: Rendered) -> dict[str, str]:
    """Return what the run's page shows, by the first word of its key."""
    ids = ArtifactFilterFlowRunId(any_=[rendered.control.id])
    shown = rendered.farm.client.read_artifacts(artifact_filter=ArtifactFilter(flow_run_id=ids))
    return {(one.key or "").partition("-")[0]: str(one.data) for one in shown}
