"""Divide the samples of one picture: into which parts, and why not. Pure.

Cycles numbers the samples of a pixel, and what a sample is depends on its number and on how many there are in
all. Parts that are told both make the samples that one render makes, so that their mean, weighted by how many
each has, is its picture but for rounding: 130 dB and more apart, where other seeds give 50.
"""

from itertools import pairwise
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from media.shot.job import AnimationJob, FrameJob
from media.shot.report import SceneFacts


class Subset(BaseModel):
    """Some of a picture's samples: so many from `first` on, of `total`."""

    model_config = ConfigDict(frozen=True)

    first: int = Field(ge=0)
    count: int = Field(ge=1)
    total: int = Field(ge=1)

    @classmethod
    def all_of(cls, total: int, parts: int) -> tuple[Self, ...]:
        """Divide samples into parts that differ by one at most; never into more parts than samples."""
        parts = min(parts, total)
        ends = [total * number // parts for number in range(parts + 1)]
        return tuple(cls(first=first, count=end - first, total=total) for first, end in pairwise(ends))


def subsets_of(job: AnimationJob | FrameJob, scene: SceneFacts) -> tuple[Subset, ...]:
    """Return the parts that a job's samples are divided into; none if its pictures are rendered whole."""
    if not isinstance(job, FrameJob) or job.split == 1 or why_whole(job, scene):
        return ()
    return Subset.all_of(samples_of(job, scene), job.split)


def why_whole(job: FrameJob, scene: SceneFacts) -> str:
    """Return why the samples of a picture cannot be divided, to end a sentence; nothing if they can."""
    layers = (job.view_layer,) if job.view_layer else scene.used_layers
    samples = samples_of(job, scene)
    if scene.indivisible:
        return scene.indivisible[0]
    if job.format == "exr_multilayer":
        return "only its combined pass would be merged; choose exr"
    if len(layers) > 1:
        return f"it has {len(layers)} view layers in use; name one"
    if scene.most_divided_samples and samples > scene.most_divided_samples:
        return (
            f"it has {samples} samples, of which this Blender can divide {scene.most_divided_samples}; use "
            "Blender 4.5 or newer"
        )
    return "" if samples > 1 else "it has one sample"


def samples_of(job: FrameJob, scene: SceneFacts) -> int:
    """Return how many samples a picture has."""
    return job.samples or scene.samples


def is_denoised(job: AnimationJob | FrameJob, scene: SceneFacts) -> bool:
    """Return whether a picture is denoised."""
    return scene.denoise if job.denoise == "scene" else job.denoise == "on"
