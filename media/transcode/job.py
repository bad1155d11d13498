"""What can be asked of a video that is to play elsewhere."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from media.encoder_options import Preset
from media.footage.container import VIDEO, Medium
from media.footage.job import FootageJob
from media.form import PublicAddress, Unsaid
from media.frame_rate import FrameRate
from media.transcode.profile import PROFILES, Profile, ProfileName
from media.video.settings import Colour

GateMetric = Literal["none", "vmaf", "ssim"]
Side = Annotated[int, Field(ge=16, le=16384)]
Crf = Annotated[int, Field(ge=1, le=40)]
Seconds = Annotated[float, Field(ge=0.05, le=86_400)]
Points = Annotated[float, Field(gt=0, le=100)]
GATES: dict[GateMetric, float] = {"none": 0.0, "vmaf": 93.0, "ssim": 97.0}
"""What passes where nothing is said: VMAF in its points, SSIM in hundredths."""


class TranscodeJob(FootageJob):
    """A video in another form: for the web, an archive, an editor, or in several sizes for streaming."""

    noun: ClassVar[str] = "transcoded"
    recipe: ClassVar[int] = 1
    addresses: ClassVar[Mapping[str, Medium]] = {"source": VIDEO}

    source: PublicAddress = Field(description="Path or address of the video.")
    profile: ProfileName = Field(
        default="web",
        description=(
            "Web: H.264 of at most 1080p. Hevc and av1: smaller, in full size. Prores: for editors, with "
            "alpha. Proxy: small, for cutting. Archive: HEVC that looks like the source. Hls: several sizes."
        ),
    )
    width: Side | Unsaid = Field(
        default=None, description="Largest width in pixels; the shape stays and nothing is enlarged."
    )
    height: Side | Unsaid = Field(default=None, description="Largest height in pixels; the same.")
    fps: FrameRate | Unsaid = Field(
        default=None, title="Frame rate (fps)", description="Frames a second; if empty, those of the video."
    )
    crf: Crf | Unsaid = Field(
        default=None,
        title="Video quality (crf)",
        description="Constant rate factor: lower is better and larger; if empty, that of the profile.",
    )
    preset: Preset | Unsaid = Field(
        default=None,
        description="How much time the encoder takes for a smaller file; if empty, the profile's.",
    )
    start: float = Field(default=0, ge=0, le=86_400, description="Seconds to leave out at the beginning.")
    duration: Seconds | Unsaid = Field(
        default=None, description="Seconds to keep from there; if empty, all that follow."
    )
    background: Colour = Field(
        default="#000000", description="Colour that shows where the video is transparent."
    )
    gate: GateMetric = Field(
        default="none",
        description=(
            "Compare the result with the video by VMAF or SSIM, and encode it better until it passes. Where "
            "this machine's ffmpeg has no VMAF, SSIM is taken, and that result is found ever after."
        ),
    )
    gate_target: Points | Unsaid = Field(
        default=None,
        description="What passes: VMAF's points, or SSIM in hundredths; if empty, 93 and 97.",
    )

    @property
    def made_for(self) -> Profile:
        """What its profile asks for."""
        return PROFILES[self.profile]

    @model_validator(mode="after")
    def _has_a_gate_where_it_has_a_target(self) -> Self:
        if self.gate_target is not None and self.gate == "none":
            raise ValueError("expected a gate, vmaf or ssim, for a gate_target; name one, or leave it out")
        if self.gate != "none" and self.profile in {"hls", "prores"}:
            raise ValueError(f"expected no gate for {self.profile}, whose quality is fixed; leave it out")
        return self
