"""Queues and cancelling, on a server with a process worker: what people call plans, and sends the work on."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from prefect.client.schemas.objects import FlowRun

from tests.flows.served import PREFECT, Served, eventually, serving
from tests.processes import is_alive

DONE = {"Completed", "Failed", "Crashed", "Cancelled"}
CANCELLED_WITHIN_S = 10.0
ENDLESS = {"frames": 5000, "samples": 1, "denoise": False, "detail": "coarse"}


pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    """Server, pool, deployments and worker."""
    folder = tmp_path_factory.mktemp("served")
    with serving(folder, RENDERMILL_EXPORTS=str(folder / "exports")) as made:
        yield made


class Busy(NamedTuple):
    """What was seen when a thumbnail was asked for while heavy was full."""

    thumbnail: FlowRun
    code: int
    heavy: tuple[FlowRun, FlowRun]
    heavy_states: tuple[str, str]


@pytest.fixture(scope="module")
def thumbnail(bearing_step) -> dict[str, object]:
    """A small job."""
    return {"source": str(bearing_step), "profile": "thumbnail", "samples": 2, "detail": "coarse"}


@pytest.fixture(scope="module")
def busy(served, bearing_step, thumbnail) -> Busy:
    """Two turntables too large for light, one rendering and one waiting for it; then the thumbnail.

    Their backdrop is another one: who wants a scene that a stopped Blender is preparing waits for that.
    """
    large = {**ENDLESS, "source": str(bearing_step), "width": 1040, "height": 16, "background": "#334455"}
    controls = [served.submit("render-turntable/local", **large, elevation=angle) for angle in (10, 20)]
    sent = [eventually(lambda run=run: served.sent_on(run), f"{run.name} sent on")[0] for run in controls]
    eventually(lambda: any(map(served.blenders, sent)), "a render on heavy")
    rendering, waiting = sorted(sent, key=served.blenders, reverse=True)
    blenders = served.blenders(rendering)
    try:
        for pid in blenders:
            os.kill(pid, signal.SIGSTOP)  # it keeps its slot, and leaves the processor to the thumbnail
        run, code = served.watch("render-still/local", **thumbnail)
        return Busy(run, code, (rendering, waiting), (served.state(rendering), served.state(waiting)))
    finally:
        for pid in blenders:
            os.kill(pid, signal.SIGCONT)
        for heavy in (waiting, rendering):
            served.cancel(heavy)
        for heavy in (waiting, rendering):
            eventually(lambda heavy=heavy: served.state(heavy) in DONE, f"the end of {heavy.name}")


def test_thumbnail_finishes_while_heavy_is_full(busy):
    assert (busy.code, busy.thumbnail.state.name) == (0, "Completed")
    assert busy.heavy_states in {("Running", "Scheduled"), ("Running", "Late")}
    assert {run.work_queue_name for run in busy.heavy} == {"heavy"}


def test_run_on_control_plans_and_the_run_on_light_does_the_work(served, busy):
    (render,) = served.sent_on(busy.thumbnail)
    assert (busy.thumbnail.work_queue_name, render.work_queue_name) == ("control", "light")
    assert served.task_runs(busy.thumbnail) == {"download_model", "find_manifest"}
    assert served.task_runs(render) == {
        "download_model",
        "find_manifest",
        "prepare_geometry",
        "prepare_scene",
        "render_frames",
        "encode_still",
        "make_previews",
        "publish_manifest",
    }


def test_page_of_the_run_on_control_shows_what_came_of_it(served, busy):
    kinds = {key.rpartition("-")[0] for key in served.artifacts(busy.thumbnail)}
    assert kinds == {"poster", "result", "files", "proof"}


@pytest.mark.usefixtures("busy")
def test_same_job_again_is_found_on_control_and_sent_nowhere(served, thumbnail):
    run, code = served.watch("render-still/local", **thumbnail)

    assert (code, run.state.name, served.sent_on(run)) == (0, "Completed", [])


def test_deployed_export_writes_below_the_folder_of_exports_and_nowhere_else(served, busy, tmp_path):
    store = Path(served.env["RENDERMILL_STORE"])
    finished = [path.parent.name for path in store.glob("manifests/*/*/manifest.json")]

    written, _ = served.watch("export-job/local", result=finished[0], folder="thumbnail")
    refused, _ = served.watch("export-job/local", result=finished[0], folder=str(tmp_path / "home"))

    assert (busy.code, written.state.name, refused.state.name) == (0, "Completed", "Failed")
    assert (Path(served.env["RENDERMILL_EXPORTS"]) / "thumbnail" / "bearing-still.png").is_file()
    assert "expected a folder below" in refused.state.message
    assert not (tmp_path / "home").exists()


def test_file_of_no_known_kind_fails_the_run_with_a_sentence(served, tmp_path):
    letter = tmp_path / "letter.step"
    letter.write_text("a letter, not a part")

    run, code = served.watch("render-still/local", source=str(letter))

    assert (code, run.state.name) == (1, "Failed")
    assert (
        "BadInput: letter.step: expected a STEP, IGES, STL, OBJ, PLY, GLB, glTF, USD or Blender file"
        in run.state.message
    )
    assert served.sent_on(run) == []


def test_schedule_puts_runs_on_control(served):
    name = "prepare-geometry/local"
    made = served.command(PREFECT, "deployment", "schedule", "create", name, "--cron", "0 2 * * *")
    assert made.returncode == 0, made.stderr

    runs = eventually(lambda: served.runs_of(name), "the runs of the nights to come")

    assert {(run.work_queue_name, run.auto_scheduled) for run in runs} == {("control", True)}


@pytest.mark.long
def test_damaged_file_fails_both_runs_with_the_same_sentence(served, bearing_step, tmp_path):
    damaged = tmp_path / "cut.step"
    damaged.write_bytes(bearing_step.read_bytes()[:60_000])

    run, code = served.watch("render-still/local", source=str(damaged), width=64, height=64)

    (render,) = served.sent_on(run)
    assert (code, run.state.name, render.state.name) == (1, "Failed", "Failed")
    assert "BadInput: cut.step: expected a STEP file that ends with" in run.state.message
    assert render.state.message in run.state.message


@pytest.mark.parametrize("pressed_on", ["the render", pytest.param("control", marks=pytest.mark.long)])
def test_cancelled_run_ends_its_blender_and_leaves_no_folder(served, bearing_step, pressed_on):
    angle = 30 if pressed_on == "control" else 40
    small = {**ENDLESS, "source": str(bearing_step), "width": 128, "height": 128, "elevation": angle}
    control = served.submit("render-turntable/local", **small)
    (render,) = eventually(lambda: served.sent_on(control), "the run sent on")
    blenders = eventually(lambda: served.blenders(render), "its Blender")

    served.cancel(control if pressed_on == "control" else render)

    within = CANCELLED_WITHIN_S * (
        2 if pressed_on == "control" else 1
    )  # the server has to find the render first
    eventually(lambda: not any(map(is_alive, blenders)), "the end of Blender", within)
    for run in (control, render):
        eventually(lambda run=run: served.state(run) in DONE, f"the end of {run.name}")
        assert served.state(run) == "Cancelled"
    assert served.abandoned() == []


def test_catalogue_is_planned_on_control_and_rendered_on_light_and_the_next_run_finds_it(
    served, bearing_step, tmp_path
):
    tiny = {"width": 32, "height": 32, "samples": 1, "detail": "coarse"}
    lines = [
        {"product": "A", "source": str(bearing_step), "outputs": ["tiny", "turned"]},
        {"product": "B", "source": str(tmp_path / "missing.step"), "outputs": ["tiny"]},
    ]
    orders = tmp_path / "orders.json"
    types = {"tiny": tiny, "turned": {**tiny, "azimuth": 90}}
    orders.write_text(json.dumps({"outputs": types, "products": lines}))

    first, code = served.watch("render-catalogue/local", orders=str(orders))
    again, _ = served.watch("render-catalogue/local", orders=str(orders))

    assert (code, first.state.name, first.work_queue_name) == (0, "Completed", "control")
    assert [(run.name[:16], run.work_queue_name) for run in served.sent_on(first)] == [
        ("render-pictures-", "light")
    ]
    assert served.sent_on(again) == []
    assert {"catalogue", "gallery", "pictures"} <= {key.partition("-")[0] for key in served.artifacts(first)}
