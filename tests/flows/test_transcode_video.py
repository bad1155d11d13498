"""The flow that transcodes: its tasks, what its page shows, and what a playlist in a video's clothes gets."""

import json

import pytest

from flows.transcode_video import transcode_video
from media.errors import BadInput
from media.transcode.job import TranscodeJob
from tests.media.footage.files import MOVING, TONE, X264, made


@pytest.fixture(autouse=True)
def _own_store(tmp_path, monkeypatch) -> None:
    """What other runs made would be found."""
    monkeypatch.setenv("RENDERMILL_STORE", str(tmp_path / "store"))


def test_video_is_transcoded_by_named_tasks_and_its_page_shows_streams_and_pictures(tmp_path, seen):
    source = made(tmp_path / "clip.mp4", *MOVING, *TONE, *X264, "-c:a", "aac")

    state = transcode_video(TranscodeJob(source=str(source), preset="veryfast"), return_state=True)

    run = state.state_details.flow_run_id
    assert set(seen.task_runs(run, 4)) == {
        *("download_footage", "find_manifest", "transcode", "publish_footage"),
    }
    shown = {one.key.partition("-")[0]: one for one in seen.artifacts(run) if one.key}
    assert {"video", "poster", "contact", "sprite", "streams", "result", "files"} <= set(shown)
    assert len(shown) == len(seen.artifacts(run))
    rows = json.loads(str(shown["streams"].data))
    assert [row["stream"] for row in rows] == ["file", "video", "sound"] * 2


def test_playlist_that_calls_itself_a_video_is_one_failed_task_run(tmp_path, seen):
    (tmp_path / "clip.mp4").write_text("#EXTM3U\n#EXTINF:9,\nfile:///etc/hosts\n")

    state = transcode_video(TranscodeJob(source=str(tmp_path / "clip.mp4")), return_state=True)

    with pytest.raises(BadInput, match=r"clip\.mp4: expected a video .*, found a playlist"):
        state.result()
    runs = seen.task_runs(state.state_details.flow_run_id, 1)
    assert {name: run.run_count for name, run in runs.items()} == {"download_footage": 1}
