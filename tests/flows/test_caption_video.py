"""The flow that puts captions into a video, on a Prefect server."""

import subprocess
from pathlib import Path

import imageio_ffmpeg

from flows.caption_video import caption_video
from media.captions.job import CaptionJob
from tests.conftest import ROOT

SAID = "1\n00:00:00,200 --> 00:00:00,900\nOne caption\n"


def film(path: Path) -> Path:
    source = "color=gray:s=160x90:r=10:d=1"
    subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-f", "lavfi", "-i", source, path],
        check=True,
        cwd=ROOT,
        timeout=60,
    )
    return path


def test_flow_makes_captions_once_and_finds_them_the_second_time(seen, tmp_path, monkeypatch):
    monkeypatch.setenv("RENDERMILL_STORE", str(tmp_path / "store"))
    (tmp_path / "said.srt").write_text(SAID)
    job = CaptionJob(source=str(film(tmp_path / "film.mp4")), captions=str(tmp_path / "said.srt"))

    state = caption_video(job, return_state=True)

    result = state.result()
    runs = seen.task_runs(state.state_details.flow_run_id, 4)
    assert {*runs} >= {"download_footage", "burn_captions", "publish_footage"}
    shown = {one.key for one in seen.artifacts(state.state_details.flow_run_id)}
    assert {key.rpartition("-")[0] for key in shown} >= {"before-after", "poster", "result"}
    assert caption_video(job).manifest == result.manifest
