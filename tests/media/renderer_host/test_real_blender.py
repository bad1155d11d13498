"""A renderer host with the real Blender, from a STEP file to a picture."""

from dataclasses import replace

from media import jobs
from media.job import StillJob
from media.manifest import Manifest
from media.store import FolderStore

OTHER_CAMERA = {"width": 64, "height": 48, "samples": 2, "azimuth": 200.0}


def frame_of(manifest: Manifest) -> str:
    (frame,) = manifest.content.frames
    return frame.sha256


def warmth_of(manifest: Manifest) -> str:
    (frame,) = manifest.record.frames
    return frame.warmth


def test_picture_by_way_of_the_host_is_that_of_a_blender_of_its_own(place, tools, bearing_step, tmp_path):
    tools = replace(tools, store=FolderStore(tmp_path / "another store"))
    hosted = replace(tools, blender=replace(tools.blender, host=place.socket), store=place.store)
    first = StillJob(source=str(bearing_step), width=64, height=48, samples=2)
    second = StillJob(source=str(bearing_step), **OTHER_CAMERA)
    coloured = StillJob(source=str(bearing_step), **OTHER_CAMERA, background="#204060")

    with place.host():
        made = [jobs.run(job, hosted) for job in (first, second, coloured)]
    alone = [jobs.run(job, tools) for job in (first, second, coloured)]

    assert [warmth_of(one) for one in made] == ["warm process", "warm scene", "warm process"]
    assert [warmth_of(one) for one in alone] == ["cold"] * 3
    assert [frame_of(one) for one in made] == [frame_of(one) for one in alone]
