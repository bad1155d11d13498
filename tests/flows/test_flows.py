"""The flows on a real Prefect server, as its users see them."""

import json
import re
import threading

import httpx
import pytest
from prefect.client.schemas.objects import State

from blocks.tools import open_tools
from flows.prepare_geometry import prepare_geometry
from flows.render_still import render_still
from flows.render_turntable import render_turntable
from media.errors import BadInput
from media.job import GeometryJob, StillJob, TurntableJob
from media.manifest import Manifest, Result, find_manifest
from media.tools import Tools
from tests.fakes.flaky_store import FlakyStore

LONG_S = 60.0
TASKS = [
    "download_model",
    "prepare_geometry",
    "prepare_scene",
    "render_frames",
    "encode_video",
    "publish_manifest",
]


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory):
    """One store for this module, so that geometry and scene are made once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RENDERMILL_STORE", str(tmp_path_factory.mktemp("flows") / "store"))
        yield


def turntable(source, **fields) -> TurntableJob:
    small = {"width": 64, "height": 64, "samples": 1, "frames": 2, "detail": "coarse"}
    return TurntableJob.model_validate({"source": str(source), **small, **fields})


def manifest_of(state: State[Result]) -> Manifest:
    manifest = find_manifest(state.result().job, open_tools().store)
    assert manifest
    return manifest


def test_turntable_shows_the_task_runs_of_the_design_and_its_artifacts(bearing_step, seen):
    state = render_turntable(turntable(bearing_step), return_state=True)

    runs = seen.task_runs(state.state_details.flow_run_id, 8)
    assert set(TASKS) <= set(runs)
    assert all(runs[name].state.is_completed() for name in TASKS)
    assert manifest_of(state).output("video")
    artifacts = {
        artifact.key.rpartition("-")[0]: artifact
        for artifact in seen.artifacts(state.state_details.flow_run_id)
    }
    assert set(artifacts) == {"frames", "video", "poster", "contact-sheet", "result", "files", "proof"}
    assert artifacts["frames"].data == artifacts["video"].data == 100.0
    assert re.match(r"!\[bearing-turntable-poster\.webp\]\(data:image/webp;base64,", artifacts["poster"].data)
    assert "2 made, 0 found" in artifacts["result"].data
    (row,) = json.loads(artifacts["proof"].data)
    assert row["frames"] == "1-2"
    assert row["GPU use"]


def test_pattern_that_no_part_matches_is_a_warning_of_the_run(bearing_step, caplog):
    painted = turntable(bearing_step, materials=[{"parts": "ball*", "color": "#ff0000"}])

    state = render_turntable(painted, return_state=True)

    (warning,) = manifest_of(state).record.warnings
    assert "match ball*, found none; the names are Außenring" in warning
    assert f"bearing.step: {warning}" in [record.message for record in caplog.records]


def test_second_run_finds_everything_and_starts_no_child(bearing_step, children, seen):
    render_turntable(turntable(bearing_step))

    with children.counted() as commands:
        state = render_turntable(turntable(bearing_step), return_state=True)

    assert commands == []
    assert state.result().found
    runs = seen.task_runs(state.state_details.flow_run_id, 2)
    assert {name: run.state.name for name, run in runs.items()} == {
        "download_model": "Cached",
        "find_manifest": "Cached",
    }


def test_found_geometry_and_scene_show_as_cached(bearing_step, seen):
    render_turntable(turntable(bearing_step))

    state = render_turntable(turntable(bearing_step, elevation=33, frames=1), return_state=True)

    runs = seen.task_runs(state.state_details.flow_run_id, 8)
    assert {
        name: runs[name].state.name for name in ("prepare_geometry", "prepare_scene", "render_frames")
    } == {
        "prepare_geometry": "Cached",
        "prepare_scene": "Cached",
        "render_frames": "Completed",
    }


def test_store_that_fails_twice_is_one_task_run_with_three_attempts(bearing_step, seen, monkeypatch):
    tools = open_tools()
    flaky = FlakyStore(tools.store, "manifests/", refusals=2)
    monkeypatch.setattr(
        "tasks.manifest.open_tools", lambda: Tools(flaky, tools.blender, tools.ffmpeg, tools.machine)
    )

    state = render_turntable(turntable(bearing_step, elevation=34, frames=1), return_state=True)

    runs = seen.task_runs(state.state_details.flow_run_id, 8)
    assert state.is_completed()
    assert len(flaky.refused) == 2
    assert runs["publish_manifest"].run_count == 3


def test_still_and_geometry_are_flows_of_their_own(bearing_step):
    still = render_still(
        StillJob(
            source=str(bearing_step), detail="coarse", profile="thumbnail", width=64, height=64, samples=1
        ),
        return_state=True,
    )
    geometry = prepare_geometry(GeometryJob(source=str(bearing_step), detail="coarse"), return_state=True)

    assert manifest_of(still).output("still").download_name == "bearing-still.png"
    assert [output.download_name for output in manifest_of(geometry).content.outputs] == [
        "bearing.glb",
        "bearing.usdc",
    ]


def test_bad_file_is_one_failed_task_run_that_was_not_tried_again(tmp_path, seen):
    (tmp_path / "part.step").write_text("a letter, not a part")

    state = render_turntable(turntable(tmp_path / "part.step"), return_state=True)

    runs = seen.task_runs(state.state_details.flow_run_id, 1)
    assert state.is_failed()
    with pytest.raises(BadInput, match=r"part\.step: expected"):
        state.result()
    assert {name: (run.state.name, run.run_count) for name, run in runs.items()} == {
        "download_model": ("Failed", 1)
    }


@pytest.mark.parametrize("wrong", [{"frames": 0}, {"width": 16384, "height": 16384}])
def test_job_beyond_its_limits_is_a_failed_run(bearing_step, wrong):
    job = {"source": str(bearing_step), **wrong}

    state = render_turntable(job, return_state=True)  # type: ignore[arg-type]

    assert state.is_failed()


def test_renderer_that_gives_up_releases_the_encoder(bearing_step, seen):
    state = render_turntable(turntable(bearing_step, elevation=35, require_gpu=True), return_state=True)

    runs = seen.task_runs(state.state_details.flow_run_id, 6)
    assert state.is_failed()
    assert "GPU" in state.message
    assert runs["render_frames"].state.is_failed()
    assert runs["encode_video"].state.is_failed()


@pytest.mark.parametrize("what", ["create", "update"])
def test_server_that_cannot_show_progress_does_not_stop_the_render(bearing_step, monkeypatch, what):
    def refuse(**_: object) -> None:
        raise httpx.ConnectError("the server is being restarted")

    monkeypatch.setattr(f"tasks.progress.{what}_progress_artifact", refuse)
    elevation = {"create": 36, "update": 37}[what]

    state = render_turntable(turntable(bearing_step, elevation=elevation, frames=1), return_state=True)

    assert state.is_completed()


def test_server_that_is_slow_to_show_progress_does_not_hold_up_the_render(bearing_step, monkeypatch):
    rendered, waited_for = threading.Event(), []

    def create(**_: object) -> None:
        if not rendered.wait(LONG_S):
            waited_for.append("its answer")

    monkeypatch.setattr("tasks.progress.LAST_WORD_S", 0.0)
    monkeypatch.setattr("tasks.progress.create_progress_artifact", create)

    state = render_turntable(turntable(bearing_step, elevation=38, frames=1), return_state=True)
    rendered.set()

    assert state.is_completed()
    assert waited_for == []
