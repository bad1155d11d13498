"""The flow that writes a finished job's files under names for people."""

import pytest

from flows.export_job import export_job
from flows.prepare_geometry import prepare_geometry
from media.export import ExportJob
from media.job import GeometryJob
from media.manifest import Result
from tests.fakes.sources_only import SourcesOnly


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory):
    """One store for this module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RENDERMILL_STORE", str(tmp_path_factory.mktemp("exports") / "store"))
        yield


@pytest.fixture(scope="module")
def finished(bearing_step) -> Result:
    """The geometry of the bearing, as a finished job."""
    return prepare_geometry(GeometryJob(source=str(bearing_step), detail="coarse"))


def test_whoever_may_only_read_may_export(finished, tmp_path, monkeypatch):
    monkeypatch.setattr("blocks.stores.FolderStore", SourcesOnly)

    export_job(ExportJob(result=finished.job, folder=str(tmp_path / "out")))

    assert len(list((tmp_path / "out").iterdir())) == 2


def test_files_are_written_and_shown_on_the_runs_page(finished, tmp_path, seen):
    job = ExportJob(result=finished.manifest, folder=str(tmp_path / "out"))

    state = export_job(job, return_state=True)

    assert state.result() == finished.model_copy(update={"found": True})
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["bearing.glb", "bearing.usdc"]
    assert set(seen.task_runs(state.state_details.flow_run_id, 1)) == {"write_outputs"}
    (artifact,) = seen.artifacts(state.state_details.flow_run_id)
    assert f"- `{tmp_path / 'out' / 'bearing.glb'}`" in artifact.data
