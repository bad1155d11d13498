"""What a video of rendered frames is to be."""

from fractions import Fraction
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from media.codec import CODINGS, Bits, Codec, Layout, layout_of
from media.encoder_options import Preset
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
        background: What shows where frames are transparent and the codec keeps no alpha.
        codec: How it is encoded.
        bits: A channel; H.264 has 8 of them and ProRes 10 whatever is said.
        alpha: Whether transparency is kept, which ProRes alone can.
    """

    model_config = ConfigDict(frozen=True)

    width: int = Field(ge=2, le=16384)
    height: int = Field(ge=2, le=16384)
    fps: FrameRate = "24/1"
    crf: int = Field(default=18, ge=1, le=51)
    preset: Preset = "medium"
    background: Colour = "#ffffff"
    codec: Codec = "h264"
    bits: Bits = 8
    alpha: bool = False

    @model_validator(mode="after")
    def _keeps_alpha_only_in_prores(self) -> Self:
        if self.alpha and self.codec != "prores":
            raise ValueError(f"expected ProRes for a video with alpha, found {self.codec}")
        return self

    @property
    def rate(self) -> Fraction:
        """Frames a second."""
        return Fraction(self.fps)

    @property
    def padded(self) -> tuple[int, int]:
        """Width and height of the video in pixels: those of the frames, made even."""
        return self.width + self.width % 2, self.height + self.height % 2

    @property
    def layout(self) -> Layout:
        """How its pixels are kept."""
        return layout_of(self.codec, self.bits, alpha=self.alpha)

    @property
    def suffix(self) -> str:
        """The file name ending of the video."""
        return CODINGS[self.codec].suffix

    @property
    def identity(self) -> dict[str, Any]:
        """What a digest has of it; what was added later is in it only where it is not as it always was."""
        usual = {"codec": "h264", "bits": 8, "alpha": False}
        said = self.model_dump(mode="json")
        return {name: value for name, value in said.items() if usual.get(name, ...) != value}
