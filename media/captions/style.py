"""How captions look."""

from typing import Literal, cast, get_args

from pydantic import BaseModel, ConfigDict, Field

from media.captions.cues import Place
from media.captions.words import Grouping
from media.video.settings import Colour

Position = Literal[
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
FULL = 1080
"""Sizes are those in a picture whose shorter side has so many pixels."""


class CaptionStyle(BaseModel):
    """How captions look; sizes are pixels of a picture whose shorter side has 1080."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    font: str = Field(
        default="Noto Sans",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}$",
        description="Name of the font; Noto Sans is here, in all its scripts, and stands for others.",
    )
    size: float = Field(default=54, ge=16, le=300, description="Size of the letters, in pixels per em.")
    bold: bool = Field(default=True, description="Whether letters are semibold.")
    color: Colour = Field(default="#ffffff", description="Colour of the letters.")
    outline: float = Field(default=3, ge=0, le=20, description="Width of the line round letters, in pixels.")
    outline_color: Colour = Field(default="#000000", description="Its colour.")
    box: bool = Field(default=False, description="Whether there is a box behind each caption.")
    box_color: Colour = Field(default="#000000", description="Its colour.")
    box_opacity: float = Field(
        default=0.7, ge=0, le=1, description="How much it covers: 0 is nothing, 1 is all."
    )
    position: Position = Field(
        default="bottom_center", description="Where captions stand whose file does not say where."
    )
    safe_area: float = Field(
        default=0.05, ge=0, le=0.25, description="Share of the picture that stays free at each edge."
    )
    uppercase: bool = Field(default=False, description="Whether all letters are capitals.")
    karaoke: bool = Field(
        default=True, description="Whether the word being said is marked, where the file has its time."
    )
    highlight: Colour = Field(default="#ffd54a", description="Colour of the word being said.")
    line_length: int = Field(
        default=42, ge=8, le=200, description="Most characters in a line; those of East Asia count as two."
    )
    words_per_line: int = Field(
        default=5, ge=1, le=20, description="Words in a line where the file has single words."
    )
    max_lines: int = Field(
        default=2, ge=1, le=6, description="Lines of a caption; more are shown, and said in a warning."
    )

    @property
    def place(self) -> Place:
        """Where captions stand."""
        return cast("Place", get_args(Position).index(self.position) + 1)

    @property
    def grouping(self) -> Grouping:
        """How single words become captions."""
        return Grouping(self.words_per_line, self.max_lines)

    def scale(self, width: int, height: int) -> float:
        """Return how many pixels of a picture one of a size is."""
        return min(width, height) / FULL
