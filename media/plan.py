"""A job and the names of everything it will make: known before any of it is made."""

import math
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from media.asset import Sha256
from media.blender import Blender
from media.digest import digest_of, exact
from media.geometry.prepare import geometry_digest
from media.job import StillJob, TurntableJob
from media.scene import scene_digest
from media.source import Source
from media.video.settings import VideoSettings

RENDER_RECIPE = 2
"""Raise by hand when the same scene, camera and settings would give other pixels."""
OUTPUT_RECIPE = 2
"""Raise by hand when the same frames would give another still, video or preview."""
SEED = 0
NOISE_OF_ONE_SAMPLE = 0.65
"""Adaptive sampling stops a pixel at the noise that the rest of the picture is left with: this over the root
of the samples. A fixed threshold would never stop at few samples, or stop too early at many."""


class Plan(BaseModel):
    """What a job will make, by digest: source, geometry, scene, frames, result."""

    model_config = ConfigDict(frozen=True)

    job: TurntableJob | StillJob
    source: Source
    geometry: Sha256
    scene: Sha256
    render: Sha256 = Field(description="Names the frames; knows nothing of how many there are.")
    result: Sha256 = Field(description="Names the finished job and its manifest.")

    @property
    def frames(self) -> int:
        """How many frames the job needs; they are numbered from 1."""
        return self.job.frames if isinstance(self.job, TurntableJob) else 1

    @property
    def numbers(self) -> range:
        """The numbers of the frames."""
        return range(1, self.frames + 1)

    @property
    def noun(self) -> str:
        """What kind of work it is."""
        return self.job.noun

    @property
    def frame_suffix(self) -> str:
        """The file name ending of a frame."""
        return ".exr" if isinstance(self.job, StillJob) and self.job.format == "exr" else ".png"

    @property
    def shown_suffix(self) -> str:
        """The file name ending of what shows a frame; EXR has no one look."""
        return ".png" if self.frame_suffix == ".png" else ""


def plan(job: TurntableJob | StillJob, source: Source, blender: Blender) -> Plan:
    """Name everything that `job` makes of `source`."""
    geometry = geometry_digest(source, job.detail, job.conventions)
    scene = scene_digest(geometry, job, blender)
    render = digest_of(
        {
            "stage": "render",
            "recipe": RENDER_RECIPE,
            "scene": scene,
            "camera": exact(camera_of(job)),
            "settings": exact(settings_of(job)),
            "blender": blender.series,
        }
    )
    result = digest_of(
        {"stage": "result", "recipe": OUTPUT_RECIPE, "noun": job.noun, "render": render, **_output_of(job)}
    )
    return Plan(job=job, source=source, geometry=geometry, scene=scene, render=render, result=result)


def camera_of(job: TurntableJob | StillJob) -> dict[str, Any]:
    """Return the camera as the Blender boundary takes it: degrees, millimetres."""
    camera: dict[str, Any] = {
        "azimuth": job.azimuth,
        "elevation": job.elevation,
        "focal_length": job.focal_length,
        "axis": "z",
        "degrees_per_frame": 0.0,
        "framing": "follow",
    }
    if isinstance(job, TurntableJob):
        camera |= {
            "axis": job.axis,
            "degrees_per_frame": float(job.degrees_per_frame),
            "framing": job.framing,
        }
    return camera


def settings_of(job: TurntableJob | StillJob) -> dict[str, Any]:
    """Return what else changes a frame's pixels, as the Blender boundary takes it."""
    exr = isinstance(job, StillJob) and job.format == "exr"
    return {
        "width": job.width,
        "height": job.height,
        "samples": job.samples_per_pixel,
        "denoise": job.denoise,
        "noise_threshold": round(NOISE_OF_ONE_SAMPLE / math.sqrt(job.samples_per_pixel), 3),
        "seed": SEED,
        "transparent": job.background == "transparent",
        "view_transform": "AgX" if exr else job.view_transform,  # EXR holds light, whatever the transform
        "format": "OPEN_EXR" if exr else "PNG",
    }


def video_of(job: TurntableJob) -> VideoSettings:
    """Return the video that a job asks for."""
    return VideoSettings(width=job.width, height=job.height, fps=job.fps, crf=job.crf)


def _output_of(job: TurntableJob | StillJob) -> dict[str, Any]:
    if isinstance(job, TurntableJob):
        return {"frames": job.frames, "fps": job.fps, "crf": job.crf}
    return {"format": job.format}
