"""The parts of an animation's video, each encoded by itself, make one video of every frame in its order."""

from pathlib import Path

import av
import numpy as np
import pytest

from media.blender_events import Device, FrameWritten
from media.encoder import Ffmpeg
from media.errors import ToolFailed
from media.frame_display import written_beside
from media.frame_feed import FrameFeed
from media.frame_gate import FrameFacts
from media.frames import all_committed, commit
from media.shot.plan import ShotPlan
from media.shot.segments import deliver_joined, encode_segment, has_segment, segment_key
from media.store import FolderStore
from media.tools import Tools
from tests.fakes.pictures import png_of, webp_of
from tests.media.shot.test_plan import BLENDER, of_clear_scene, plan

GREYS = {number: 20 + 20 * (number - 10) for number in range(10, 22)}
PARTS = (range(10, 15), range(15, 16), range(16, 22))


def painted(number: int, whole: ShotPlan) -> bytes:
    spec = whole.shown_spec
    picture = np.full((spec.height, spec.width, spec.channels), GREYS[number], np.uint8)
    picture[..., 3:] = 255
    return png_of(picture)


def commit_all(whole: ShotPlan, tools: Tools, folder: Path) -> None:
    """Put every frame into the store, and beside it what shows it."""
    for number in whole.numbers:
        picture = painted(number, whole)
        path = folder / f"{number}.part"
        path.write_bytes(webp_of(picture) if whole.frame_suffix == ".webp" else picture)
        written_beside(path).write_bytes(picture)
        written = FrameWritten(
            event="frame_written",
            frame=number,
            path=path,
            seconds=1.0,
            peak_memory_bytes=1,
            device=Device(type="CPU", name="a painter"),
            samples=1,
            persistent_data=False,
        )
        commit(written, FrameFacts.model_construct(uniform=False), whole, tools.store)


def greys_in(path: Path) -> list[int]:
    with av.open(str(path)) as container:
        return [round(one.to_ndarray(format="gray").mean()) for one in container.decode(video=0)]


@pytest.mark.parametrize(
    "whole",
    [
        plan(format="webp"),
        plan(format="exr", video="hevc"),
        plan(depth="16", video="hevc"),
        plan(format="exr_multilayer", video="prores"),
        of_clear_scene(format="exr", video="prores"),
        plan(format="webp", video="av1", height=64),
    ],
    ids=lambda one: f"{one.job.format} {one.job.depth} {one.job.video} {one.scene.transparent}",
)
def test_segments_make_one_video_whatever_the_format_and_codec(tmp_path, ffmpeg: Ffmpeg, whole: ShotPlan):
    tools = Tools(FolderStore(tmp_path / "store"), BLENDER, ffmpeg)
    commit_all(whole, tools, tmp_path)
    parts = [whole.only(numbers) for numbers in PARTS]
    assert whole.video

    feed = FrameFeed()
    for number in whole.numbers:
        feed.committed(number)

    found = [encode_segment(part, part.video, tools, feed) for part in parts]
    delivered = deliver_joined(whole, whole.video, parts, tools)

    assert found == [False] * 3
    assert all(has_segment(part, part.video, tools) for part in parts)
    assert delivered.encoder == "segments"
    (video,) = delivered.outputs
    assert video.download_name == f"shot-animation{whole.video.suffix}"
    tools.store.fetch(video.asset.key, tmp_path / "video")
    assert greys_in(tmp_path / "video") == pytest.approx(list(GREYS.values()), abs=3)


def test_video_whose_segment_was_deleted_is_encoded_of_its_frames(tmp_path, ffmpeg: Ffmpeg):
    whole = plan()
    tools = Tools(FolderStore(tmp_path / "store"), BLENDER, ffmpeg)
    commit_all(whole, tools, tmp_path)
    assert whole.video

    delivered = deliver_joined(whole, whole.video, [whole.only(numbers) for numbers in PARTS], tools)

    assert delivered.encoder != "segments"
    (video,) = delivered.outputs
    tools.store.fetch(video.asset.key, tmp_path / "video")
    assert greys_in(tmp_path / "video") == pytest.approx(list(GREYS.values()), abs=3)


def test_frames_of_others_are_all_there_or_the_first_missing_one_is_named(tmp_path):
    whole = plan()
    tools = Tools(FolderStore(tmp_path / "store"), BLENDER, Ffmpeg(Path("/no/ffmpeg")))
    commit_all(whole, tools, tmp_path)

    there = all_committed(whole, tools.store)
    tools.store.delete(there[3].key)

    assert [frame.number for frame in there] == list(whole.numbers)
    with pytest.raises(ToolFailed, match=r"expected 12 frames .* found 1 of them gone, such as 13"):
        all_committed(whole, tools.store)


def test_segments_of_another_codec_have_another_name():
    keys = {segment_key(one, one.video) for one in (plan(), plan(video="hevc"), plan(video="prores"))}

    assert len(keys) == 3
