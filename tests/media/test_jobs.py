"""One job through the house without Prefect: made once, found after, resumed, refused."""

import json
import os
import re
from pathlib import Path

import pytest

from media import jobs
from media.blender_events import FrameWritten
from media.digest import sha256_of_file
from media.errors import BadInput, OutOfResources, ToolFailed
from media.frames import Frame
from media.job import StillJob, TurntableJob
from media.manifest import Manifest, find_manifest, manifest_key
from media.proof import find_proofs
from media.store.keys import frame_name, key_for
from media.tools import Tools
from media.video.check import read_video


def turntable(source: Path, **fields: object) -> TurntableJob:
    small = {"width": 64, "height": 64, "samples": 1, "frames": 3, "detail": "coarse"}
    return TurntableJob.model_validate({"source": str(source), **small, **fields})


@pytest.fixture(scope="module")
def made(bearing_step, tmp_path_factory) -> tuple[Tools, Manifest]:
    """A store in which one small turntable is done."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RENDERMILL_STORE", str(tmp_path_factory.mktemp("made")))
        from blocks.tools import open_tools  # noqa: PLC0415 - reads the variable just set

        tools = open_tools()
    return tools, jobs.run(turntable(bearing_step), tools)


def files_of(tools: Tools) -> dict[str, tuple[int, int]]:
    root = tools.store.root
    return {
        str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in root.rglob("*") if path.is_file()
    }


def test_everything_that_the_manifest_promises_is_stored_under_its_digest(made, tmp_path):
    tools, manifest = made

    promised = {o.asset.key: o.asset.sha256 for o in manifest.content.outputs}
    promised |= {f.key: f.sha256 for f in manifest.content.frames}

    assert {o.role for o in manifest.content.outputs} == {"video", "poster", "contact-sheet"}
    assert len(manifest.content.frames) == 3
    for key, digest in promised.items():
        tools.store.fetch(key, tmp_path / "object")
        assert sha256_of_file(tmp_path / "object") == digest, key


def test_video_holds_every_frame(made, tmp_path):
    tools, manifest = made
    tools.store.fetch(manifest.output("video").asset.key, tmp_path / "video.mp4")

    facts = read_video(tmp_path / "video.mp4")

    assert (facts.frames, facts.width, facts.height) == (3, 64, 64)


def test_record_says_what_was_used(made):
    record = made[1].record

    assert {frame.device.type for frame in record.frames} == {"CPU"}
    assert all(frame.device.name for frame in record.frames)
    assert record.encoder == "libx264"
    assert record.encoder_reason
    assert (record.route, record.source) == ("usd-made", "bearing.step")
    assert record.reused == ()


def test_real_render_leaves_a_proof_beside_its_frames_and_in_the_record(made):
    tools, manifest = made
    record = manifest.record

    (proof,) = find_proofs(record.render, [1, 2, 3], tools.store)

    assert record.proofs == (proof,)
    assert proof.frames == (1, 2, 3)
    assert proof.devices == (record.frames[0].device,)
    assert proof.blender.startswith(record.blender)
    assert re.fullmatch("[0-9a-f]{7,40}", proof.build)
    assert (proof.engine, proof.samples, proof.denoiser) == ("CYCLES", 1, "OPENIMAGEDENOISE")
    assert proof.kernels_s is not None
    assert 0 <= proof.kernels_s < sum(frame.seconds for frame in record.frames)
    assert proof.load_s > 0
    assert proof.start_s > 0
    assert proof.longest_frame_s >= proof.frame_s > 0
    assert proof.peak_memory_bytes > 10_000_000
    if proof.devices[0].type == "CPU":  # of a machine without a GPU, where none was required
        assert proof.fallback == ""


def test_second_run_starts_no_child_and_writes_nothing(made, bearing_step, children):
    tools, manifest = made
    before = files_of(tools)

    with children.counted() as commands:
        again = jobs.run(turntable(bearing_step), tools)

    assert again == manifest
    assert commands == []
    assert files_of(tools) == before


def test_renamed_file_with_another_camera_is_not_tessellated_again(made, bearing_step, children, tmp_path):
    tools, _ = made
    renamed = tmp_path / "Käfig Nr. 7.stp"
    renamed.write_bytes(bearing_step.read_bytes())

    with children.counted() as commands:
        manifest = jobs.run(turntable(renamed, elevation=40, frames=1), tools)

    assert manifest.record.reused == ("geometry", "scene")
    assert not [command for command in commands if any("media.geometry" in part for part in command)]
    assert manifest.output("video").download_name == "Käfig-Nr.-7-turntable.mp4"


def test_longer_turn_of_the_same_step_renders_only_what_is_new(made, bearing_step):
    tools, _ = made
    rendered: list[int] = []

    jobs.run(
        turntable(bearing_step, frames=4, degrees=480),
        tools,
        lambda event: rendered.append(event.frame) if isinstance(event, FrameWritten) else None,
    )

    assert rendered == [4]


def test_frame_that_was_removed_withdraws_the_manifest_and_is_made_again(made, bearing_step):
    tools, manifest = made
    victim = manifest.content.frames[1]
    tools.store.delete(victim.key)

    again = jobs.run(turntable(bearing_step), tools)

    assert again.content.frames[1].sha256 == victim.sha256
    assert find_manifest(manifest.content.job, tools.store) == again


@pytest.mark.parametrize("still_format", ["png", "webp", "jpeg", "exr"])
def test_still_comes_in_every_format(made, bearing_step, still_format):
    tools, _ = made

    manifest = jobs.run(
        StillJob(
            source=str(bearing_step), detail="coarse", width=64, height=48, samples=1, format=still_format
        ),
        tools,
    )

    still = manifest.output("still")
    assert still.download_name == f"bearing-still.{still_format}"
    assert tools.store.stat(still.asset.key).size == still.asset.size


def test_transparent_still_keeps_its_alpha(made, bearing_step):
    from PIL import Image  # noqa: PLC0415 - only here

    tools, _ = made
    job = StillJob(
        source=str(bearing_step), detail="coarse", width=64, height=64, samples=1, background="transparent"
    )

    manifest = jobs.run(job, tools)

    with Image.open(tools.store.root / manifest.output("still").asset.key) as picture:
        low, high = picture.getchannel("A").getextrema()
    assert (low, high) == (0, 255)


def test_gpu_that_is_required_and_not_there_is_said_before_a_frame(made, bearing_step):
    tools, _ = made
    events: list[object] = []
    job = turntable(bearing_step, elevation=11, require_gpu=True)

    with pytest.raises(OutOfResources, match="expected a GPU"):
        jobs.run(job, tools, events.append)

    assert not [event for event in events if isinstance(event, FrameWritten | Frame)]


def test_truncated_frame_of_a_lying_renderer_is_not_published(made, bearing_step):
    tools, _ = made
    job = turntable(bearing_step, elevation=12, frames=1)

    def cut_short(event: object) -> None:
        if isinstance(event, FrameWritten):
            os.truncate(event.path, event.path.stat().st_size // 2)

    with pytest.raises((ToolFailed, OutOfResources), match="000001"):
        jobs.run(job, tools, cut_short)

    published = [stat.key for stat in tools.store.list("manifests/")]
    assert all(json.loads(tools.store.get(key))["record"]["asked"]["elevation"] != 12 for key in published)


def test_bad_file_publishes_nothing(tools, tmp_path):
    (tmp_path / "part.step").write_text("this is a letter, not a part")

    with pytest.raises(BadInput, match=r"part\.step"):
        jobs.run(turntable(tmp_path / "part.step"), tools)

    assert not list(tools.store.list("manifests/"))


def test_manifest_that_another_run_wrote_first_stands(made, bearing_step):
    from media.manifest import publish_manifest  # noqa: PLC0415 - only here

    tools, _ = made
    manifest = jobs.run(turntable(bearing_step), tools)
    ours = manifest.model_copy(update={"record": manifest.record.model_copy(update={"machine": "another"})})

    assert publish_manifest(ours, tools.store) == manifest


def test_manifest_is_not_written_before_its_objects(tools, made):
    from media.manifest import publish_manifest  # noqa: PLC0415 - only here

    _, manifest = made

    with pytest.raises(ToolFailed, match="expected in the store"):
        publish_manifest(manifest, tools.store)
    assert tools.store.stat(manifest_key(manifest.content.job)) is None


def test_frame_of_another_writer_is_adopted_and_the_difference_recorded(made, bearing_step):
    tools, _ = made
    job = turntable(bearing_step, elevation=13, frames=1)
    first = jobs.run(job, tools)
    frame = first.content.frames[0]
    other = first.model_copy()
    tools.store.delete(manifest_key(first.content.job))
    picture = tools.store.get(frame.key)
    tools.store.delete(frame.key)

    def another_writer_is_faster(event: object) -> None:
        if isinstance(event, FrameWritten):
            tools.store.put(key_for("renders", first.record.render, frame_name(1, ".png")), picture)

    again = jobs.run(job, tools, another_writer_is_faster)

    assert again.content.frames == other.content.frames
