"""Blender reports success on a full disk; nothing of what it then leaves is published."""

import json
from pathlib import Path

from media import jobs
from media.frames import committed_frames
from media.job import StillJob
from media.plan import plan
from media.scene import find_scene
from media.source import download_model
from tests.fakes.small_disk import on_a_small_disk

ROOT = Path(__file__).parents[2]
ROOM_FOR_HALF_A_FRAME = 300_000

RUN_THERE = """
import json, os, sys, tempfile
sys.path.insert(0, {root!r})
os.environ["RENDERMILL_STORE"] = {store!r}
tempfile.tempdir = sys.argv[1]
from blocks.tools import open_tools
from media import jobs
from media.blender_events import FrameWritten
from media.errors import MediaError
from media.job import StillJob
written = []
def hear(event):
    if isinstance(event, FrameWritten):
        written.append(event.frame)
try:
    jobs.run(StillJob.model_validate_json({job!r}), open_tools(), hear)
except MediaError as error:
    print(json.dumps([type(error).__name__, str(error), written]))
"""


def test_frame_that_blender_wrote_onto_a_full_disk_is_out_of_resources_and_not_published(
    tools, tmp_path, bearing_step
):
    small = {"source": str(bearing_step), "detail": "coarse", "samples": 1}
    first = jobs.run(StillJob.model_validate({**small, "width": 32, "height": 32}), tools)
    scene = find_scene(first.record.scene, tools.store)
    assert scene
    job = StillJob.model_validate({**small, "width": 800, "height": 600})
    folder = tmp_path / "small"
    folder.mkdir()

    code = RUN_THERE.format(root=str(ROOT), store=str(tools.store.root), job=job.model_dump_json())
    said = on_a_small_disk(folder, str(scene.asset.size + ROOM_FOR_HALF_A_FRAME), code)

    name, message, written = json.loads(said)
    assert (name, written) == ("OutOfResources", [1]), "Blender claims success"
    assert "the disk is full" in message
    planned = plan(job, download_model(str(bearing_step), tools.store), tools.blender)
    assert committed_frames(planned, tools.store) == {}
