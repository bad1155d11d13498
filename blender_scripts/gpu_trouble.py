"""What Blender and Cycles say when a device fails, and what can be done about it.

The texts are those of Cycles' device code (`set_error` below intern/cycles/device, Blender 2.9 to 5.0) and of
the drivers; `bpy.ops.render.render` raises them as a RuntimeError.
"""

import errno
import re

GPU_MEMORY, MEMORY, DRIVER = "gpu memory", "memory", "driver"
NONE = ""

TABLE: tuple[tuple[str, str], ...] = (
    (GPU_MEMORY, r"out of GPU (and shared host )?memory"),  # System is …, when an allocation failed
    (GPU_MEMORY, r"out of memory in (cu|hip|optix)[A-Z]"),  # cuMemAlloc(…), cuLaunchKernel(…)
    (GPU_MEMORY, r"out of memory in (CUDA|HIP) queue"),
    (GPU_MEMORY, r"(CUDA|HIP|ONEAPI|Metal|OptiX)\b.*out of memory"),  # context, kernel (Out of memory)
    (GPU_MEMORY, r"(OPTIX|CUDA)_ERROR_(DEVICE_)?OUT_OF_MEMORY"),
    (MEMORY, r"OPTIX_ERROR_HOST_OUT_OF_MEMORY"),
    (MEMORY, r"out of (\w+ )*memory|bad_alloc|failed to allocate|memory exhausted|cannot allocate"),
    (DRIVER, r"OPTIX_ERROR_\w+"),
    (DRIVER, r"CUDA_ERROR_\w+|CUDA error"),
    (DRIVER, r"failed to (create|build|load|initialize) OptiX"),  # denoiser, acceleration structure, kernel
    (DRIVER, r"failed to (create|retain|get|load|initialize|enable) .*CUDA"),  # context, device, kernel
    (DRIVER, r"CUDA (binary kernel|nvcc compiler|kernel compilation|backend)"),
    (DRIVER, r" in (cu|optix)[A-Z]\w*\("),  # any result of the drivers' own functions
    (DRIVER, r" in CUDA queue"),  # Illegal address, Misaligned address, Launch failed, …
    (DRIVER, r"\b(illegal|misaligned) address\b|\blaunch (failed|failure|exceeded timeout)"),
)
"""What a text means, the first line that fits. The cases of letters do not count."""


def trouble_of(error: BaseException) -> str:
    """Return what kind of trouble an error of a render is: one of the words above, or NONE of them."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return MEMORY
    if isinstance(error, OSError):
        return NONE
    text = str(error)
    return next((meaning for meaning, says in TABLE if re.search(says, text, re.IGNORECASE)), NONE)


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error means that memory (of the machine or of its GPU) ran out."""
    return trouble_of(error) in {GPU_MEMORY, MEMORY}
