"""Which GPU this machine has, by a stand-in for its driver's tool."""

import pytest

from media import gpu as gpu_module
from media.gpu import Gpu, find_gpu, find_gpus, find_tool, parse_gpus, together
from tests.fakes.nvidia_smi_identity import installed

L4 = "NVIDIA L4, 550.54.15, 23034, 8.9"


def test_gpu_is_told_by_its_driver_and_asked_once(tmp_path):
    smi = installed(tmp_path, L4)

    found = [find_gpu(smi.tool, {"LD_LIBRARY_PATH": "/x"}) for _ in range(3)]

    told = Gpu(name="NVIDIA L4", driver="550.54.15", compute_capability="8.9", memory_mib=23034)
    assert found == [told] * 3
    assert smi.asked == 1


def test_machine_without_the_tool_has_none_and_starts_nothing(tmp_path, children):
    with children.counted() as commands:
        assert find_gpu(find_tool(str(tmp_path)), {}) is None

    assert commands == []


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "No devices were found",
        "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
        'Field "compute_cap" is not a valid field to query.',
    ],
)
def test_what_is_no_gpu_is_not_read_as_one(printed):
    assert parse_gpus(printed) == ()


@pytest.mark.parametrize("code", [0, 9])
def test_tool_that_cannot_reach_its_driver_names_none(tmp_path, code):
    smi = installed(
        tmp_path, "NVIDIA-SMI has failed because it couldn't communicate with the driver.", code=code
    )

    assert find_gpu(smi.tool, {}) is None


def test_several_gpus_of_one_kind_are_one_kind():
    assert together(parse_gpus(f"{L4}\n{L4}\n")) == together(parse_gpus(L4))


def test_two_gpus_are_two():
    printed = f"{L4}\nNVIDIA H200, 550.54, 143771, 9.0\n"

    assert [gpu.name for gpu in parse_gpus(printed)] == ["NVIDIA L4", "NVIDIA H200"]


@pytest.mark.parametrize("script", ["exit 9", "sleep 60", "echo broken"])
def test_tool_that_fails_names_no_gpu(script, tmp_path, monkeypatch):
    monkeypatch.setattr(gpu_module, "LONGEST_S", 0.5)
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)

    assert find_gpus(tool, {}) == ()


def test_several_kinds_are_named_together_with_the_least_memory():
    gpu = together(parse_gpus(f"{L4}\nNVIDIA A10G, 550.54.15, 22731, 8.6\n"))

    assert gpu == Gpu(
        name="NVIDIA A10G + NVIDIA L4", driver="550.54.15", compute_capability="8.6 + 8.9", memory_mib=22731
    )


@pytest.mark.parametrize(
    ("told_mib", "sold_gb", "next_class_gb"),
    [(15360, 16, 20), (20470, 20, 24), (23034, 24, 32), (24564, 24, 32), (46068, 48, 80), (81559, 80, 94)],
)
def test_more_memory_is_what_only_a_larger_class_of_cards_is_sold_with(told_mib, sold_gb, next_class_gb):
    gpu = Gpu(name="a GPU", driver="1", compute_capability="8.9", memory_mib=told_mib)

    assert sold_gb < gpu.more_memory_gb <= next_class_gb
