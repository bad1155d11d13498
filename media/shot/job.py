"""The requests for frames and animations of a .blend."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from media.form import PublicAddress, Unsaid, order_fields
from media.frame_list import PATTERN, numbers_in
from media.frame_rate import FrameRate
from media.job import LIGHT_PIXELS, MAX_PIXELS, Queue, Samples
from media.shot.formats import FORMATS, NAMES_IN_EXR, Depth, Format, Pass
from media.shot.wishes import ChunkWish, DeviceWish, VideoWish

LAST_FRAME = 999_999
"""Frames are named by six digits."""
MOST_ASKED_FOR = (
    *("source", "blend", "frame", "first", "last", "step", "fps", "width", "height", "samples"),
    *("scene", "view_layer", "camera", "percentage", "denoise", "engine", "format", "depth", "passes"),
    *("require_gpu", "device", "video", "crf", "split", "machines", "chunk", "deployment"),
)

# Bounds belong to the number alone: on the whole of `int | None` pydantic compares them with None as well.
Side = Annotated[int, Field(ge=4, le=16384)]
Percentage = Annotated[int, Field(ge=1, le=400)]
FrameNumber = Annotated[int, Field(ge=0, le=LAST_FRAME)]
Step = Annotated[int, Field(ge=1, le=1000)]
NotOn = Annotated[
    tuple[str, ...],
    Field(
        max_length=1000,
        title="Not on",
        description="Names of workers that have failed at it, and leave it to others while there are any.",
    ),
]


def _form_of(schema: dict[str, Any]) -> None:
    order_fields(schema, MOST_ASKED_FOR)


class ShotJob(DeviceWish):
    """What frames and animations have in common; what is left empty stays as the .blend says."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra=_form_of, hide_input_in_errors=True
    )

    source: PublicAddress = Field(
        description=(
            "A .blend, glTF or USD scene with a camera, or a ZIP of one with what it refers to: an https:// "
            "address, or a path on the machine that renders."
        ),
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
    width: Side | Unsaid = Field(default=None, description="Width in pixels, before the percentage.")
    height: Side | Unsaid = Field(default=None, description="Height in pixels, before the percentage.")
    percentage: Percentage | Unsaid = Field(
        default=None, description="Size of the picture in per cent of width and height."
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
    format: Format = Field(
        default="png",
        description=(
            "File format of the frames: EXR keeps scene-linear light, EXR multilayer also every view layer "
            "and its passes, WebP the picture of a PNG in less room."
        ),
    )
    depth: Depth | Unsaid = Field(
        default=None,
        title="Bits a channel",
        description="8 or 16 for PNG (8 if empty), 16 or 32 for EXR (16 if empty), 8 for WebP.",
    )
    passes: tuple[Pass, ...] = Field(
        default=(),
        max_length=len(NAMES_IN_EXR),
        description=(
            "What an EXR multilayer has of every view layer besides combined; if empty, the passes that are "
            "switched on in the scene."
        ),
    )

    @model_validator(mode="after")
    def _keeps_passes_only_where_they_have_a_place(self) -> Self:
        if self.passes and self.format != "exr_multilayer":
            raise ValueError(f"expected the format exr_multilayer for passes, found {self.format}")
        return self

    @model_validator(mode="after")
    def _depth_is_one_of_its_format(self) -> Self:
        depths = FORMATS[self.format].depths
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
    def consents(self) -> bool:
        """Whether a .blend may be opened at all."""
        return self.blend != "refused"

    @property
    def color_depth(self) -> str:
        """Bits a channel, as said or usual."""
        return self.depth or FORMATS[self.format].depths[0]

    @property
    def queue(self) -> Queue:
        """The queue that this work belongs on; of unknown size, the one for large work."""
        share = (self.percentage or 100) / 100
        side = max(self.width or LIGHT_PIXELS * 2, self.height or LIGHT_PIXELS * 2)
        return "light" if side * share <= LIGHT_PIXELS else "heavy"


class FrameJob(ShotJob):
    """Render one frame of a .blend."""

    noun: ClassVar[str] = "frame"

    frame: FrameNumber | Unsaid = Field(default=None, description="Which frame; if empty, the scene's first.")
    split: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Over how many runs to divide the samples of one huge picture.",
    )
    deployment: str = Field(
        default="",
        pattern=r"^[a-z0-9-]{0,64}$",
        description=(
            "Which deployment of render-samples renders the parts of a divided picture, such as runpod; if "
            "empty, this one's name."
        ),
    )


class AnimationJob(ShotJob, VideoWish, ChunkWish):
    """Render the frames of a .blend, and make a video of them."""

    noun: ClassVar[str] = "animation"

    first: FrameNumber | Unsaid = Field(default=None, description="First frame; if empty, the scene's.")
    last: FrameNumber | Unsaid = Field(default=None, description="Last frame; if empty, the scene's.")
    step: Step | Unsaid = Field(
        default=None,
        description="Render every so many frames; the video keeps its speed. If empty, the scene's step.",
    )
    fps: FrameRate | Unsaid = Field(
        default=None,
        title="Frame rate (fps)",
        description="Frames a second at step 1, such as 24 or 24000/1001; if empty, the scene's.",
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
        pattern=PATTERN,
        max_length=100_000,
        description="Which: numbers and ranges, such as 1,12-24.",
    )
    segment: bool = Field(default=False, description="Encode them as a part of the video.")
    not_on: NotOn = ()

    @field_validator("frames")
    @classmethod
    def _frames_are_not_too_many(cls, frames: str) -> str:
        numbers_in(frames)
        return frames


class SamplesJob(BaseModel):
    """Render some of the samples of a frame, as a run of render-frame sends them."""

    noun: ClassVar[str] = "samples"
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    frame: FrameJob
    part: int = Field(
        ge=0, le=63, description="Which of the parts that they are divided into; 0 is the first."
    )
    not_on: NotOn = ()
