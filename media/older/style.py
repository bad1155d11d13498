"""How captions looked in older requests, in both of their forms."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from media.video.settings import Colour

Alpha = Annotated[int, Field(ge=0, le=255)]
Place = Literal[
    "bottom_left",
    "bottom_center",
    "bottom_right",
    "middle_left",
    "middle_center",
    "middle_right",
    "top_left",
    "top_center",
    "top_right",
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class OlderFont(_Part):
    """Letters."""

    name: str = ""
    size: float | None = Field(default=None, gt=0, le=400)
    bold: bool | None = None
    italic: bool = False
    underline: bool = False


class OlderColors(_Part):
    """Colours, with how transparent they are: 0 is opaque."""

    primary: Colour | None = None
    primaryAlpha: Alpha = 0  # noqa: N815 - the older name
    outline: Colour | None = None
    outlineAlpha: Alpha = 0  # noqa: N815 - the older name
    background: Colour | None = None
    backgroundAlpha: Alpha = 128  # noqa: N815 - the older name


class OlderBorder(_Part):
    """What is round and behind letters: 0 nothing, 1 a line and a shadow, 3 and 4 a box."""

    style: Literal[0, 1, 3, 4] = 1
    width: float | None = Field(default=None, ge=0, le=20)
    shadow: float = Field(default=0, ge=0, le=20)


class OlderPosition(_Part):
    """Where captions stand; numbers are those of a keypad."""

    alignment: Annotated[int, Field(ge=1, le=9)] | Place = 2
    marginVertical: float | None = Field(default=None, ge=0, le=500)  # noqa: N815 - the older name
    marginLeft: float | None = Field(default=None, ge=0, le=500)  # noqa: N815 - the older name
    marginRight: float | None = Field(default=None, ge=0, le=500)  # noqa: N815 - the older name


class OlderStyle(_Part):
    """How captions look, in either form; the flat fields are those of `highlight`."""

    font: OlderFont = OlderFont()
    colors: OlderColors = OlderColors()
    border: OlderBorder = OlderBorder()
    position: OlderPosition | Place = OlderPosition()

    fonte: str = ""
    tamanho_fonte: float | None = Field(default=None, gt=0, le=400)
    texto_cor: Colour | None = None
    highlight_cor: Colour | None = None
    fundo_cor: Colour | None = None
    fundo_opacidade: Annotated[int, Field(ge=0, le=100)] | None = None
    padding_vertical: float | None = Field(default=None, ge=0, le=500)
    words_per_line: int | None = Field(default=None, ge=1, le=20)
    max_lines: int | None = Field(default=None, ge=1, le=6)
