"""What people ask for: one frozen model per kind of work.

The same model is the flow's parameter (Prefect's form is made from it), the command line's JSON and, later,
the HTTP body. Fields are flat, bounded, and described for the person who fills the form.
"""

from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from media.form import PublicAddress, Unsaid, order_fields
from media.frame_rate import FrameRate
from media.geometry.conventions import Conventions
from media.geometry.report import Detail
from media.material_override import MOST_OVERRIDES, MaterialOverride

MAX_PIXELS = 8192 * 8192
BASE_SAMPLES = {"draft": 64, "standard": 128, "high": 512}
FULL_SAMPLES_AT = 2048
FEWEST_SAMPLES = 32
LIGHT_PIXELS = 1024
FULL_TURN = 360
PROFILES: dict[str, dict[str, Any]] = {"thumbnail": {"width": 256, "height": 256, "samples": 32}}

Background = Annotated[str, StringConstraints(pattern=r"^(studio|transparent|#[0-9a-fA-F]{6})$")]
Queue = Literal["light", "heavy"]
Samples = Annotated[int, Field(ge=1, le=65536)]
MOST_ASKED_FOR = ("source", "profile", "width", "height", "frames", "fps", "quality", "samples")


def _form_of(schema: dict[str, Any]) -> None:
    order_fields(schema, MOST_ASKED_FOR)


class SourceJob(BaseModel):
    """What every job says: which file."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra=_form_of, hide_input_in_errors=True
    )

    source: PublicAddress = Field(
        description=(
            "STEP, IGES, STL, OBJ, PLY, GLB, glTF or USD file, or a ZIP of one with what it refers to: "
            "an https:// address, or a path on the machine that renders."
        ),
    )
    detail: Detail = Field(
        default="normal", description="How closely triangles follow the curved surfaces of a CAD file."
    )
    source_unit: Literal["", "mm", "cm", "m", "inch", "foot"] = Field(
        default="",
        description="Unit of length of an STL, OBJ or PLY, which state none; if empty, mm is guessed.",
    )
    up_axis: Literal["", "y", "z"] = Field(
        default="",
        description="Axis that points up in a STEP, IGES, STL, OBJ or PLY; if empty, z is taken.",
    )

    @field_validator("source_unit", "up_axis", mode="before")
    @classmethod
    def _takes_none_for_an_empty_choice(cls, given: Any) -> Any:  # noqa: ANN401 - anything may be asked for
        return "" if given is None else given

    @property
    def conventions(self) -> Conventions:
        """Unit and up axis, as far as they are said."""
        return Conventions(unit=self.source_unit or None, up_axis=self.up_axis or None)


class GeometryJob(SourceJob):
    """Turn a CAD file into a GLB for the web and a USD master for rendering."""

    noun: ClassVar[str] = "geometry"

    @property
    def queue(self) -> Queue:
        """The queue that this work belongs on; it needs no GPU, and is done in seconds."""
        return "light"


class RenderJob(SourceJob):
    """What stills and turntables have in common: picture, camera, quality and device."""

    profile: Literal["none", "thumbnail"] = Field(
        default="none",
        description="Other defaults for width, height and samples: thumbnail is 256 by 256 pixels at 32.",
    )
    width: int = Field(default=1280, ge=16, le=16384, description="Width of the picture in pixels.")
    height: int = Field(default=960, ge=16, le=16384, description="Height of the picture in pixels.")
    quality: Literal["draft", "standard", "high"] = Field(
        default="standard", description="Base number of samples: draft 64, standard 128, high 512."
    )
    base: Samples | Unsaid = Field(
        default=None, description="Base number of samples, instead of a named quality."
    )
    samples: Samples | Unsaid = Field(
        default=None,
        description="Exact samples per pixel; if empty, the base scaled by the picture's size, 32 at least.",
    )
    denoise: bool = Field(default=True, description="Remove what noise is left with Open Image Denoise.")
    azimuth: float = Field(
        default=35.0, ge=-360, le=360, description="Camera's direction around the part, in degrees."
    )
    elevation: float = Field(
        default=30.0, ge=-89, le=89, description="Camera's height above the horizon, in degrees."
    )
    focal_length: float = Field(
        default=85.0, ge=18, le=400, description="Focal length in millimetres on a 36 mm sensor."
    )
    background: Background = Field(
        default="studio", description="Backdrop: studio, transparent, or a colour such as #1a2b3c."
    )
    materials: tuple[MaterialOverride, ...] = Field(
        default=(),
        max_length=MOST_OVERRIDES,
        description="Other materials for parts of some names; of several for one part, the last counts.",
    )
    view_transform: Literal["AgX", "Filmic"] = Field(
        default="AgX", description="How light becomes display colour."
    )
    require_gpu: bool = Field(
        default=False,
        title="Require a GPU",
        description="Fail before the first frame if only a CPU is there to render on.",
    )

    @model_validator(mode="before")
    @classmethod
    def _takes_what_it_does_not_say_from_its_profile(cls, given: Any) -> Any:  # noqa: ANN401 - anything may be asked for
        """Replace what is left at its usual default; a form cannot help saying every default."""
        profile = PROFILES.get(str(given.get("profile"))) if isinstance(given, dict) else None
        if profile is None:
            return given
        usual = {name: cls.model_fields[name].default for name in profile}
        return profile | {name: value for name, value in given.items() if value != usual.get(name)}

    @model_validator(mode="after")
    def _fits_into_memory(self) -> Self:
        if self.width * self.height > MAX_PIXELS:
            raise ValueError(
                f"expected at most {MAX_PIXELS} pixels, found {self.width} x {self.height}; ask for fewer"
            )
        return self

    @property
    def samples_per_pixel(self) -> int:
        """Samples as given, or the base scaled down for pictures smaller than 2048 pixels."""
        if self.samples is not None:
            return self.samples
        base = self.base or BASE_SAMPLES[self.quality]
        return min(base, max(FEWEST_SAMPLES, base * min(self.width, self.height) // FULL_SAMPLES_AT))

    @property
    def queue(self) -> Queue:
        """The queue that work of this size belongs on."""
        return "light" if max(self.width, self.height) <= LIGHT_PIXELS else "heavy"


class StillJob(RenderJob):
    """Render one picture of a part."""

    noun: ClassVar[str] = "still"

    format: Literal["png", "webp", "jpeg", "exr"] = Field(
        default="png", description="File format of the picture; EXR keeps scene-linear light."
    )


class TurntableJob(RenderJob):
    """Render a part turning once around, as a video that loops without a seam."""

    noun: ClassVar[str] = "turntable"

    width: int = Field(default=1080, ge=16, le=16384, description="Width of the picture in pixels.")
    height: int = Field(default=1080, ge=16, le=16384, description="Height of the picture in pixels.")
    frames: int = Field(default=96, ge=1, le=10_000, description="Frames in the whole turn.")
    fps: FrameRate = Field(
        default="24",
        title="Frame rate (fps)",
        description="Frames a second: 24, 23.976, 29.97, 59.94, or a fraction such as 24000/1001.",
        validate_default=True,
    )
    axis: Literal["x", "y", "z"] = Field(default="z", description="Axis to turn around; z is up.")
    degrees: float = Field(
        default=360.0,
        ge=-3600,
        le=3600,
        description="How far to turn, in degrees; negative turns the other way.",
    )
    framing: Literal["follow", "fixed"] = Field(
        default="follow",
        description="Whether the camera may glide to keep a long part large, or keeps its distance.",
    )
    crf: int = Field(
        default=18,
        ge=1,
        le=40,
        title="Video quality (crf)",
        description="Constant rate factor of the video: lower is better and larger.",
    )

    @model_validator(mode="after")
    def _turns_at_most_once_from_frame_to_frame(self) -> Self:
        if abs(self.degrees_per_frame) > FULL_TURN:
            raise ValueError(
                f"expected at most {FULL_TURN} degrees a frame, found {self.degrees} in {self.frames} frames"
            )
        return self

    @property
    def degrees_per_frame(self) -> Fraction:
        """The turn from one frame to the next; the last frame is one such step short of the first."""
        return Fraction(str(self.degrees)) / self.frames
