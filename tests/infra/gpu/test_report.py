import json
from pathlib import Path

import pytest

from infra.gpu.kernels import Carried
from infra.gpu.rendering import Rendered
from infra.gpu.report import Check, Compared, WholeJob, proof_lines, verified_lines
from media.blender_events import Device
from media.encoder import NvencProbe
from media.gpu import Gpu
from media.gpu_use import GpuUse
from media.proof import Proof

GPU = Gpu(name="NVIDIA Stand-in", driver="580.1", memory_mib=24576, compute_capability="8.9")
NO_ENCODER = NvencProbe(works=False, reason="the GPU has no encoder unit", ffmpeg_version="5.1")


def rendered(kind: str, seconds: float) -> Rendered:
    return Rendered(
        device=Device(type=kind, name="NVIDIA Stand-in"),
        frames=8,
        frame_s=seconds,
        kernels_cold_s=30.5,
        kernels_warm_s=0.2,
        denoiser="OPENIMAGEDENOISE",
        denoised_on_gpu=True,
        picture=Path("0.png"),
    )


@pytest.fixture
def check() -> Check:
    busy = GpuUse(
        name="NVIDIA Stand-in",
        driver="580.1",
        samples=20,
        mean_percent=71.0,
        busy_share=0.85,
        max_memory_mib=1800,
        verdict="on-off",
        bar="█▁█",
    )
    proof = Proof(
        frames=range(1, 49),
        devices=(Device(type="OPTIX", name="NVIDIA Stand-in"),),
        frame_s=0.25,
        longest_frame_s=1.0,
        peak_memory_bytes=1,
        gpus=(busy,),
        warnings=("NVIDIA Stand-in rendered, but the CPU denoised",),
    )
    return Check(
        gpu=(GPU,),
        blender="4.5.15",
        rendered={"OPTIX": rendered("OPTIX", 0.25)},
        compared={"OPTIX": Compared(cpu_over_gpu=40.0, psnr_db=44.0)},
        carried={
            "OPTIX": Carried(
                device=Device(type="OPTIX", name="NVIDIA Stand-in"),
                cold_s=338.0,
                restored_s=2.5,
                later_s=0.5,
                archive_bytes=1000,
                publish_s=1.0,
                restore_s=0.1,
            )
        },
        failed={"CUDA": "device: expected CUDA, found none"},
        nvenc=NO_ENCODER,
        job=WholeJob(
            seconds=20.5,
            frames=48,
            frames_by_device={"OPTIX NVIDIA Stand-in": 48},
            encoder="libx264",
            encoder_reason=NO_ENCODER.reason,
            proofs=(proof,),
        ),
    )


def test_without_a_gpu_nothing_else_is_said() -> None:
    check = Check(gpu=None, reason="there is no nvidia-smi", nvenc=NO_ENCODER)

    assert json.loads(check.to_json()) == {"gpu": None, "reason": "there is no nvidia-smi"}
    assert verified_lines(check, "2026-01-02") == []


def test_what_was_rendered_is_shown_with_its_device_and_ratio(check: Check) -> None:
    optix = verified_lines(check, "2026-01-02")[0]

    assert optix.startswith(
        "| Rendering by OPTIX | shown | `make gpu-check`: 8 frames, each by OPTIX NVIDIA Stand-in"
    )
    assert "0.25 s a frame" in optix
    assert "kernels 30.5 s cold, 0.2 s warm" in optix
    assert "40.0 times the CPU's speed, 44.0 dB" in optix
    assert optix.endswith("(NVIDIA Stand-in (driver 580.1), Blender 4.5.15, 2026-01-02) |")


def test_what_failed_is_not_shown_and_says_why(check: Check) -> None:
    _, cuda, _, nvenc, _ = verified_lines(check, "2026-01-02")

    assert cuda.startswith(
        "| Rendering by CUDA | not shown | `make gpu-check`: device: expected CUDA, found none"
    )
    assert nvenc.startswith("| Encoding by NVENC | not shown | `make gpu-check`: the GPU has no encoder unit")


def test_kernels_that_were_carried_are_shown_with_both_first_frames(check: Check) -> None:
    kernels = verified_lines(check, "2026-01-02")[2]

    assert kernels.startswith("| Compiled kernels from the store on a fresh machine | shown |")
    assert "OPTIX: first frame 338.0 s cold, 2.5 s restored, 0.5 s the next; 1000 bytes" in kernels


def test_whole_job_is_shown_with_how_busy_the_gpu_was(check: Check) -> None:
    job = verified_lines(check, "2026-01-02")[4]

    assert job.startswith(
        "| A turntable from STEP to video on a GPU | shown | `make gpu-check`: 20.5 s, frames: 48 by OPTIX"
    )
    assert "GPU 71 % on-off █▁█, 85% of 20 samples busy" in job


def test_proof_of_the_whole_job_is_told_with_what_is_amiss(check: Check) -> None:
    said, amiss = proof_lines(check)

    assert said.startswith("proof: frames 1-48 by NVIDIA Stand-in (OPTIX), 0.25 s a frame")
    assert "GPU 71 % on-off █▁█" in said
    assert amiss == "proof: NVIDIA Stand-in rendered, but the CPU denoised"


def test_pictures_of_the_trial_are_not_part_of_the_answer(check: Check) -> None:
    assert "picture" not in json.loads(check.to_json())["rendered"]["OPTIX"]
