"""What was asked for to render on, what did, and what to say where that is less."""

from collections.abc import Iterable, Sequence
from itertools import takewhile

from pydantic import BaseModel, ConfigDict

from media.blender_events import Device, FrameWritten
from media.errors import OutOfResources
from media.gpu_use import GpuUse

DEVICE_ORDER = ("OPTIX", "CUDA", "HIP", "ONEAPI", "METAL", "CPU")
"""What is wanted where nothing else is said."""
CPU = "CPU"
NVIDIA = ("OPTIX", "CUDA")


class DeviceClaim(BaseModel):
    """The devices that a job asks for, as the Blender boundary takes them: the most wanted first."""

    model_config = ConfigDict(frozen=True)

    order: tuple[str, ...]
    require_gpu: bool = False

    def expect(self, written: FrameWritten) -> None:
        """Refuse a frame that something else rendered than the job allows.

        Raises:
            OutOfResources: It was a CPU, or another type of device, and a GPU is required.
        """
        allowed = [kind for kind in self.order if kind != CPU]
        if self.require_gpu and written.device.type not in allowed:
            raise OutOfResources(
                f"frame {written.frame}: expected {' or '.join(allowed)} to render it, found that "
                f"{written.device.type} {written.device.name} did; it is not kept, use another machine"
            )


def fallback_of(
    asked: Sequence[str], found: Iterable[Device], devices: Iterable[Device], seen: Iterable[str]
) -> str:
    """Return how what rendered is less than what was asked for, in a sentence, or nothing.

    Another maker's GPU is not less: where it is, NVIDIA's cannot be. Nor is the CPU of a machine without any,
    where none was required: each frame's record says that it rendered.

    Args:
        asked: Device types, the most wanted first.
        found: The devices that Blender found.
        devices: Those that rendered.
        seen: Names of those that the driver's own tool told of.
    """
    used = {device.type: device.name for device in devices}
    wanted = [kind for kind in asked if kind != CPU]
    if CPU in used and wanted:
        there = [f"{device.type} {device.name}" for device in found if device.type in wanted]
        reason = _why_no_gpu(there, sorted(set(seen)))
        return f"asked for {wanted[0]}, got the CPU: {reason}" if reason else ""
    if "CUDA" in used and "OPTIX" in takewhile(lambda kind: kind != "CUDA", asked):
        library = "the driver's OptiX library, libnvoptix, may be missing here or too old"
        return f"asked for OPTIX, got CUDA on {used['CUDA']}: {library}"
    return ""


def warnings_about(
    fallback: str, devices: Iterable[Device], gpus: Sequence[GpuUse], *, denoise_on_cpu: bool
) -> tuple[str, ...]:
    """Return everything that a customer who pays for a GPU should hear of."""
    by_gpu = [device for device in devices if device.type != CPU]
    warnings = [fallback] if fallback else []
    if by_gpu and denoise_on_cpu:
        warnings.append(f"{by_gpu[0].name} rendered, but the CPU denoised")
    judged = [gpu for gpu in gpus if gpu.verdict != "too short"]
    if (
        any(device.type in NVIDIA for device in by_gpu)
        and judged
        and all(g.verdict == "idle" for g in judged)
    ):
        seen = ", ".join(f"{gpu.name}: {gpu.mean_percent:.0f} % of {gpu.samples} samples" for gpu in judged)
        device = f"{by_gpu[0].name} ({by_gpu[0].type})"
        warnings.append(f"the renderer says that {device} rendered, but the GPU stood idle ({seen})")
    return tuple(warnings)


def _why_no_gpu(found: Sequence[str], seen: Sequence[str]) -> str:
    if found:
        return f"Blender found {', '.join(found)} and did not use it"
    if seen:
        libraries = "the driver's CUDA and OptiX libraries may be missing here"
        return f"nvidia-smi names {', '.join(seen)}, but Blender finds no GPU; {libraries}"
    return ""
