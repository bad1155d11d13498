"""A frame of light has a picture beside it, which is there before it and for as long as it is."""

from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from media.blender_events import Device, FrameWritten
from media.deliverables import deliver_frame, deliver_previews, deliver_video
from media.encoder import Ffmpeg
from media.frame_display import shown, shown_key, written_beside
from media.frame_feed import FrameFeed
from media.frame_gate import FrameFacts
from media.frames import Frame, commit, committed_frames, committed_numbers, find_frame
from media.manifest import Manifest, find_manifest, publish_manifest
from media.prune import BESIDE, PruneJob, prune
from media.shot.record import shot_manifest
from media.store import FolderStore
from media.tools import Tools
from media.video import read_video
from tests.fakes.pictures import cut_out, frame, pixels_of, png_of, webp_of
from tests.media.shot.test_plan import BLENDER, plan
from tests.media.test_prune import FIRST, SECOND, Busy, an_hour_earlier

EXR = plan(format="exr", first=1, last=3)
WEBP = plan(format="webp", first=1, last=3)
FACTS = FrameFacts.model_construct(uniform=False)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store")


class Watched(FolderStore):
    """A folder that remembers in which order objects were put."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.order: list[str] = []

    def put(self, key: str, source: bytes | Path, **options):
        self.order.append(key.rpartition("/")[2])
        return super().put(key, source, **options)


def rendered(number: int, folder: Path, light: float = 1.0, picture: bytes = b"") -> FrameWritten:
    path = folder / f"{number}.part.exr"
    planes = {name: np.full((48, 64), light, np.float16) for name in "RGBA"}
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION}, planes).write(str(path))
    written_beside(path).write_bytes(picture or frame(number))
    return FrameWritten(
        event="frame_written",
        frame=number,
        path=path,
        seconds=1.0,
        peak_memory_bytes=1,
        device=Device(type="CPU", name="a painter"),
        samples=1,
        persistent_data=False,
    )


def commit_all(store: FolderStore, folder: Path) -> list[Frame]:
    return [commit(rendered(number, folder), FACTS, EXR, store) for number in EXR.numbers]


def tools(store: FolderStore, ffmpeg: Ffmpeg | None = None) -> Tools:
    return Tools(store, BLENDER, ffmpeg or Ffmpeg(Path("/no/ffmpeg")))


def published(store: FolderStore, folder: Path) -> Manifest:
    frames = commit_all(store, folder)
    return publish_manifest(shot_manifest(EXR, frames, (), tools(store)), store)


def test_what_shows_a_frame_is_stored_before_it_and_in_its_record(tmp_path):
    store = Watched(tmp_path / "store")

    committed = commit(rendered(1, tmp_path), FACTS, EXR, store)

    assert [store.order[0], store.order[-1]] == ["000001.display.png", "000001.exr"]
    assert committed.display.size == len(store.get(shown_key(EXR, 1)))
    assert committed_frames(EXR, store)[1].display == committed.display
    assert find_frame(1, EXR, store).display == committed.display


def test_frame_whose_picture_was_lost_is_rendered_again_and_stays_what_it_was(store, tmp_path):
    first = commit_all(store, tmp_path)[0]
    store.delete(shown_key(EXR, 1))
    assert committed_numbers(EXR, store) == [2, 3]
    assert sorted(committed_frames(EXR, store)) == [2, 3]
    assert find_frame(1, EXR, store) is None

    again = commit(rendered(1, tmp_path, light=2.0, picture=frame(9)), FACTS, EXR, store)

    assert (again.sha256, again.found) == (first.sha256, True)
    assert again.display != first.display
    assert committed_frames(EXR, store)[1].display == again.display


def test_who_comes_second_takes_both_as_they_are(store, tmp_path):
    first = commit(rendered(1, tmp_path), FACTS, EXR, store)

    second = commit(rendered(1, tmp_path, light=2.0, picture=frame(7)), FACTS, EXR, store)

    assert (second.sha256, second.display) == (first.sha256, first.display)


def test_manifest_promises_the_pictures_too(store, tmp_path):
    manifest = published(store, tmp_path)
    assert manifest.content.frames[1].display.key == shown_key(EXR, 2)
    assert find_manifest(EXR.result, store) == manifest

    store.delete(shown_key(EXR, 2))

    assert find_manifest(EXR.result, store) is None


def test_pictures_are_deleted_after_all_frames_and_before_all_records(store, tmp_path):
    commit_all(store, tmp_path)
    an_hour_earlier(store)
    real = PruneJob(dry_run=False)
    prune(real, store, FIRST)
    last = max(key for key in keys(store) if key.endswith(".exr"))
    busy = Busy(store, "stat", last, lambda: store.touch(last))

    prune(real, busy, SECOND)

    assert busy.done
    assert committed_numbers(EXR, store) == [3]
    assert sum(key.endswith(BESIDE) for key in keys(store)) == 3

    an_hour_earlier(store)
    store.delete(last)
    prune(real, store, FIRST)
    picture = min(key for key in keys(store) if key.endswith(BESIDE))
    prune(real, Busy(store, "stat", picture, lambda: store.touch(picture)), SECOND)
    assert sum(key.endswith(".json") for key in keys(store)) == 3


def keys(store: FolderStore) -> list[str]:
    return [stat.key for stat in store.list("renders/")]


def test_previews_and_video_are_made_of_the_pictures(store, tmp_path, ffmpeg):
    commit_all(store, tmp_path)
    feed = FrameFeed()
    for number in EXR.numbers:
        feed.committed(number)

    video = deliver_video(EXR, EXR.video, tools(store, ffmpeg), feed)
    previews = deliver_previews(EXR, tools(store))

    assert [one.role for one in previews.outputs] == ["poster", "contact-sheet"]
    store.fetch(video.outputs[0].asset.key, tmp_path / "video.mp4")
    assert read_video(tmp_path / "video.mp4").frames == 3


def test_frame_is_delivered_as_it_is(store, tmp_path):
    committed = commit_all(store, tmp_path)[0]

    (still,) = deliver_frame(EXR, tools(store)).outputs

    assert still.asset.sha256 == committed.sha256
    assert still.asset.media_type == "image/x-exr"


@pytest.mark.parametrize("picture", [frame(1), cut_out(), png_of(np.full((48, 64, 4), 255, np.uint8))])
def test_webp_is_shown_as_a_png_of_the_same_pixels_and_always_of_four_channels(store, tmp_path, picture):
    written = rendered(1, tmp_path)
    written.path.write_bytes(webp_of(picture))

    commit(written, FACTS, WEBP, store)

    seen = pixels_of(shown(WEBP, 1, store))
    visible = seen[..., 3] > 0
    assert seen.shape == (48, 64, 4)
    assert (seen[visible] == pixels_of(picture)[visible]).all()
