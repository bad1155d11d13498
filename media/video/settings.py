"""What a video of rendered frames is to be."""

from fractions import Fraction
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from media.encoder import Preset
from media.frame_rate import FrameRate

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]


class VideoSettings(BaseModel):
    """How frames of one size become a video.

    Attributes:
        width: Of the frames, in pixels; an odd one is padded to even.
        height: The same.
        fps: Frame rate as `num/den`.
        crf: Constant rate factor: 1 is nearly lossless, 18 looks like the frames, 40 is poor.
        preset: How much time the encoder takes for a smaller file.
        background: What shows where frames are transparent.
    """

    model_config = ConfigDict(frozen=True)

    width: int = Field(ge=2, le=16384)
    height: int = Field(ge=2, le=16384)
    fps: FrameRate = "24/1"
    crf: int = Field(default=18, ge=1, le=51)
    preset: Preset = "medium"
    background: Colour = "#ffffff"

    @property
    def rate(self) -> Fraction:
        """Frames a second."""
        return Fraction(self.fps)

    @property
    def padded(self) -> tuple[int, int]:
        """Width and height of the video in pixels: those of the frames, made even."""
        return self.width + self.width % 2, self.height + self.height % 2
