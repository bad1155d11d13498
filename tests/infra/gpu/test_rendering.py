"""Rendering on one kind of device, by the real Blender on the only kind that is surely here."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.gpu.kernels import carried
from infra.gpu.rendering import Scene, likeness_db, measure
from infra.gpu.trial import compared
from media.blender import Blender, packaged_blender, run_script
from media.errors import MediaError, ToolFailed
from media.gpu import Gpu
from media.store import FolderStore

STAND_IN = Path(__file__).resolve().parents[2] / "fakes" / "renderer_that_says.py"
DRIVER = STAND_IN.with_name("gpu_driver.py")
CUBE = """#usda 1.0
(
    upAxis = "Z"
    metersPerUnit = 1
)
def Mesh "cube"
{
    int[] faceVertexCounts = [4, 4, 4, 4, 4, 4]
    int[] faceVertexIndices = [0, 2, 3, 1, 4, 5, 7, 6, 0, 1, 5, 4, 2, 6, 7, 3, 0, 4, 6, 2, 1, 3, 7, 5]
    point3f[] points = [
        (0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0),
        (0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 1, 1),
    ]
}
"""
CAMERA = {
    "azimuth": 35.0,
    "elevation": 25.0,
    "focal_length": 85.0,
    "axis": "z",
    "degrees_per_frame": 0.0,
    "framing": "follow",
}
SETTINGS = {
    "width": 48,
    "height": 48,
    "samples": 2,
    "denoise": False,
    "noise_threshold": 0.01,
    "seed": 0,
    "transparent": False,
    "view_transform": "AgX",
    "format": "PNG",
}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp("scene")
    (folder / "cube.usda").write_text(CUBE)
    job = {
        "do": "prepare_scene",
        "geometry": {"path": str(folder / "cube.usda"), "format": "usd"},
        "look": {"background": "studio"},
        "output": str(folder / "scene.blend"),
    }
    run_script(packaged_blender({}), job, folder)
    return Scene(folder / "scene.blend", CAMERA, SETTINGS)


def test_every_frame_is_timed_and_its_device_is_the_renderers_own_word(scene: Scene, tmp_path: Path) -> None:
    done = measure("CPU", scene, packaged_blender({}), tmp_path, 2)

    assert (done.device.type, done.frames) == ("CPU", 2)
    assert done.frame_s > 0
    assert done.kernels_cold_s is None
    assert likeness_db(done, done) == float("inf")
    assert compared({"CPU": done}) == {}
    assert compared({"CPU": done, "OPTIX": done})["OPTIX"].cpu_over_gpu == 1


def test_a_kind_of_device_that_is_not_here_says_so(scene: Scene, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="expected a GPU out of HIP"):
        measure("HIP", scene, packaged_blender({}), tmp_path, 1)


@pytest.fixture
def stand_in(scene: Scene, tmp_path: Path) -> Callable[[str], Blender]:
    """A renderer that says it is of a kind; what it draws comes from a real one."""
    drawn = measure("CPU", scene, packaged_blender({}), tmp_path / "drawn", 2).picture

    def of_kind(kind: str) -> Blender:
        command = (sys.executable, str(STAND_IN), kind, str(drawn), str(tmp_path / "caches"))
        return Blender(command, "4.5.15")

    return of_kind


def test_kernels_are_what_a_first_frame_takes_more(
    scene: Scene, stand_in: Callable[[str], Blender], tmp_path: Path
) -> None:
    done = measure("OPTIX", scene, stand_in("OPTIX"), tmp_path / "optix", 3)

    assert (done.frames, done.frame_s) == (6, 2.0)
    assert (done.kernels_cold_s, done.kernels_warm_s) == (7.0, 7.0)
    caches = [json.loads(line) for line in (tmp_path / "caches").read_text().splitlines()]
    assert caches[0] == caches[1], "the second process must find what the first one compiled"
    assert all(path.startswith(str(tmp_path / "optix")) for path in caches[0])


def test_kernels_are_carried_by_way_of_a_store_to_an_empty_folder(scene: Scene, tmp_path: Path) -> None:
    command = (sys.executable, str(DRIVER), str(tmp_path / "notes"))
    gpu = Gpu(name="NVIDIA Stand-in", driver="580.1", memory_mib=24576, compute_capability="8.9")

    done = carried("OPTIX", scene, Blender(command, "4.5.15"), gpu, FolderStore(tmp_path / "store"), tmp_path)

    assert (done.cold_s, done.restored_s, done.later_s) == (300.0, 1.0, 1.0)
    assert done.archive_bytes > 0
    assert len((tmp_path / "notes").read_text().split()) == 1


def test_kernels_that_the_driver_keeps_elsewhere_are_not_said_to_be_carried(
    scene: Scene, stand_in: Callable[[str], Blender], tmp_path: Path
) -> None:
    gpu = Gpu(name="NVIDIA Stand-in", driver="580.1", memory_mib=24576, compute_capability="8.9")

    with pytest.raises(ToolFailed, match="found none to keep"):
        carried("OPTIX", scene, stand_in("OPTIX"), gpu, FolderStore(tmp_path / "store"), tmp_path)


def test_a_frame_that_another_device_rendered_proves_nothing(
    scene: Scene, stand_in: Callable[[str], Blender], tmp_path: Path
) -> None:
    with pytest.raises(ToolFailed, match="expected a picture by OPTIX, found CUDA stand-in"):
        measure("OPTIX", scene, stand_in("CUDA"), tmp_path / "optix", 3)
