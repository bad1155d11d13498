"""A job on a shot and the names of everything it will make."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from media.asset import Sha256
from media.blender import Blender
from media.digest import digest_of
from media.errors import BadInput
from media.frame_gate import FrameSpec
from media.job import LIGHT_PIXELS, Queue
from media.shot.extent import numbers_of, rate_of, size_of
from media.shot.formats import FORMATS, NAMES_IN_EXR, in_order
from media.shot.job import AnimationJob, FrameJob
from media.shot.preflight import expect_sound, preflight
from media.shot.prepare import shot_digest
from media.shot.report import Finding, SceneFacts, Shot
from media.shot.split import Subset, subsets_of
from media.source import Source
from media.video.settings import VideoSettings

RENDER_RECIPE = 1
"""Raise by hand when the same shot, choice and settings would give other pixels."""
OUTPUT_RECIPE = 1
"""Raise by hand when the same frames would give another video or preview."""


class ShotPlan(BaseModel):
    """What a job on a shot will make."""

    model_config = ConfigDict(frozen=True)

    job: AnimationJob | FrameJob
    source: Source
    shot: Shot
    scene: SceneFacts
    findings: tuple[Finding, ...]
    chosen: tuple[int, ...] | None = Field(default=None, description="Of all its frames, these alone.")
    render: Sha256 = Field(description="Names the frames; knows nothing of how many there are.")
    result: Sha256 = Field(description="Names the finished job and its manifest.")

    @property
    def noun(self) -> str:
        """What kind of work it is."""
        return self.job.noun

    @property
    def all_numbers(self) -> range:
        """The numbers of all frames that the job asks for, as the scene counts them."""
        return numbers_of(self.job, self.scene)

    @property
    def numbers(self) -> Sequence[int]:
        """The numbers of the frames: all, or those that are chosen."""
        return self.all_numbers if self.chosen is None else self.chosen

    def only(self, numbers: Iterable[int]) -> Self:
        """Return the plan of some of the frames.

        Raises:
            BadInput: It has none of them.
        """
        wanted = set(numbers)
        chosen = tuple(number for number in self.all_numbers if number in wanted)
        if not chosen:
            raise BadInput(f"{self.source.name}: expected frames of {self.all_numbers}, found none of them")
        return self.model_copy(update={"chosen": chosen})

    @property
    def queue(self) -> Queue:
        """The queue that its frames belong on, by the size that they really have."""
        return "light" if max(self.spec.width, self.spec.height) <= LIGHT_PIXELS else "heavy"

    @property
    def frame_suffix(self) -> str:
        """The file name ending of a frame."""
        return FORMATS[self.job.format].suffix

    @property
    def shown_suffix(self) -> str:
        """The file name ending of the picture that shows a frame."""
        return FORMATS[self.job.format].shown_by

    @property
    def spec(self) -> FrameSpec:
        """What each frame must be."""
        form = FORMATS[self.job.format]
        channels: Literal[3, 4] = 4 if self.scene.transparent or form.is_light else 3
        spec = self.shown_spec.model_copy(update={"channels": channels, "format": form.blender})
        if form.blender != "OPEN_EXR_MULTILAYER":
            return spec
        layers = (self.job.view_layer,) if self.job.view_layer else self.scene.used_layers
        passes = tuple(NAMES_IN_EXR[one] for one in in_order({"combined", *self.job.passes}))
        return spec.model_copy(update={"layers": layers, "passes": passes})

    @property
    def shown_spec(self) -> FrameSpec:
        """What the picture that shows a frame must be, where it is another than the frame."""
        width, height = size_of(self.job, self.scene)
        return FrameSpec(width=width, height=height, channels=4 if self.scene.transparent else 3)

    @property
    def subsets(self) -> tuple[Subset, ...]:
        """The parts that the samples of its one frame are divided into; none if it is rendered whole."""
        return subsets_of(self.job, self.scene)

    @property
    def video(self) -> VideoSettings | None:
        """What video is made of the frames, if any."""
        job = self.job
        if not isinstance(job, AnimationJob) or job.video == "none":
            return None
        rate = rate_of(job, self.scene)
        return VideoSettings(
            width=self.spec.width,
            height=self.spec.height,
            fps=f"{rate.numerator}/{rate.denominator}",
            crf=job.crf,
            codec=job.video,
            bits=10 if is_deep(job, self.scene) else 8,
            alpha=self.scene.transparent and job.video == "prores",
        )


def is_deep(job: AnimationJob, scene: SceneFacts) -> bool:
    """Return whether the frames' 16 bits a channel are worth 10 in a video; over a background 8 are laid."""
    deep = job.format == "png" and job.color_depth == "16"
    return deep and job.video in {"hevc", "av1"} and not scene.transparent


def render_digest(job: AnimationJob | FrameJob, source: Source, blender: Blender) -> str:
    """Return the digest that names the frames of a job.

    Over how many runs a picture is divided is not in it, as it changes no more than rounding; that it is
    divided is, since then all samples are taken, whatever noise threshold the scene has.
    """
    divided = {"divided": True} if isinstance(job, FrameJob) and job.split > 1 else {}
    return digest_of(
        {
            "stage": "shot-render",
            "recipe": RENDER_RECIPE,
            "shot": shot_digest(source, blender, trusted=job.trusted, consent=job.consents),
            "choice": choice_of(job),
            "settings": settings_of(job),
            "blender": blender.series,
            **divided,
        }
    )


def result_digest(job: AnimationJob | FrameJob, source: Source, blender: Blender) -> str:
    """Return the digest that names a job's manifest: known before its source was opened."""
    asked = job.model_dump(mode="json", include={"frame", "first", "last", "step", "fps", "video", "crf"})
    return digest_of(
        {
            "stage": "result",
            "recipe": OUTPUT_RECIPE,
            "noun": job.noun,
            "render": render_digest(job, source, blender),
            "asked": {name: value for name, value in asked.items() if value is not None},
        }
    )


def plan_shot(
    job: AnimationJob | FrameJob,
    source: Source,
    shot: Shot,
    blender: Blender,
    memory_bytes: int | None = None,
) -> ShotPlan:
    """Name everything that `job` makes of a shot.

    Args:
        job: What is asked for.
        source: Of what.
        shot: What was made of the source.
        blender: What renders.
        memory_bytes: What the machine that renders has, if that is known already.

    Raises:
        BadInput: It cannot be rendered, for the reasons that the preflight found.
    """
    findings = preflight(job, shot.report, memory_bytes)
    expect_sound(source.name, findings)
    scene = shot.report.scene(job.scene)
    assert scene is not None  # noqa: S101 - the preflight has refused a scene that is not there
    return ShotPlan(
        job=job,
        source=source,
        shot=shot,
        scene=scene,
        findings=findings,
        render=render_digest(job, source, blender),
        result=result_digest(job, source, blender),
    )


def choice_of(job: AnimationJob | FrameJob) -> dict[str, str]:
    """Return which scene, layer and camera are rendered, as the Blender boundary takes it."""
    return {"scene": job.scene, "view_layer": job.view_layer, "camera": job.camera}


def settings_of(job: AnimationJob | FrameJob) -> dict[str, Any]:
    """Return what overrules the scene, as the Blender boundary takes it; 0 overrules nothing."""
    return {
        "width": job.width or 0,
        "height": job.height or 0,
        "percentage": job.percentage or 0,
        "samples": job.samples or 0,
        "denoise": job.denoise,
        "format": FORMATS[job.format].blender,
        "color_depth": job.color_depth,
        **({"engine": job.engine} if job.engine != "scene" else {}),
        **({"passes": in_order(job.passes)} if job.passes else {}),
        **({"display": True} if FORMATS[job.format].is_light else {}),
    }
