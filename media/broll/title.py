"""Words in a clip: what may be wished of them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from media.form import Unsaid, order_fields

Position = Literal[
    "lower_left", "lower_center", "lower_right", "center", "upper_left", "upper_center", "upper_right"
]
TitleColor = Annotated[str, StringConstraints(pattern=r"^(#[0-9a-fA-F]{6}|primary|secondary|accent)$")]

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$")]


def _form_of(schema: dict[str, Any]) -> None:
    order_fields(schema)


class TitleBlock(BaseModel):
    """A title, with a subtitle if wished, that stands in the picture.

    All of it lies within the title-safe area (SMPTE ST 2046-1 and EBU R 95: the middle 90 % of the width and
    of the height). In a loop it stays; in a clip with an end it appears and goes away softly.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_form_of)

    text: str = Field(
        min_length=1,
        max_length=80,
        description='The title; "\\n" begins a new line.',
    )
    subtitle: str = Field("", max_length=120, description="Smaller words below it.")
    position: Position = Field("lower_left", description="Where in the title-safe area it stands.")
    color: TitleColor = Field(
        "#e8e8e6", description='"#rrggbb", or a colour of the palette: primary, secondary or accent.'
    )
    scale: float = Field(
        1.0, ge=0.5, le=2.0, description="Size of the letters, against about a twelfth of the shorter side."
    )
    rule: bool = Field(default=True, description="Whether a thin line in the accent colour goes with it.")
    shade: float = Field(
        0.5, ge=0.0, le=1.0, description="How much the picture is darkened softly behind the letters."
    )
    fade: float = Field(
        0.8, ge=0.0, le=3.0, description="Seconds that it takes to appear and to go away, unless in a loop."
    )
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$")] | Unsaid = (
        Field(
            None,
            description='Of the words, such as "ja" or "zh-Hant", where Chinese characters differ.',
        )
    )
