"""The request for a b-roll clip."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, ClassVar, Self

from pydantic import ConfigDict, Field, ValidationError, field_validator, model_validator

from media.broll.palette import PaletteName, colors_of
from media.broll.parameters import HexColor, TemplateParameters
from media.broll.templates import known_templates
from media.form import PublicAddress, Unsaid, order_fields
from media.frame_rate import FrameRate
from media.job import MAX_PIXELS
from media.shot.wishes import ChunkWish, DeviceWish, VideoWish

OWN_BLEND = "own_blend"
"""The template that is a .blend of the caller's, with named parameters."""
MOST_FRAMES = 100_000
MOST_ASKED_FOR = (
    "template",
    "parameters",
    "duration",
    "width",
    "height",
    "samples",
    "fps",
    "seed",
    "palette",
)
ParameterValue = bool | int | float | str


def _form_of(schema: dict[str, Any]) -> None:
    """Show which templates there are, and what each one's parameters can be."""
    order_fields(schema, MOST_ASKED_FOR)
    models = known_templates()
    fields = schema["properties"]
    fields["template"]["enum"] = [*models, *_aliases(), OWN_BLEND]
    named = {"type": "object", "title": "Named parameters of your own .blend", "properties": {}}
    fields["parameters"] = {
        **{name: value for name, value in fields["parameters"].items() if name in {"title", "description"}},
        "position": fields["parameters"]["position"],
        "default": {},
        "anyOf": [*(_schema_of(model) for model in models.values()), named],
    }


def _schema_of(model: type[TemplateParameters]) -> dict[str, Any]:
    return model.model_json_schema() | {"title": model.title, "description": model.about}


def _aliases() -> dict[str, str]:
    """Return the names of templates by the older names that requests may still use."""
    return {alias: name for name, model in known_templates().items() for alias in model.aliases}


class BrollJob(VideoWish, ChunkWish, DeviceWish):
    """Make a b-roll clip from a template."""

    noun: ClassVar[str] = "broll"
    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra=_form_of, hide_input_in_errors=True
    )

    template: str = Field(description="What is shown: one of the templates, or own_blend for your own.")
    parameters: Mapping[str, ParameterValue] = Field(
        default={},
        max_length=100,
        description="What the template itself can be told; what is left out stays as it is by default.",
    )
    source: PublicAddress | Unsaid = Field(
        default=None,
        description=(
            "Of your own_blend: a .blend with named parameters, which is opened as it is, scripts included: "
            "an https:// address, or a path on the machine that renders."
        ),
    )
    duration: float = Field(default=8.0, ge=0.2, le=600, description="Length in seconds.")
    width: int = Field(default=1920, ge=16, le=8192, description="Width in pixels.")
    height: int = Field(default=1080, ge=16, le=8192, description="Height in pixels.")
    samples: int = Field(
        default=128, ge=1, le=4096, description="Samples per pixel at most; quiet regions need fewer."
    )
    fps: FrameRate = Field(
        default="30/1",
        title="Frame rate (fps)",
        description="Frames a second, such as 30 or 24000/1001.",
    )
    seed: int = Field(
        default=0, ge=0, le=2**31 - 1, description="Another number gives another picture of the same kind."
    )
    palette: PaletteName = Field(default="ocean", description="Five colours that go together.")
    colors: tuple[HexColor, ...] = Field(
        default=(),
        max_length=5,
        description=(
            "Colours #rrggbb of your own instead of the palette's primary, secondary, accent, background and "
            "surface, in this order."
        ),
    )
    loop: bool = Field(
        default=False, description="Have the end lead to the beginning, so that the clip can run for ever."
    )

    @field_validator("template")
    @classmethod
    def _is_a_template(cls, name: str) -> str:
        name = _aliases().get(name, name)
        known = [*known_templates(), OWN_BLEND]
        if name not in known:
            raise ValueError(f"expected one of {', '.join(known)}, found another template")
        return name

    @model_validator(mode="after")
    def _has_a_source_if_it_is_the_callers_own(self) -> Self:
        if bool(self.source) != (self.template == OWN_BLEND):
            raise ValueError(f"expected a source for the template {OWN_BLEND}, and for no other")
        return self

    @model_validator(mode="after")
    def _parameters_are_the_templates(self) -> Self:
        self.all_parameters  # noqa: B018 - raises what is wrong with them
        return self

    @model_validator(mode="after")
    def _fits_into_memory(self) -> Self:
        if self.width * self.height > MAX_PIXELS:
            raise ValueError(f"expected at most {MAX_PIXELS} pixels, found {self.width} x {self.height}")
        return self

    @model_validator(mode="after")
    def _has_a_countable_number_of_frames(self) -> Self:
        if not 1 <= self.frames <= MOST_FRAMES:
            raise ValueError(f"expected 1 to {MOST_FRAMES} frames, found {self.frames}")
        return self

    @property
    def frames(self) -> int:
        """How many frames the clip has: the duration, to the nearest frame."""
        return round(Fraction(str(self.duration)) * Fraction(self.fps))

    @property
    def all_parameters(self) -> dict[str, ParameterValue]:
        """The template's parameters, those that were left out as well.

        Raises:
            ValueError: The template does not take them.
        """
        if self.template == OWN_BLEND:
            return dict(self.parameters)
        try:
            return known_templates()[self.template].model_validate(dict(self.parameters)).model_dump()
        except ValidationError as error:
            found = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise ValueError(f"expected parameters of {self.template}, found {found}") from None

    @property
    def all_colors(self) -> dict[str, str]:
        """The colours of the clip by their roles."""
        return colors_of(self.palette, self.colors)
