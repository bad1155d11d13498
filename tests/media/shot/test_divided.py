"""A picture by parts of its samples: each rendered once, whatever ends, is lost or damaged, then made one."""

import io
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from media.blender_events import Started
from media.errors import Preempted
from media.frame_feed import FrameFeed
from media.frames import Frame, find_frame
from media.proof import find_proofs
from media.psnr import psnr_db
from media.shot.job import FrameJob
from media.shot.plan import ShotPlan, plan_shot
from media.shot.prepare import prepare_shot
from media.shot.rendering import render_shot
from media.shot.samples import is_committed, parts_of
from media.source import download_model
from media.store import FolderStore
from media.tools import Tools
from tests.conftest import ROOT

STAGE = ROOT / "tests" / "blender_scripts" / "divided_stage.py"
PARTS = 3


@dataclass
class Studio:
    """A scene, and a store in which some of its pictures lie."""

    tools: Tools
    blend: Path

    def plan(self, **fields: object) -> ShotPlan:
        asked = {"source": str(self.blend), "blend": "cleaned", "split": PARTS, "denoise": "on", **fields}
        job = FrameJob.model_validate(asked)
        source = download_model(job.source, self.tools.store)
        return plan_shot(job, source, prepare_shot(source, self.tools, trusted=False), self.tools.blender)

    def rendered(self, plan: ShotPlan, hears: Callable[[int], None] = lambda _: None) -> tuple[Frame, int]:
        """Render a plan; returns its frame, and how many renders began for it."""
        began = 0

        def report(event: object) -> None:
            nonlocal began
            if isinstance(event, Started):
                began += 1
                hears(began)

        (frame,) = render_shot(plan, self.tools, FrameFeed(), report)
        return frame, began

    def path(self, key: str) -> Path:
        """Return where the folder store keeps an object."""
        return Path(self.tools.store.uri(key).removeprefix("file://"))


@pytest.fixture(scope="module")
def blend(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("stage")
    subprocess.run([sys.executable, str(STAGE), str(folder), "plain"], check=True, capture_output=True)
    return folder / "plain.blend"


@pytest.fixture(scope="module")
def begun(blend, tmp_path_factory) -> tuple[Studio, int]:
    """A picture whose run was taken away when the second of three parts began, and how many were there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RENDERMILL_STORE", str(tmp_path_factory.mktemp("store")))
        from blocks.tools import open_tools  # noqa: PLC0415 - reads the variable just set

        studio = Studio(open_tools(), blend)

    def end(began: int) -> None:
        if began > 1:
            raise Preempted("the machine was taken away")

    plan = studio.plan()
    with pytest.raises(Preempted):
        studio.rendered(plan, end)
    return studio, sum(is_committed(part, studio.tools.store) for part in parts_of(plan))


@pytest.fixture(scope="module")
def studio(begun) -> tuple[Studio, Frame, int]:
    """The picture once it was gone on with, and how many renders began for that."""
    studio, _ = begun
    return studio, *studio.rendered(studio.plan())


def test_part_that_was_rendered_before_the_run_ended_is_not_rendered_again(begun, studio):
    _, there = begun
    _, frame, began = studio

    assert (there, began) == (1, PARTS - 1)
    assert frame.device.type
    assert not frame.found


def test_proofs_of_all_parts_lie_beside_the_picture(studio):
    made, _, _ = studio
    plan = made.plan()

    proofs = find_proofs(plan.render, plan.numbers, made.tools.store)

    assert len(proofs) == PARTS
    assert sum(proof.samples_done for proof in proofs) == sum(one.count for one in plan.subsets)


def test_divided_picture_is_the_one_that_is_rendered_whole(studio):
    made, frame, _ = studio
    whole, _ = made.rendered(made.plan(split=1))

    one, other = (made.tools.store.get(key) for key in (frame.key, whole.key))
    assert frame.key != whole.key
    assert psnr_db(one, other) > 60
    assert np.ptp(np.asarray(Image.open(io.BytesIO(one)))) > 100


def test_other_format_and_other_number_of_runs_render_no_part_again(studio):
    made, frame, _ = studio

    light, began = made.rendered(made.plan(format="exr", depth="32"))
    again, none = made.rendered(made.plan(split=2))

    assert (began, none) == (0, 0)
    assert light.display
    assert (again.key, again.found) == (frame.key, True)


def test_damaged_part_is_withdrawn_and_rendered_again_and_so_is_a_lost_one(studio, tmp_path):
    made, frame, _ = studio
    shutil.copytree(made.path(frame.key).parents[3], tmp_path / "copy")
    copy = Studio(Tools(FolderStore(tmp_path / "copy"), made.tools.blender, made.tools.ffmpeg), made.blend)
    plan = copy.plan()
    damaged, lost, whole = parts_of(plan)
    for part in (damaged, lost):
        key = find_frame(plan.numbers[0], part, copy.tools.store).key
        data = bytearray(copy.path(key).read_bytes())
        data[len(data) // 2] ^= 1
        copy.path(key).unlink()
        if part is damaged:
            copy.path(key).write_bytes(bytes(data))
    copy.path(frame.key).unlink()

    again, began = copy.rendered(plan)

    assert began == 2
    assert psnr_db(copy.tools.store.get(again.key), made.tools.store.get(frame.key)) > 60
    assert is_committed(whole, copy.tools.store)
