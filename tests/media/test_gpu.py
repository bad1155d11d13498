"""Which GPU this machine has, by a stand-in for its driver's tool."""

import pytest

from media.gpu import Gpu, find_gpu, find_tool, parse_gpu
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


@pytest.mark.parametrize("code", [0, 9])
def test_tool_that_cannot_reach_its_driver_names_none(tmp_path, code):
    smi = installed(
        tmp_path, "NVIDIA-SMI has failed because it couldn't communicate with the driver.", code=code
    )

    assert find_gpu(smi.tool, {}) is None


def test_several_gpus_of_one_kind_are_one_kind():
    assert parse_gpu(f"{L4}\n{L4}\n") == parse_gpu(L4)


def test_several_kinds_are_named_together_with_the_least_memory():
    gpu = parse_gpu(f"{L4}\nNVIDIA A10G, 550.54.15, 22731, 8.6\n")

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
