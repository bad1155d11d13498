"""A huge picture on a server: its samples are rendered by several runs, and made one by another."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.served import Served, serving
from tests.media.shot.test_divided import STAGE

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as made:
        yield made


@pytest.fixture(scope="module")
def blend(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("stage")
    subprocess.run([sys.executable, str(STAGE), str(folder), "plain"], check=True, capture_output=True)
    return folder / "plain.blend"


def test_samples_of_one_picture_are_rendered_by_runs_of_their_own_and_made_one(served, blend):
    job = {"source": str(blend), "blend": "cleaned", "split": 2, "width": 48, "height": 48}

    run, code = served.watch("render-frame/local", **job)

    sent = {one.name.partition("-")[0]: one for one in served.sent_on(run)}
    names = sorted(one.name[:14] for one in served.sent_on(run) if one.name.startswith("samples"))
    assert (code, run.state.name, run.work_queue_name) == (0, "Completed", "control")
    assert names == ["samples-1-of-2", "samples-2-of-2"]
    assert len(served.sent_on(run)) == len(names) + 1
    assert {one.work_queue_name for one in sent.values()} == {"light"}
    assert served.task_runs(sent["samples"]) == {"download_model", "prepare_shot", "plan_shot", "render_part"}
    (manifest,) = Path(served.env["RENDERMILL_STORE"]).glob("manifests/*/*/manifest.json")
    assert '"split": 2' in manifest.read_text()
