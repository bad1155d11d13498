"""What is proven of a renderer at work, with a renderer and a GPU that say what the test wants."""

import hashlib
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from media.asset import Asset
from media.blender import Blender
from media.blender_events import SampleProgress
from media.device_claim import DeviceClaim
from media.encoder import Ffmpeg
from media.errors import OutOfResources, Unavailable
from media.frame_feed import FrameFeed
from media.frames import Frame, committed_frames
from media.job import TurntableJob
from media.kind import Kind
from media.plan import Plan
from media.proof import Proof, find_proofs
from media.rendering import render_frames
from media.scene import Scene
from media.source import Source
from media.store import FolderStore, Stat
from media.store.keys import folder_of, frame_name, key_for
from media.tools import Tools
from media.witness import Witness

FAKES = Path(__file__).parents[1] / "fakes"
DIGEST = "cd" * 32
FRAMES = 6
SCENE_BYTES = b"a scene"
PAUSE = "0.15"


def asset(kind, name) -> Asset:
    sha256 = hashlib.sha256(SCENE_BYTES).hexdigest()
    return Asset(uri="file:///x", sha256=sha256, size=7, media_type="x/y", key=key_for(kind, DIGEST, name))


def plan(**fields: object) -> Plan:
    return Plan(
        job=TurntableJob(source="part.step", width=32, height=32, frames=FRAMES, **fields),
        source=Source(asset=asset("sources", "source"), name="part.step", kind=Kind.STEP),
        geometry=DIGEST,
        scene=DIGEST,
        render=DIGEST,
        result=DIGEST,
    )


PLAN = plan()
SCENE = Scene(digest=DIGEST, asset=asset("scenes", "scene.blend"), import_seconds=0.0)


@pytest.fixture
def store(tmp_path) -> FolderStore:
    store = FolderStore(tmp_path / "store")
    store.put(key_for("scenes", DIGEST, "scene.blend"), SCENE_BYTES)
    return store


@pytest.fixture
def gpu(tmp_path):
    """Make a GPU that is as busy as is said, for ever."""

    def gpu(*percents: int) -> Path:
        tool = tmp_path / "nvidia-smi"
        lines = "; ".join(f"echo '0, NVIDIA L4, 550.54.15, {p}, 4096, 0'; sleep 0.03" for p in percents)
        tool.write_text(f"#!/bin/sh\nwhile :; do {lines}; done\n")
        tool.chmod(0o755)
        return tool

    return gpu


def tools_with(
    kind: str, store: FolderStore, nvidia_smi: Path | None, *, fails: int = 0, pause: str = PAUSE
) -> Tools:
    command = (sys.executable, str(FAKES / "renderer_on.py"), kind, pause, str(fails))
    blender = Blender(command, "4.5.15")
    return Tools(store, blender, Ffmpeg(Path("/no/ffmpeg")), "a-machine", nvidia_smi=nvidia_smi)


def proof_by(tools: Tools, of: Plan = PLAN) -> Proof:
    render_frames(of, SCENE, tools, FrameFeed(), lambda _: None)
    (proof,) = find_proofs(DIGEST, of.numbers, tools.store)
    return proof


def test_proof_says_what_rendered_how_fast_and_on_what(store, gpu):
    proof = proof_by(tools_with("OPTIX", store, gpu(97)))

    assert proof.frames == tuple(range(1, FRAMES + 1))
    assert [(device.type, device.name) for device in proof.devices] == [("OPTIX", "NVIDIA Stand-in")]
    assert (proof.machine, proof.driver) == ("a-machine", "550.54.15")
    assert (proof.blender, proof.build, proof.engine) == ("4.5.15", "5afeabba6097", "CYCLES")
    assert (proof.samples, proof.samples_done) == (64, 64)
    assert (proof.denoiser, proof.denoise_on_gpu) == ("OPENIMAGEDENOISE", True)
    assert (proof.frame_s, proof.longest_frame_s) == (0.15, 0.3)
    assert (proof.load_s, proof.kernels_s) == (1.25, 41.5)
    assert 0 < proof.start_s < 30
    assert proof.peak_memory_bytes == 3 * 2**30
    assert (proof.fallback, proof.warnings, proof.failure) == ("", (), "")


def test_busy_gpu_is_steady(store, gpu):
    (use,) = proof_by(tools_with("OPTIX", store, gpu(97))).gpus

    assert (use.verdict, use.mean_percent, use.max_memory_mib) == ("steady", 97, 4096)
    assert set(use.bar) == {"█"}


def test_gpu_that_waits_between_frames_shows_on_and_off(store, gpu, caplog):
    caplog.set_level("INFO")

    (use,) = proof_by(tools_with("OPTIX", store, gpu(97, 0))).gpus

    assert use.verdict == "on-off"
    assert "▁█▁█" in use.bar
    assert "on-off" in caplog.text


def test_gpu_that_stands_idle_while_it_is_said_to_render_is_a_loud_warning(store, gpu, caplog):
    proof = proof_by(tools_with("OPTIX", store, gpu(0)))

    assert proof.gpus[0].verdict == "idle"
    (warning,) = proof.warnings
    assert "NVIDIA Stand-in (OPTIX) rendered, but the GPU stood idle (NVIDIA L4: 0 %" in warning
    assert any(record.levelname == "WARNING" and warning in record.message for record in caplog.records)


def test_nothing_is_said_of_a_gpu_that_was_not_sampled(store):
    proof = proof_by(tools_with("OPTIX", store, None))

    assert (proof.gpus, proof.gpu_note, proof.warnings) == ((), "not sampled: no nvidia-smi", ())


def test_gpu_is_not_judged_while_kernels_are_compiled(store, tmp_path):
    tool, sampling = tmp_path / "nvidia-smi", tmp_path / "sampling"
    busy = f"if [ -e {sampling} ]; then p=90; else p=0; fi; echo 0, NVIDIA L4, 550.54.15, $p, 4096, 0"
    tool.write_text(f"#!/bin/sh\nwhile :; do {busy}; sleep 0.02; done\n")
    tool.chmod(0o755)

    def hear(event: object) -> None:
        if isinstance(event, SampleProgress):
            sampling.touch()

    render_frames(PLAN, SCENE, tools_with("OPTIX", store, tool, pause="0.4"), FrameFeed(), hear)

    (proof,) = find_proofs(DIGEST, PLAN.numbers, store)
    assert proof.gpus[0].verdict == "steady"


def test_frame_that_another_had_committed_first_proves_nothing_of_ours():
    witness = Witness(DeviceClaim(order=("CPU",)))

    witness.take(Frame.model_construct(number=1, found=True))
    witness.take(Frame.model_construct(number=2, found=False))

    assert [frame.number for frame in witness.committed] == [2]


@pytest.mark.parametrize("does", ["sleep 300", "exit 9", "yes garbage", "kill -SEGV $$"])
def test_tool_that_fails_leaves_frames_and_the_rest_of_the_proof(store, tmp_path, does):
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{does}\n")
    tool.chmod(0o755)

    proof = proof_by(tools_with("OPTIX", store, tool))

    assert len(proof.frames) == FRAMES
    assert proof.gpus == ()
    assert proof.gpu_note.startswith("not sampled: nvidia-smi")
    assert proof.warnings == ()


def test_less_than_optix_is_a_loud_warning_where_it_is_allowed(store, gpu, caplog):
    proof = proof_by(tools_with("CUDA", store, gpu(97)))

    assert proof.fallback.startswith("asked for OPTIX, got CUDA on NVIDIA Stand-in")
    assert proof.warnings == (proof.fallback,)
    assert proof.fallback in caplog.text


def test_frame_by_a_cpu_where_a_gpu_is_required_is_neither_committed_nor_proven(store, gpu):
    wanted = plan(require_gpu=True)
    tools = tools_with("SLIPS", store, gpu(97))

    with pytest.raises(
        OutOfResources, match=r"frame 3: expected OPTIX or CUDA or .* found that CPU a fake did"
    ):
        render_frames(wanted, SCENE, tools, FrameFeed(), lambda _: None)

    assert set(committed_frames(wanted, store)) == {1, 2}
    (proof,) = find_proofs(DIGEST, wanted.numbers, store)
    assert proof.frames == (1, 2)


def test_frames_that_were_committed_before_a_failure_have_their_proof(store, gpu):
    with pytest.raises(OutOfResources, match="memory ran out"):
        render_frames(PLAN, SCENE, tools_with("OPTIX", store, gpu(97), fails=4), FrameFeed(), lambda _: None)

    (proof,) = find_proofs(DIGEST, PLAN.numbers, store)
    assert proof.frames == (1, 2, 3)
    assert proof.failure == "OutOfResources: the GPU's memory ran out"


def test_renderer_that_committed_nothing_proves_nothing(store, gpu):
    with pytest.raises(OutOfResources):
        render_frames(PLAN, SCENE, tools_with("OPTIX", store, gpu(97), fails=1), FrameFeed(), lambda _: None)

    assert find_proofs(DIGEST, PLAN.numbers, store) == ()


def test_second_renderer_proves_its_own_frames_only(store, gpu):
    tools = tools_with("OPTIX", store, gpu(97))
    proof_by(tools)
    for number in (2, 5):
        store.delete(key_for("renders", DIGEST, frame_name(number, ".png")))

    render_frames(PLAN, SCENE, tools, FrameFeed(), lambda _: None)

    assert [proof.frames for proof in find_proofs(DIGEST, PLAN.numbers, store)] == [
        (1, 2, 3, 4, 5, 6),
        (2, 5),
    ]
    assert [proof.frames for proof in find_proofs(DIGEST, [6], store)] == [(1, 2, 3, 4, 5, 6)]


class StoreWithoutProofs(FolderStore):
    """A folder that is away whenever a proof is to be stored."""

    def put(self, key: str, source: bytes | Path, **options) -> Stat:
        """Put."""
        if "/proof-" in key:
            raise Unavailable("the store is away")
        return super().put(key, source, **options)


def test_store_that_takes_no_proof_costs_no_frame(store, gpu, caplog):
    tools = tools_with("OPTIX", store, gpu(97))

    frames = render_frames(
        PLAN, SCENE, replace(tools, store=StoreWithoutProofs(store.root)), FrameFeed(), lambda _: None
    )

    assert len(frames) == FRAMES
    assert "could not be stored: the store is away" in caplog.text


def test_proof_lies_beside_the_frames_and_is_none(store, gpu):
    proof_by(tools_with("OPTIX", store, gpu(97)))

    names = {stat.key.rpartition("/")[2] for stat in store.list(folder_of("renders", DIGEST))}
    (name,) = (name for name in names if name.startswith("proof-"))
    assert name.startswith("proof-000001-000006-")
    assert set(committed_frames(PLAN, store)) == set(range(1, FRAMES + 1))
