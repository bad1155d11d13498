"""What rendering a shot will take, as far as it can be known beforehand. Pure."""

from collections.abc import Iterable

from media.shot.extent import numbers_of, size_of
from media.shot.formats import FORMATS
from media.shot.job import AnimationJob, FrameJob
from media.shot.report import Finding, SceneFacts

SHARE_OF_RAW = {"png": 0.5, "exr": 0.7, "exr_multilayer": 2.0, "webp": 0.3}
"""What a frame takes of its bare size as a file; of layers, several times that."""
BYTES_OF_A_PIXEL = 192
"""Of all passes of a render's result together, as blender_scripts/scene_facts.py counts them."""


def findings_of_noise(job: AnimationJob | FrameJob, scene: SceneFacts) -> Iterable[Finding]:
    """Yield what is odd about the noise of an animation."""
    denoised = job.denoise == "on" or (job.denoise == "scene" and scene.denoise)
    if isinstance(job, AnimationJob) and not scene.animated_seed and not denoised:
        yield Finding(
            level="note",
            kind="still-noise",
            subject=scene.name,
            message=f"scene {scene.name}: its noise is the same in every frame, like a dirty lens; switch on "
            "Animate Seed",
        )


def memory_of(job: AnimationJob | FrameJob, scene: SceneFacts) -> int:
    """Return how many bytes rendering may take: what the scene does, but for the size of the picture."""
    width, height = size_of(job, scene)
    own = scene.width * scene.height * scene.percentage**2 // 100**2
    return max(0, scene.memory_bytes + (width * height - own) * BYTES_OF_A_PIXEL)


def findings_of_memory(
    job: AnimationJob | FrameJob, scene: SceneFacts, memory_bytes: int | None
) -> Iterable[Finding]:
    """Yield a warning if a machine, where it is known, has less memory than rendering may take."""
    needed = memory_of(job, scene)
    if memory_bytes is not None and needed > memory_bytes:
        yield Finding(
            level="warning",
            kind="memory",
            subject=scene.name,
            message=f"scene {scene.name}: rendering may take {_gb(needed)} of memory, and this "
            f"machine has {_gb(memory_bytes)}; use a larger one, or smaller textures and fewer subdivisions",
        )


def estimates(job: AnimationJob | FrameJob, scene: SceneFacts) -> Iterable[Finding]:
    """Yield a note of how much there is to render and to store."""
    width, height = size_of(job, scene)
    channels = 4 if scene.transparent or FORMATS[job.format].is_light else 3
    count = len(numbers_of(job, scene))
    size = count * width * height * channels * int(job.color_depth) // 8 * SHARE_OF_RAW[job.format]
    yield Finding(
        level="note",
        kind="estimate",
        subject=scene.name,
        message=f"{count} frame{'s' if count != 1 else ''} of {width} x {height}, about {_gb(int(size))} in "
        f"the store; {scene.triangles} triangles, about {_gb(memory_of(job, scene))} of memory",
    )


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"  # noqa: PLR2004 - a tenth of a GB
