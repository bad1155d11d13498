"""What this machine is set up with, where its GPU tells its name."""

import pytest

from blocks import tools as block
from blocks.tools import open_tools
from media.store import FolderStore
from tests.fakes.nvidia_smi_identity import installed


@pytest.fixture
def smi(tmp_path, monkeypatch):
    """An nvidia-smi on this machine, and nothing of it in the environment."""
    for name in ("OPTIX_CACHE_PATH", "CUDA_CACHE_PATH", "OPTIX_CACHE_MAXSIZE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RENDERMILL_STORE", str(tmp_path / "store"))
    smi = installed(tmp_path, "NVIDIA L4, 550.54.15, 23034, 8.9")
    monkeypatch.setattr(block, "find_tool", lambda _: smi.tool)
    return smi


def test_blender_keeps_kernels_by_gpu_driver_and_build_and_every_job_says_so_alike(smi, tmp_path):
    tools, again = open_tools(), open_tools()

    assert smi.asked == 1
    assert tools.kernels == again.kernels
    assert str(tools.kernels.folder / "optix") == tools.blender.env["OPTIX_CACHE_PATH"]
    assert len(tools.blender.build) == 16
    with tools.kernels.used_by(tools.blender, FolderStore(tmp_path / "store"), tmp_path) as (blender, _):
        assert list(blender.env.items()) == list(again.blender.env.items())  # or a warm one would be replaced


def test_folder_that_somebody_named_for_kernels_is_left_to_him(smi, monkeypatch):
    monkeypatch.setenv("OPTIX_CACHE_PATH", "/somewhere/optix")

    tools = open_tools()

    assert tools.kernels is None
    assert tools.blender.env["OPTIX_CACHE_PATH"] == "/somewhere/optix"
    assert smi.asked == 0


@pytest.mark.usefixtures("smi")
def test_machine_without_a_gpu_has_no_kernels_to_keep(monkeypatch):
    monkeypatch.setattr(block, "find_tool", lambda _: None)

    assert open_tools().kernels is None
