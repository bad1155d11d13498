"""Clips and films as they come out: kept when a job fails, found again, and looked at pixel by pixel."""

import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from media.asset import fetch_asset
from media.encoder import EncoderChoice
from media.errors import ToolCrashed, ToolFailed
from media.jobs import run_footage
from media.kenburns import encode, film
from media.kenburns.encode import DecoderDied
from media.kenburns.job import ImagesToVideoJob
from media.kenburns.results import read_results
from media.tools import Tools


@pytest.fixture
def pictures(tmp_path) -> list[Path]:
    """Three pictures that differ: a slope of greys from left to right, and two plain ones."""
    slope = np.tile(np.linspace(0, 255, 320).astype(np.uint8), (180, 1))
    paths = [tmp_path / f"{name}.png" for name in ("slope", "red", "blue")]
    Image.fromarray(slope).convert("RGB").save(paths[0])
    Image.new("RGB", (320, 180), "#c02020").save(paths[1])
    Image.new("RGB", (320, 180), "#2020c0").save(paths[2])
    return paths


def job_of(paths: list[Path], **wishes: object) -> ImagesToVideoJob:
    small = {"duration": 1, "width": 320, "height": 180, "fps": 10, "crf": 10, "preset": "veryfast"}
    return ImagesToVideoJob.model_validate({"images": [{"source": str(p)} for p in paths], **small, **wishes})


def frames_of(job: ImagesToVideoJob, tools: Tools, folder: Path) -> list[np.ndarray]:
    manifest = run_footage(job, tools)
    fetch_asset(manifest.output("video").asset, tools.store, folder / "made.mp4")
    with av.open(str(folder / "made.mp4")) as container:
        return [frame.to_ndarray(format="gray").astype(float) for frame in container.decode(video=0)]


@pytest.mark.parametrize(("zoom", "ends"), [("in", (1, 2)), ("out", (2, 1)), ("none", (1, 1))])
def test_first_and_last_frame_show_what_was_asked_for(tmp_path, tools, pictures, zoom, ends):
    frames = frames_of(job_of(pictures[:1], zoom=zoom, zoom_to=2), tools, tmp_path)

    def steepness(frame: np.ndarray) -> float:
        return float(frame[90, 240] - frame[90, 80])

    whole = 160 / 319 * 255
    assert len(frames) == 10
    assert steepness(frames[0]) == pytest.approx(whole / ends[0], abs=3)
    assert steepness(frames[-1]) == pytest.approx(whole / ends[1], abs=3)


def test_film_fades_from_one_picture_to_the_next_and_has_no_frame_too_many(tmp_path, tools, pictures):
    job = job_of(pictures[1:], mode="film", cross_fade=0.4)
    frames = frames_of(job, tools, tmp_path)
    brightness = [frame.mean() for frame in frames]

    assert len(frames) == 10 + 10 - 4
    assert brightness[:6] == pytest.approx([brightness[0]] * 6, abs=2)
    assert brightness[10:] == pytest.approx([brightness[-1]] * 6, abs=2)
    assert brightness[5] > brightness[6] > brightness[7] > brightness[8] > brightness[9] > brightness[10] - 1


def test_finished_clips_are_found_by_another_job(tools, pictures, monkeypatch):
    run_footage(job_of(pictures[:2]), tools)
    filmed: list[str] = []
    monkeypatch.setattr(
        film, "shoot", lambda *args: filmed.append(args[0].task["layers"]) or encode.shoot(*args)
    )

    manifest = run_footage(job_of(pictures), tools)

    assert len(filmed) == 1
    assert len(read_results(manifest.output("results"), tools.store)) == 3


def test_clips_that_were_finished_before_a_job_failed_are_kept(tools, pictures, monkeypatch):
    made = encode.shoot
    broken = [True]

    def shoot(shooting, choice, told) -> encode.Shot:
        if broken and shooting.task["layers"][0]["camera"]["frames"] == 5:
            raise ToolFailed("ffmpeg ended with exit code 1 instead of 0: a test")
        return made(shooting, choice, told)

    monkeypatch.setattr(film, "shoot", shoot)
    job = job_of(pictures)
    third = job.images[2].model_copy(update={"duration": 0.5})
    job = job.model_copy(update={"images": (*job.images[:2], third)})

    with pytest.raises(ToolFailed, match="a test"):
        run_footage(job, replace(tools, processors=1))
    assert len(list(tools.store.list("segments/"))) == 2
    assert not list(tools.store.list("manifests/"))
    broken.clear()
    assert len(run_footage(job, tools).content.outputs) == 3 + 3


def test_picture_that_its_decoder_dies_of_twice_is_that_pictures_fault(tools, pictures, monkeypatch):
    made = encode.shoot

    def shoot(shooting, choice, told) -> encode.Shot:
        if shooting.task["layers"][0]["camera"]["frames"] == 5:
            raise DecoderDied(0, "the decoder of a picture died by SIGSEGV")
        return made(shooting, choice, told)

    monkeypatch.setattr(film, "shoot", shoot)
    job = job_of(pictures[:2])
    dies = job.images[1].model_copy(update={"duration": 0.5})
    manifest = run_footage(job.model_copy(update={"images": (job.images[0], dies)}), tools)

    errors = [result.error for result in read_results(manifest.output("results"), tools.store)]
    assert errors[0] == ""
    assert errors[1].startswith("expected a picture that can be decoded, found that its decoder")


CRASHING = """
import os, signal, sys
from media.kenburns import frames
read = frames.read_picture
def dying(path, *rest):
    if path.stat().st_size == {size}:
        os.kill(os.getpid(), signal.SIGSEGV)
    return read(path, *rest)
frames.read_picture = dying
frames.main(["", "task.json"])
"""


@pytest.mark.parametrize("dies", [0, 1, 2])
def test_film_lacks_only_the_picture_that_its_decoder_dies_of(tools, pictures, monkeypatch, dies):
    pictures[2].write_bytes(pictures[2].read_bytes() + b"larger than its like")
    crashing = CRASHING.format(size=pictures[dies].stat().st_size)
    monkeypatch.setattr(encode, "maker_argv", lambda: [sys.executable, "-c", crashing])

    manifest = run_footage(job_of(pictures, mode="film", cross_fade=0.2), tools)

    results = read_results(manifest.output("results"), tools.store)
    assert [index for index, result in enumerate(results) if result.error] == [dies]
    assert "its decoder died of it twice" in results[dies].error


def test_same_pictures_under_other_names_give_the_same_results(tools, pictures):
    pictures[1].write_bytes(pictures[1].read_bytes()[:-40])
    told = []
    for _ in range(2):
        manifest = run_footage(job_of(pictures[:2]), tools)
        told.append(tools.store.get(manifest.output("results").asset.key))
        for result in tools.store.list("manifests/"):
            tools.store.delete_if(result.key, result.etag)
        pictures[:2] = [path.rename(path.with_name(f"other-{path.name}")) for path in pictures[:2]]

    assert told[0] == told[1]
    assert b"decodes to its end" in told[0]


def test_failing_tool_is_tried_as_often_as_its_failure_allows(tools, pictures, monkeypatch):
    tried: list[object] = []

    def shoot(*args: object) -> encode.Shot:
        tried.append(args)
        raise ToolFailed("ffmpeg ended with exit code 1 instead of 0: a test")

    monkeypatch.setattr(film, "shoot", shoot)
    with pytest.raises(ToolFailed, match="a test"):
        run_footage(job_of(pictures[:1]), tools)
    assert len(tried) == 1 + ToolFailed.retry.times


def test_encoder_of_a_gpu_that_fails_gives_way_to_the_processors(tmp_path, tools, pictures):
    job = job_of(pictures[:1], duration=0.3)
    camera = {"zooms": [1, 1], "centres": [[0.5, 0.5]] * 2, "easing": "linear", "frames": 3}
    layer = {"container": "png", "fit": "cover", "background": "#000000", "camera": camera}
    task = {
        "width": 320,
        "height": 180,
        "threads": 2,
        "layers": [{**layer, "path": str(pictures[0]), "first": 0, "count": 3}],
    }
    shooting = encode.Shooting(task, 3, job.settings, tools.ffmpeg, tmp_path)
    choice = EncoderChoice(encoder="h264_nvenc", reason="a test says so", ffmpeg_version="x")

    shot = encode.shoot(shooting, choice)

    assert (shot.choice.encoder, Fraction(job.fps)) == ("libx264", 10)
    assert "h264_nvenc failed" in shot.choice.reason
    assert issubclass(DecoderDied, ToolCrashed)
