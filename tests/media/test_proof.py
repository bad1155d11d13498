"""Proofs as values: what they refuse, warn of, and show."""

import pytest
from pydantic import ValidationError

from media.blender_events import Device, FrameWritten, Started, parse_event
from media.device_claim import DEVICE_ORDER, DeviceClaim, fallback_of, warnings_about
from media.gpu_use import use_of
from media.gpu_watch import GpuSample
from media.manifest import Content, FrameEntry, Manifest, Record
from media.proof import Proof, find_proofs, store_proof, warnings_of
from media.proof_table import proof_table
from media.shot.job import FrameJob
from media.store import FolderStore
from media.store.keys import key_for
from media.witness import kernel_seconds

DIGEST = "ef" * 32
OPTIX, CUDA = Device(type="OPTIX", name="NVIDIA L4"), Device(type="CUDA", name="NVIDIA L4")
HIP, CPU = Device(type="HIP", name="Radeon"), Device(type="CPU", name="a CPU")


def proof(*frames: int, **fields: object) -> Proof:
    usual = {"devices": (OPTIX,), "frame_s": 1.5, "longest_frame_s": 4, "peak_memory_bytes": 2**30}
    return Proof.model_validate({"frames": frames, **usual, **fields})


def use(*percents: float):
    return use_of([GpuSample(n, 0, "NVIDIA L4", "550.54", p, 2048) for n, p in enumerate(percents)], 0, 99)


def test_proof_of_a_cpu_where_a_gpu_is_required_cannot_be_made():
    with pytest.raises(ValidationError, match="expected frames by a GPU, which is required"):
        proof(1, devices=(OPTIX, CPU), require_gpu=True)


@pytest.mark.parametrize(
    ("found", "used", "seen", "said"),
    [
        ((OPTIX, CUDA, CPU), OPTIX, [], ""),
        ((HIP, CPU), HIP, [], ""),
        ((CUDA, CPU), CUDA, ["NVIDIA L4"], "asked for OPTIX, got CUDA on NVIDIA L4: the driver's OptiX"),
        ((CPU,), CPU, [], ""),
        ((CPU,), CPU, ["NVIDIA L4"], "asked for OPTIX, got the CPU: nvidia-smi names NVIDIA L4, but Blender"),
        ((CUDA, CPU), CPU, [], "asked for OPTIX, got the CPU: Blender found CUDA NVIDIA L4 and did not use"),
    ],
)
def test_less_than_was_asked_for_is_said(found, used, seen, said):
    fallback = fallback_of(DEVICE_ORDER, found, [used], seen)

    assert fallback.startswith(said)
    assert bool(fallback) == bool(said)


def test_who_asked_for_cuda_or_a_cpu_got_what_he_asked_for():
    assert fallback_of(("CUDA", "CPU"), (OPTIX, CUDA, CPU), [CUDA], []) == ""
    assert fallback_of(("CPU",), (OPTIX, CPU), [CPU], ["NVIDIA L4"]) == ""


def test_cpu_that_denoises_beside_a_gpu_is_said():
    assert warnings_about("", [OPTIX], use(90, 90, 90), denoise_on_cpu=True) == (
        "NVIDIA L4 rendered, but the CPU denoised",
    )
    assert warnings_about("", [CPU], (), denoise_on_cpu=True) == ()


def test_idle_is_not_said_of_a_gpu_that_nobody_claims_or_that_was_hardly_sampled():
    assert warnings_about("", [CPU], use(0, 0, 0), denoise_on_cpu=False) == ()
    assert warnings_about("", [OPTIX], use(0, 0), denoise_on_cpu=False) == ()
    assert len(warnings_about("", [OPTIX], use(0, 0, 0), denoise_on_cpu=False)) == 1


def test_shot_that_asks_for_optix_gets_nothing_less():
    claim = FrameJob(source="a.blend", device="optix").device_claim

    assert claim == DeviceClaim(order=("OPTIX",), require_gpu=True)
    assert fallback_of(claim.order, (OPTIX, CPU), [OPTIX], []) == ""


@pytest.mark.parametrize(
    ("device", "require_gpu", "required"), [("any", False, False), ("any", True, True), ("gpu", False, True)]
)
def test_gpu_is_required_by_either_field(device, require_gpu, required):
    claim = FrameJob(source="a.blend", device=device, require_gpu=require_gpu).device_claim

    assert claim == DeviceClaim(order=DEVICE_ORDER, require_gpu=required)


def test_events_of_an_older_blender_side_are_read():
    started = parse_event('{"event": "started", "blender": "4.5.0"}')
    written = parse_event(
        '{"event": "frame_written", "frame": 1, "path": "/x", "seconds": 1, "peak_memory_bytes": 1, '
        '"device": {"type": "CPU", "name": "x"}, "samples": 1, "persistent_data": false}'
    )

    assert isinstance(started, Started)
    assert started.build == ""
    assert isinstance(written, FrameWritten)
    assert (written.kernels_s, written.first_sample_s) == (None, None)


def written(**fields: object) -> FrameWritten:
    usual = {"event": "frame_written", "frame": 1, "path": "/x", "seconds": 1, "peak_memory_bytes": 1}
    device = {"type": "CPU", "name": "x"}
    rest = {"device": device, "samples": 1, "persistent_data": False}
    return FrameWritten.model_validate({**usual, **rest, **fields})


def test_kernel_seconds_are_what_blender_says_or_what_the_first_frame_waited_more():
    assert kernel_seconds([written(kernels_s=30.0, first_sample_s=99), written(kernels_s=0.25)]) == 30.25
    waits = [written(first_sample_s=seconds) for seconds in (31.0, 1.0, 3.0, 2.0)]
    assert kernel_seconds(waits) == 29.0
    assert kernel_seconds([written(first_sample_s=31.0)]) is None
    assert kernel_seconds([written()]) is None


def test_warning_is_said_once_with_the_frames_that_it_is_about():
    some = [proof(1, 2, warnings=("slow",)), proof(3, 4), proof(5, 9, warnings=("slow",))]

    assert warnings_of(some, range(1, 10)) == ("frames 1-2,5,9: slow",)
    assert warnings_of(some[:1], [1, 2]) == ("slow",)
    assert warnings_of(some, [3, 4]) == ()
    assert warnings_of(some, range(1, 10), ["frames 1 were slow"]) == ()


def test_manifest_has_the_proofs_and_what_they_warn_of():
    entry = FrameEntry(number=1, key="k", sha256="s", size=1)
    record = Record(source="s", source_sha256="s", asked={}, route="r", route_why="w", geometry="g")
    manifest = Manifest(content=Content(job=DIGEST, noun="still", outputs=(), frames=(entry,)), record=record)

    proven = manifest.proven_by([proof(1, warnings=("idle",))])

    assert Manifest.model_validate_json(proven.model_dump_json(by_alias=True)) == proven
    assert proven.record.warnings == ("idle",)
    assert proven.content == manifest.content
    older = manifest.model_dump(mode="json", by_alias=True)
    del older["record"]["proofs"]
    assert Manifest.model_validate(older) == manifest


def test_table_has_a_row_for_each_renderer_and_one_for_frames_that_nobody_proved():
    busy = proof(1, 2, 3, gpus=use(97, 0, 98, 0), driver="550.54", kernels_s=41.5, kernels="restored")
    rows = proof_table([busy, proof(7, devices=(CPU,), gpu_note="not sampled: no nvidia-smi")], range(1, 10))

    assert [row["frames"] for row in rows] == ["1-3", "7", "4-6,8-9"]
    assert [row["device"] for row in rows[:2]] == ["NVIDIA L4 (OPTIX)", "a CPU (CPU)"]
    assert rows[0]["GPU use"] == "49 % on-off █▁█▁"
    assert rows[0]["kernels s"] == "41.5 restored"
    assert rows[0]["peak memory"] == "1.0 GiB, GPU 2.0 GiB"
    assert rows[1]["GPU use"] == "not sampled: no nvidia-smi"
    assert "no proof" in rows[2]["device"]
    assert len({tuple(row) for row in rows}) == 1


def test_engine_that_does_not_use_devices_of_cycles_is_said_to_draw_by_opengl():
    assert proof(1, engine="BLENDER_EEVEE_NEXT", devices=(CPU,)).by == "OpenGL, as BLENDER_EEVEE_NEXT does"
    assert proof(1, engine="CYCLES").by == "NVIDIA L4 (OPTIX)"


def test_table_without_any_proof_says_so():
    (row,) = proof_table([], [1, 2])

    assert (row["frames"], row["device"][:8]) == ("1-2", "no proof")


def test_damaged_proof_is_passed_over(tmp_path, caplog):
    store = FolderStore(tmp_path)
    store_proof(proof(1, 2), DIGEST, "0" * 8, store)
    store.put(key_for("renders", DIGEST, "proof-000001-000002-11111111.json"), b'{"frames": []}')
    store.put(key_for("renders", DIGEST, "proof-of-something-else.json"), b"{}")

    assert find_proofs(DIGEST, [2], store) == (proof(1, 2),)
    assert "11111111" in caplog.text
