"""The conversation with the renderer, with a renderer that misbehaves as real ones do."""

import hashlib
import sys
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from media import blender as boundary
from media.asset import Asset
from media.blender import Blender
from media.blender_events import FrameRefused, FrameWritten
from media.encoder import Ffmpeg
from media.errors import MediaError, OutOfGpuMemory, OutOfResources, TimedOut, ToolCrashed, ToolFailed
from media.frame_feed import FrameFeed
from media.frame_gate import BadFrame
from media.frame_warnings import warnings_about
from media.frames import Frame, committed_frames
from media.job import TurntableJob
from media.kind import Kind
from media.order import Order
from media.plan import Plan
from media.process import Child
from media.rendering import render_frames
from media.scene import Scene
from media.source import Source
from media.store import FolderStore, Stat
from media.store.keys import frame_name, key_for
from media.tools import Tools

FAKE = Path(__file__).parents[1] / "fakes" / "renderer.py"
DIGEST = "ab" * 32
FRAMES = 8


SCENE_BYTES = b"a scene"


@pytest.fixture
def store(tmp_path) -> FolderStore:
    store = FolderStore(tmp_path / "store")
    store.put(key_for("scenes", DIGEST, "scene.blend"), SCENE_BYTES)
    return store


def asset(kind, name) -> Asset:
    sha256 = hashlib.sha256(SCENE_BYTES).hexdigest()
    return Asset(uri="file:///x", sha256=sha256, size=7, media_type="x/y", key=key_for(kind, DIGEST, name))


SCENE = Scene(digest=DIGEST, asset=asset("scenes", "scene.blend"), import_seconds=0.0)
PLAN = Plan(
    job=TurntableJob(source="part.step", width=32, height=32, frames=FRAMES),
    source=Source(asset=asset("sources", "source"), name="part.step", kind=Kind.STEP),
    geometry=DIGEST,
    scene=DIGEST,
    render=DIGEST,
    result=DIGEST,
)


def tools_that(behaviour: str, store: FolderStore) -> Tools:
    blender = Blender((sys.executable, str(FAKE), behaviour), "4.5.0")
    return Tools(store, blender, Ffmpeg(Path("/no/ffmpeg")))


def render(behaviour: str, store: FolderStore, heard: list[object] | None = None) -> tuple[Frame, ...]:
    report = heard.append if heard is not None else lambda _: None
    return render_frames(PLAN, SCENE, tools_that(behaviour, store), FrameFeed(), report)


def rendered(heard: list[object]) -> list[int]:
    return [event.frame for event in heard if isinstance(event, FrameWritten)]


def test_frames_are_rendered_in_order_and_committed(store):
    heard: list[object] = []

    frames = render("well", store, heard)

    assert [frame.number for frame in frames] == rendered(heard) == list(range(1, FRAMES + 1))
    assert committed_frames(PLAN, store) == {f.number: f.model_copy(update={"found": True}) for f in frames}


def test_at_most_one_frame_is_on_its_way_into_the_store_while_the_next_renders(store):
    def lag(event: object) -> None:
        if isinstance(event, FrameWritten):
            behind.append(event.frame - len(committed_frames(PLAN, store)))

    behind: list[int] = []

    render_frames(PLAN, SCENE, tools_that("well", store), FrameFeed(), lag)

    assert max(behind) <= 2


class SlowStore(FolderStore):
    """A folder that takes the last frame only when the renderer was let go."""

    let_go = threading.Event()

    def put(self, key: str, source: bytes | Path, **options) -> Stat:
        """Put."""
        if key.endswith(frame_name(FRAMES, ".png")):
            assert self.let_go.wait(20), "the renderer is kept while the last frame is stored"
        return super().put(key, source, **options)


def test_renderer_is_let_go_before_its_last_frame_is_in_the_store(store, monkeypatch):
    close_stdin = Child.close_stdin
    monkeypatch.setattr(Child, "close_stdin", lambda child: (close_stdin(child), SlowStore.let_go.set()))

    frames = render("well", SlowStore(store.root))

    assert len(frames) == FRAMES


def test_only_missing_frames_are_rendered(store):
    render("well", store)
    for number in (3, 5):
        store.delete(key_for("renders", DIGEST, frame_name(number, ".png")))
    heard: list[object] = []

    frames = render("well", store, heard)

    assert rendered(heard) == [3, 5]
    assert [frame.found for frame in frames] == [number not in {3, 5} for number in range(1, FRAMES + 1)]


def test_nothing_missing_starts_no_renderer(store, children):
    render("well", store)

    with children.counted() as commands:
        render("well", store)

    assert commands == []


def test_uniform_frame_is_rendered_once_more(store):
    heard: list[object] = []

    frames = render("uniform-once", store, heard)

    assert rendered(heard).count(2) == 2
    assert not any(frame.uniform for frame in frames)


def test_frame_that_stays_uniform_among_others_is_accepted_and_marked(store, caplog):
    frames = render("uniform-seven", store)

    assert [frame.number for frame in frames if frame.uniform] == [7]
    assert "frame 7 is of one single colour" in caplog.text


def test_uniform_part_of_an_animation_is_accepted_beside_frames_of_others(store, monkeypatch):
    monkeypatch.setattr("media.rendering.Order", partial(Order, shared=True))
    store.put(key_for("renders", DIGEST, frame_name(99, ".png")), b"a frame of another part")

    frames = render("uniform", store)

    assert len(frames) == FRAMES
    assert all(frame.uniform for frame in frames)


def test_nothing_but_uniform_frames_is_a_failure_and_nothing_is_committed(store):
    with pytest.raises(ToolFailed, match="one single colour"):
        render("uniform", store)

    assert committed_frames(PLAN, store) == {}


def test_bad_frame_is_rendered_once_more_before_the_rest(store):
    heard: list[object] = []

    frames = render("cut-once", store, heard)

    assert rendered(heard)[:4] == [1, 2, 3, 2]
    assert [frame.number for frame in frames] == list(range(1, FRAMES + 1))
    assert sorted(committed_frames(PLAN, store)) == list(range(1, FRAMES + 1))


@pytest.mark.parametrize(
    ("behaviour", "sentence", "can_be_seen"),
    [("cut", "frame 2, rendered twice", False), ("too-large", "99", True)],
)
def test_frame_that_is_bad_twice_fails_with_its_number_and_what_can_be_seen_of_it(
    store, behaviour, sentence, can_be_seen
):
    heard: list[object] = []

    with pytest.raises(BadFrame, match=sentence) as raised:
        render(behaviour, store, heard)

    (refused,) = [event for event in heard if isinstance(event, FrameRefused)]
    assert (refused.frame, bool(refused.thumbnail)) == (2, can_be_seen)
    assert rendered(heard).count(2) == 2
    assert raised.value.retry.wait_before(1) is None
    assert list(committed_frames(PLAN, store)) == [1]


@pytest.mark.parametrize(
    ("behaviour", "error", "sentence"),
    [
        ("crash", ToolCrashed, "SIGSEGV"),
        ("killed", OutOfResources, "killed from outside"),
        ("out-of-memory", OutOfResources, "the GPU's memory ran out"),
        ("too-small", OutOfGpuMemory, "use a larger GPU"),
        ("garbage", ToolFailed, "Fra:2"),
        ("elsewhere", ToolFailed, "frame 2: expected it in .*another frame or file"),
    ],
)
def test_renderer_that_breaks_is_told_by_what_to_do_and_loses_no_committed_frame(
    store, behaviour, error, sentence
):
    with pytest.raises(error, match=sentence) as raised:
        render(behaviour, store)

    assert isinstance(raised.value, MediaError)
    assert list(committed_frames(PLAN, store)) == [1]


def test_frame_that_was_not_rendered_as_asked_says_so_loudly_and_for_good(store, caplog):
    frames = render("falls-back", store)

    how = "by CUDA instead of OPTIX (Illegal address in CUDA queue)"
    assert [frame.fallback for frame in frames] == ["", *[how] * (FRAMES - 1)]
    assert committed_frames(PLAN, store)[2].fallback == how
    assert warnings_about(frames) == (f"frames 2-{FRAMES} were rendered {how}",)
    assert "frame 2 was rendered by CUDA instead of OPTIX: Illegal address" in caplog.text


def test_renderer_that_falls_silent_is_ended(store, monkeypatch):
    monkeypatch.setattr(boundary, "LONGEST_SILENCE_S", 1.0)

    with pytest.raises(TimedOut):
        render("silent", store)


def test_run_goes_on_after_a_renderer_that_broke(store):
    with pytest.raises(ToolCrashed):
        render("crash", store)
    heard: list[object] = []

    frames = render("well", store, heard)

    assert len(frames) == FRAMES
    assert 1 not in rendered(heard)


def test_record_of_a_frame_is_the_one_that_names_its_bytes(store):
    (first, *_) = render("well", store)
    liar = replace_device(first, "another")
    store.put(key_for("renders", DIGEST, frame_name(1, f".{'0' * 16}.json")), liar)

    assert committed_frames(PLAN, store)[1].device == first.device


def replace_device(frame: Frame, name: str) -> bytes:
    device = frame.device.model_copy(update={"name": name})
    return frame.model_copy(update={"device": device, "sha256": "0" * 64}).model_dump_json().encode()


def test_renderer_that_cannot_be_started_is_said_to_be_missing(store):
    tools = tools_that("well", store)
    tools = replace(tools, blender=Blender(("/no/blender",), "4.5.0"))

    with pytest.raises(ToolFailed, match="could not be started"):
        render_frames(PLAN, SCENE, tools, FrameFeed(), lambda _: None)
