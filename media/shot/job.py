"""The requests for frames and animations of a .blend."""

from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from media.address import PUBLIC, expect_public
from media.form import Unsaid, order_fields
from media.frame_rate import FrameRate
from media.job import LIGHT_PIXELS, MAX_PIXELS, Queue, Samples

LAST_FRAME = 999_999
"""Frames are named by six digits."""
MOST_FRAMES = 100_000
MOST_ASKED_FOR = ("source", "blend", "frame", "first", "last", "step", "fps", "width", "height", "samples")

Side = int | Unsaid
Number = int | Unsaid


def _form_of(schema: dict[str, Any]) -> None:
    order_fields(schema, MOST_ASKED_FOR)


class ShotJob(BaseModel):
    """What frames and animations have in common; what is left empty stays as the .blend says."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra=_form_of, hide_input_in_errors=True
    )

    source: str = Field(
        min_length=1,
        max_length=4096,
        description=(
            "A .blend, or a ZIP of one with what it refers to: an https:// address, or a path on the machine "
            "that renders."
        ),
        json_schema_extra={"pattern": PUBLIC},
    )
    blend: Literal["refused", "cleaned", "trusted"] = Field(
        default="refused",
        title="What to do with a .blend",
        description=(
            "A .blend can hold programs. Refused: it is not opened. Cleaned: opened without them and cut off "
            "from network and files. Trusted: opened as it is."
        ),
    )
    scene: str = Field(default="", max_length=256, description="Name of the scene; if empty, the active one.")
    view_layer: str = Field(
        default="", max_length=256, description="Name of the only view layer to render; if empty, all in use."
    )
    camera: str = Field(
        default="", max_length=256, description="Name of the camera; if empty, the scene's, and its markers'."
    )
    width: Side = Field(default=None, ge=4, le=16384, description="Width in pixels, before the percentage.")
    height: Side = Field(default=None, ge=4, le=16384, description="Height in pixels, before the percentage.")
    percentage: Number = Field(
        default=None, ge=1, le=400, description="Size of the picture in per cent of width and height."
    )
    samples: Samples | Unsaid = Field(default=None, description="Samples per pixel.")
    denoise: Literal["scene", "on", "off"] = Field(
        default="scene", description="Remove what noise is left with Open Image Denoise."
    )
    engine: Literal["scene", "cycles"] = Field(
        default="scene",
        description=(
            "What renders: the scene's own engine, or Cycles, which renders anywhere; EEVEE and Workbench "
            "need a GPU with EGL."
        ),
    )
    format: Literal["png", "exr"] = Field(
        default="png", description="File format of the frames; EXR keeps scene-linear light."
    )
    depth: Literal["8", "16", "32"] | Unsaid = Field(
        default=None,
        title="Bits a channel",
        description="8 or 16 for PNG (8 if empty), 16 or 32 for EXR (16 if empty).",
    )
    require_gpu: bool = Field(
        default=False,
        title="Require a GPU",
        description="Fail before the first frame if only a CPU is there to render on.",
    )

    @field_validator("source")
    @classmethod
    def _source_may_be_seen_by_everybody(cls, source: str) -> str:
        return expect_public(source)

    @model_validator(mode="after")
    def _depth_is_one_of_its_format(self) -> Self:
        depths = {"png": ("8", "16"), "exr": ("16", "32")}[self.format]
        if self.depth is not None and self.depth not in depths:
            raise ValueError(
                f"expected {' or '.join(depths)} bits a channel of {self.format}, found {self.depth}"
            )
        return self

    @model_validator(mode="after")
    def _fits_into_memory(self) -> Self:
        if self.width and self.height and self.width * self.height > MAX_PIXELS:
            raise ValueError(f"expected at most {MAX_PIXELS} pixels, found {self.width} x {self.height}")
        return self

    @property
    def trusted(self) -> bool:
        """Whether what the .blend would run may run."""
        return self.blend == "trusted"

    @property
    def color_depth(self) -> str:
        """Bits a channel, as said or usual."""
        return self.depth or {"png": "8", "exr": "16"}[self.format]

    @property
    def queue(self) -> Queue:
        """The queue that this work belongs on; of unknown size, the one for large work."""
        share = (self.percentage or 100) / 100
        side = max(self.width or LIGHT_PIXELS * 2, self.height or LIGHT_PIXELS * 2)
        return "light" if side * share <= LIGHT_PIXELS else "heavy"


class FrameJob(ShotJob):
    """Render one frame of a .blend."""

    noun: ClassVar[str] = "frame"

    frame: int | Unsaid = Field(
        default=None, ge=0, le=LAST_FRAME, description="Which frame; if empty, the scene's first."
    )


class AnimationJob(ShotJob):
    """Render the frames of a .blend, and make a video of them."""

    noun: ClassVar[str] = "animation"

    first: int | Unsaid = Field(
        default=None, ge=0, le=LAST_FRAME, description="First frame; if empty, the scene's."
    )
    last: int | Unsaid = Field(
        default=None, ge=0, le=LAST_FRAME, description="Last frame; if empty, the scene's."
    )
    step: int | Unsaid = Field(
        default=None,
        ge=1,
        le=1000,
        description="Render every so many frames; the video keeps its speed. If empty, the scene's step.",
    )
    fps: FrameRate | Unsaid = Field(
        default=None,
        title="Frame rate (fps)",
        description="Frames a second at step 1, such as 24 or 24000/1001; if empty, the scene's.",
    )
    video: Literal["h264", "none"] = Field(
        default="h264", description="What to make of PNG frames; EXR frames stay frames."
    )
    crf: int = Field(
        default=18,
        ge=1,
        le=40,
        title="Video quality (crf)",
        description="Constant rate factor of the video: lower is better and larger.",
    )

    machines: int = Field(
        default=2,
        ge=1,
        le=64,
        description="How many runs render at once, where a server sends them to workers or machines.",
    )
    deployment: str = Field(
        default="",
        pattern=r"^[a-z0-9-]{0,64}$",
        description="Which deployment of render-frames renders, such as runpod; if empty, this one's name.",
    )

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.first is not None and self.last is not None and self.last < self.first:
            raise ValueError(f"expected a last frame from {self.first} on, found {self.last}")
        return self


class FramesJob(BaseModel):
    """Render some frames of an animation, as a run of render-animation sends them."""

    noun: ClassVar[str] = "frames"
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    animation: AnimationJob
    frames: str = Field(
        pattern=r"^\d{1,6}(-\d{1,6})?(,\d{1,6}(-\d{1,6})?)*$",
        max_length=100_000,
        description="Which: numbers and ranges, such as 1,12-24.",
    )
    segment: bool = Field(default=False, description="Encode them as a part of the video.")

    @property
    def numbers(self) -> tuple[int, ...]:
        """The frames' numbers."""
        ends = (part.partition("-") for part in self.frames.split(","))
        return tuple(n for first, _, last in ends for n in range(int(first), int(last or first) + 1))
