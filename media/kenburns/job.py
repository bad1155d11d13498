"""The request for moving pictures: one clip of each, or one film of all."""

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from media.codec import CODINGS
from media.delivery.wish import DELIVERY
from media.footage.container import PICTURE, Medium
from media.footage.job import EncodeWish, FootageJob
from media.footage.source import Footage
from media.form import PublicAddress, Unsaid, order_fields
from media.frame_rate import FrameRate
from media.intake import stored_address
from media.video.settings import VideoSettings

MOST_PICTURES = 2000
MOST_FRAMES = 1_000_000
MAX_PIXELS = 7680 * 4320

Duration = Annotated[float, Field(ge=0.1, le=1000)]
Zoom = Literal["in", "out", "none"]
Fit = Literal["cover", "contain", "blur"]
Easing = Literal["linear", "ease-in-out"]


def _form_of(schema: dict[str, Any]) -> None:
    first = ("images", "mode", "duration", "width", "height", "fps", "zoom", "zoom_to", "fit", "cross_fade")
    order_fields(
        schema, [*first, *(name for name in schema["properties"] if name not in {*first, *DELIVERY})]
    )


class Point(BaseModel):
    """A point of a picture, as parts of its width and height from its left and top."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    x: float = Field(default=0.5, ge=0, le=1, description="From 0, its left, to 1.")
    y: float = Field(default=0.5, ge=0, le=1, description="From 0, its top, to 1.")


class Still(BaseModel):
    """A picture, and what is wished of it alone; what is left out is as the job says."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    source: PublicAddress = Field(
        description="PNG, JPEG, WebP, TIFF, BMP or GIF: an https:// address, or a path on the machine."
    )
    id: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9_][A-Za-z0-9._-]{0,63})?$",
        description="What the result is called by; if empty, the picture's number in the request.",
    )
    duration: Duration | Unsaid = Field(default=None, description="Length in seconds.")
    zoom: Zoom | Unsaid = Field(default=None, description="Whether the camera comes closer.")
    focus: Point | Unsaid = Field(default=None, description="What the camera looks at.")
    pan_to: Point | Unsaid = Field(default=None, description="What it looks at in the end.")
    refused: str = Field(
        default="",
        max_length=4096,
        description="Why it cannot be used; the run that reads the pictures fills this in.",
    )


class ImagesToVideoJob(EncodeWish, FootageJob):
    """Make still pictures move: one clip of each, or one film of all."""

    noun: ClassVar[str] = "moving"
    recipe: ClassVar[int] = 1
    addresses: ClassVar[Mapping[str, Medium]] = {}
    model_config = ConfigDict(json_schema_extra=_form_of)

    images: tuple[Still, ...] = Field(
        min_length=1, max_length=MOST_PICTURES, description="The pictures, in their order."
    )
    mode: Literal["clips", "film"] = Field(
        default="clips", description="clips makes a video of each picture, film one of all, in their order."
    )
    cross_fade: float = Field(
        default=1.0,
        ge=0,
        le=10,
        description="Of a film: seconds in which one picture turns into the next; both move meanwhile.",
    )
    duration: Duration = Field(default=5.0, description="Length of each picture in seconds.")
    width: int = Field(default=1920, ge=16, le=8192, description="Width in pixels.")
    height: int = Field(default=1080, ge=16, le=8192, description="Height in pixels.")
    fps: FrameRate = Field(
        default="30/1",
        title="Frame rate (fps)",
        description="Frames a second, such as 30 or 24000/1001.",
    )
    zoom: Zoom = Field(default="in", description="in comes closer, out goes away, none keeps its distance.")
    zoom_from: float = Field(
        default=1.0, ge=1, le=10, description="Zoom where the camera is far; 1 shows all that fits."
    )
    zoom_to: float = Field(default=1.324, ge=1, le=10, description="Zoom where it is close.")
    focus: Point = Field(default=Point(), description="What the camera looks at, as near as it can.")
    pan_to: Point | Unsaid = Field(default=None, description="What it looks at in the end, if it wanders.")
    easing: Easing = Field(
        default="linear",
        description="linear keeps the speed that the eye sees; ease-in-out begins and ends gently.",
    )
    fit: Fit = Field(
        default="cover",
        description="cover fills the frame; contain shows all, on the background; blur all, on itself.",
    )

    @model_validator(mode="after")
    def _names_each_picture_once(self) -> Self:
        twice = [name for name, count in Counter(map(str.lower, self.names)).items() if count > 1]
        if twice:
            raise ValueError(f"expected a different id for each picture, found {twice[0]} more than once")
        return self

    @model_validator(mode="after")
    def _comes_closer_and_not_away(self) -> Self:
        if self.zoom_to < self.zoom_from:
            raise ValueError(
                f"expected zoom_to of at least zoom_from, found {self.zoom_to} and {self.zoom_from}; "
                "for the other way say zoom: out"
            )
        return self

    @model_validator(mode="after")
    def _fits_its_codec_and_memory_and_time(self) -> Self:
        if self.width * self.height > MAX_PIXELS:
            raise ValueError(f"expected at most {MAX_PIXELS} pixels, found {self.width} x {self.height}")
        least, sides = CODINGS[self.codec].least, self.settings.padded
        if min(sides) < least:
            raise ValueError(
                f"expected at least {least} pixels a side for {self.codec}, found {self.width} x "
                f"{self.height}; ask for a larger video, or for h264"
            )
        frames = sum(self.frames_of(still) for still in self.images)
        if frames > MOST_FRAMES:
            raise ValueError(f"expected at most {MOST_FRAMES} frames in all, found {frames}")
        return self

    @model_validator(mode="after")
    def _fades_no_longer_than_a_picture_lasts(self) -> Self:
        shortest = min(self.frames_of(still) for still in self.images)
        if self.fade_frames * 2 > shortest:
            raise ValueError(
                f"expected a cross_fade of at most half the shortest picture, found {self.fade_frames} of "
                f"{shortest} frames"
            )
        return self

    @property
    def names(self) -> list[str]:
        """What each picture is called: its id, or its number."""
        digits = max(2, len(str(len(self.images))))
        return [still.id or f"{number:0{digits}d}" for number, still in enumerate(self.images, 1)]

    @property
    def fade_frames(self) -> int:
        """How many frames show two pictures of a film."""
        if self.mode == "clips" or len(self.images) == 1:
            return 0
        return round(Fraction(str(self.cross_fade)) * Fraction(self.fps))

    @property
    def settings(self) -> VideoSettings:
        """What video is made of each picture."""
        return VideoSettings(
            width=self.width + self.width % 2,
            height=self.height + self.height % 2,
            fps=self.fps,
            crf=self.crf,
            preset=self.preset,
            codec=self.codec,
            background=self.background,
        )

    def frames_of(self, still: Still) -> int:
        """Return how many frames show a picture: its duration, to the nearest frame."""
        seconds = Fraction(str(still.duration or self.duration))
        return max(1, round(seconds * Fraction(self.fps)))

    @property
    def asked(self) -> dict[str, Any]:
        """What a manifest tells of it: all but where the pictures lie."""
        left_out = dict.fromkeys(DELIVERY, True)
        return self.model_dump(mode="json", exclude={**left_out, "images": {"__all__": {"source"}}})

    @property
    def identity(self) -> dict[str, Any]:
        """What a digest has of it; where pictures lie is not in it, what they are called is."""
        said = self.asked
        return said | {"images": [without_floats(one) for one in said["images"]]}

    @property
    def wanted(self) -> dict[str, tuple[str, Medium]]:
        """Where the pictures lie that are not refused yet, by their names."""
        named = zip(self.names, self.images, strict=True)
        return {name: (still.source, PICTURE) for name, still in named if not still.refused}

    def staged(self, footage: Mapping[str, Footage]) -> Self:
        """Return the same job on pictures that are in the store, by their names."""
        named = zip(self.names, self.images, strict=True)
        images = tuple(
            still.model_copy(update={"source": stored_address(footage[name].asset, footage[name].name)})
            if name in footage
            else still
            for name, still in named
        )
        return self.model_copy(update={"images": images})

    def without(self, field: str, why: str) -> Self:
        """Return the job that goes on without a picture that cannot be used."""
        named = zip(self.names, self.images, strict=True)
        images = tuple(
            still.model_copy(update={"refused": why[:4096]}) if name == field else still
            for name, still in named
        )
        return self.model_copy(update={"images": images})


def without_floats(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return JSON with each float in it as text, as digests have them."""
    match value:
        case dict():
            return {name: without_floats(one) for name, one in value.items()}
        case float():
            return repr(value + 0.0)
        case _:
            return value
