from pathlib import Path

import pytest

from infra.gpu import nvidia
from infra.gpu.nvidia import Gpu, find_gpus, parse_gpus

STAND_IN = Path(__file__).resolve().parents[2] / "fakes" / "nvidia-smi"


def test_gpus_are_read_from_what_the_tool_prints(tmp_path: Path) -> None:
    gpu = Gpu(name="NVIDIA Stand-in", driver="580.159.03", memory_mib=24576, compute_capability="8.9")
    assert find_gpus(STAND_IN, tmp_path, {}) == (gpu,)


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "No devices were found",
        "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
        'Field "compute_cap" is not a valid field to query.',
    ],
)
def test_what_is_no_gpu_is_not_read_as_one(printed: str) -> None:
    assert parse_gpus(printed) == ()


def test_two_gpus_are_two() -> None:
    printed = "NVIDIA L4, 550.54, 23034, 8.9\nNVIDIA H200, 550.54, 143771, 9.0\n"
    assert [gpu.name for gpu in parse_gpus(printed)] == ["NVIDIA L4", "NVIDIA H200"]


@pytest.mark.parametrize("script", ["exit 9", "sleep 60", "echo broken"])
def test_a_tool_that_fails_names_no_gpu(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nvidia, "LONGEST_S", 0.5)
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    assert find_gpus(tool, tmp_path, {}) == ()
