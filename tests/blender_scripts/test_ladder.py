"""What is tried when a picture cannot be rendered as asked; no Blender is needed for that."""

import errno

import pytest

from blender_scripts.failure import OutOfGpuMemory, failure_of
from blender_scripts.gpu_trouble import DRIVER, GPU_MEMORY, MEMORY, NONE, TABLE, trouble_of
from blender_scripts.ladder import CUDA, OPTIX, Ladder, LastRung, Rung, climb_down, next_rung

FULL = Rung(OPTIX, persistent_data=True, tile=1920, denoise_on_gpu=True)
OUT_OF_MEMORY = "System is out of GPU memory"

SAID = [
    (GPU_MEMORY, "Error: System is out of GPU memory"),
    (GPU_MEMORY, "Error: System is out of GPU and shared host memory"),
    (GPU_MEMORY, "Out of memory in cuMemAlloc(&device_pointer, size) (device_impl.cpp:1)"),
    (GPU_MEMORY, "CUDA error: Out of memory in cuLaunchKernel(cuPathTrace, xblocks , yblocks, 1)"),
    (GPU_MEMORY, "Out of memory in cuStreamCreate(&cuda_stream_, CU_STREAM_NON_BLOCKING) (queue.cpp:21)"),
    (GPU_MEMORY, "Out of memory in CUDA queue enqueue (integrator_shade_surface)"),
    (GPU_MEMORY, "Out of memory in HIP queue copy_from_device"),
    (GPU_MEMORY, "Failed to create CUDA context (Out of memory)"),
    (GPU_MEMORY, "Failed to load CUDA kernel from '/x/kernel_sm_89.cubin.zst' (Out of memory)"),
    (GPU_MEMORY, "OPTIX_ERROR_DEVICE_OUT_OF_MEMORY in optixAccelBuild(context, NULL) (device_impl.cpp:9)"),
    (GPU_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY"),
    (MEMORY, "OPTIX_ERROR_HOST_OUT_OF_MEMORY in optixModuleCreate(context)"),
    (MEMORY, "std::bad_alloc"),
    (MEMORY, "Out of memory"),
    (DRIVER, "Failed to load OptiX kernel from 'kernel_optix.ptx.zst' (OPTIX_ERROR_PIPELINE_LINK_ERROR)"),
    (DRIVER, "OPTIX_ERROR_UNSUPPORTED_ABI_VERSION in optixInit()"),
    (DRIVER, "OPTIX_ERROR_LAUNCH_FAILURE in optixLaunch(pipeline, cuda_stream_)"),
    (DRIVER, "Failed to create OptiX denoiser"),
    (DRIVER, "Failed to build OptiX acceleration structure"),
    (DRIVER, "Failed to initialize CUDA runtime (Unknown error)"),
    (DRIVER, "Failed to create CUDA context (Unknown error)"),
    (DRIVER, "Failed to retain CUDA context (Unknown error)"),
    (DRIVER, "Failed to get CUDA device handle from ordinal (Invalid device)"),
    (DRIVER, "Failed to load CUDA kernel from '/x/kernel_compute_75.ptx.zst' (Invalid PTX)"),
    (DRIVER, "CUDA binary kernel for this graphics card compute capability (9.0) not found."),
    (DRIVER, "CUDA error: Launch failed in cuCtxSynchronize(), line 2114"),
    (DRIVER, "Illegal address in CUDA queue copy_from_device (integrator_shade_surface)"),
    (DRIVER, "Illegal address in cuMemFree_v2(mem)"),
    (DRIVER, "Misaligned address in CUDA queue synchronize (integrator_shade_surface)"),
    (DRIVER, "Launch exceeded timeout in CUDA queue synchronize (integrator_init_from_camera)"),
    (DRIVER, "Unknown error in cuCtxSynchronize() (queue.cpp:3)"),
    (NONE, "Error: Cannot render, no camera"),
    (NONE, "Error: memory file is not a library"),
    (NONE, "Error: Image file '/textures/launch.png' does not exist"),
    (NONE, "Error: Unable to create directory in cuisine (x)"),
]


@pytest.mark.parametrize(("trouble", "text"), SAID)
def test_what_cycles_says_is_known_for_what_it_is(trouble, text):
    assert trouble_of(RuntimeError(text)) == trouble


def test_every_line_of_the_table_is_needed_by_a_text_that_was_seen():
    found = {trouble for trouble, _ in SAID}

    assert found == {meaning for meaning, _ in TABLE} | {NONE}


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (MemoryError(), MEMORY),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), MEMORY),
        (OSError(errno.ENOSPC, "No space left on device"), NONE),
    ],
)
def test_errors_of_the_system_are_told_by_their_kind(error, trouble):
    assert trouble_of(error) == trouble


def rungs(rung: Rung, trouble: str, spare: str = "") -> list[Rung]:
    """All rungs below one, as long as the same trouble breaks them."""
    found = []
    while lower := next_rung(rung, trouble, spare):
        found.append(lower)
        rung = lower
    return found


def test_memory_is_saved_step_by_step_down_to_the_smallest_tile():
    below = rungs(FULL, GPU_MEMORY)

    assert [(rung.persistent_data, rung.tile, rung.denoise_on_gpu) for rung in below] == [
        (False, 1920, True),
        (False, 960, False),
        (False, 480, False),
        (False, 256, False),
    ]
    assert {rung.device for rung in below} == {OPTIX}


def test_small_picture_has_no_tiles_to_save_by_but_its_denoiser():
    below = rungs(Rung(CUDA, persistent_data=False, tile=128, denoise_on_gpu=True), GPU_MEMORY)

    assert below == [Rung(CUDA, persistent_data=False, tile=128, denoise_on_gpu=False)]


def test_driver_that_fails_is_left_for_the_spare_once_and_everything_else_stays():
    assert rungs(FULL, DRIVER, CUDA) == [Rung(CUDA, persistent_data=True, tile=1920, denoise_on_gpu=True)]
    assert rungs(FULL, DRIVER) == []


def test_other_errors_are_not_tried_again():
    assert next_rung(FULL, NONE, CUDA) is None


class Picture:
    """A render operator that fails with one text after the other."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.stood_on: list[Rung] = []

    def __call__(self) -> None:
        if self.texts:
            raise RuntimeError(self.texts.pop(0))

    def climbed(self, ladder: Ladder) -> Ladder:
        return climb_down(self, ladder, self.stood_on.append, str)


def test_picture_that_can_be_rendered_is_rendered_as_asked():
    picture, ladder = Picture(), Ladder(FULL, FULL, CUDA)

    assert picture.climbed(ladder) == ladder
    assert picture.stood_on == []
    assert not ladder.fallback


def test_both_kinds_of_trouble_are_left_behind_and_told():
    picture = Picture("Illegal address in CUDA queue enqueue", OUT_OF_MEMORY, OUT_OF_MEMORY)

    ladder = picture.climbed(Ladder(FULL, FULL, CUDA))

    assert [rung.device for rung in picture.stood_on] == [CUDA] * 3
    assert ladder.now == Rung(CUDA, persistent_data=False, tile=960, denoise_on_gpu=False)
    assert ladder.fallback == (
        "by CUDA instead of OPTIX, without keeping data between frames, in tiles of 960 pixels, "
        "denoised by the CPU"
    )
    assert ladder.reason == OUT_OF_MEMORY


def test_next_frame_begins_where_the_last_one_was_rendered():
    ladder = Picture(OUT_OF_MEMORY).climbed(Ladder(FULL, FULL))

    assert Picture().climbed(ladder) == ladder
    assert ladder.fallback == "without keeping data between frames"


@pytest.mark.parametrize(
    ("texts", "trouble", "rung"),
    [
        ([OUT_OF_MEMORY] * 9, GPU_MEMORY, "in tiles of 256 pixels"),
        (["OPTIX_ERROR_LAUNCH_FAILURE in optixLaunch()"] * 9, DRIVER, "by CUDA instead of OPTIX"),
        (["Cannot render, no camera"], NONE, ""),
    ],
)
def test_ladder_ends_with_what_was_tried_last(texts, trouble, rung):
    with pytest.raises(LastRung) as raised:
        Picture(*texts).climbed(Ladder(FULL, FULL, CUDA))

    assert raised.value.trouble == trouble
    assert rung in raised.value.ladder.fallback
    assert str(raised.value.__cause__) == texts[0]


def test_gpu_that_is_too_small_is_told_apart():
    assert failure_of(OutOfGpuMemory("frame 1")).kind == "OutOfGpuMemory"
