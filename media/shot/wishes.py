"""What is asked of a shot apart from its frames: on what it renders, over how many runs, into what video."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from media.codec import CodecOrNone
from media.device_claim import DEVICE_ORDER, DeviceClaim
from media.form import Unsaid

# Bounds belong to the number alone: on the whole of `int | None` pydantic compares them with None as well.
ChunkSize = Annotated[int, Field(ge=1, le=10_000)]


class DeviceWish(BaseModel):
    """On what a shot may be rendered."""

    require_gpu: bool = Field(
        default=False,
        title="Require a GPU",
        description="Fail before the first frame if only a CPU is there to render on.",
    )
    device: Literal["any", "gpu", "optix"] = Field(
        default="any",
        description=(
            "What may render. Any: the best there is, with a warning if it is less than OptiX. Gpu: no CPU. "
            "Optix: nothing else. What may not render fails before the first frame."
        ),
    )

    @property
    def device_claim(self) -> DeviceClaim:
        """The devices that may render, the most wanted first."""
        order = ("OPTIX",) if self.device == "optix" else DEVICE_ORDER
        return DeviceClaim(order=order, require_gpu=self.require_gpu or self.device != "any")


class VideoWish(BaseModel):
    """What video is made of a shot's frames."""

    video: CodecOrNone = Field(
        default="h264",
        description=(
            "Codec of the video: an MP4, or for ProRes a QuickTime movie, 422 HQ or, of transparent frames, "
            "4444 with alpha. HEVC and AV1 have 10 bits a channel if PNG frames have 16."
        ),
    )
    crf: int = Field(
        default=18,
        ge=1,
        le=40,
        title="Video quality (crf)",
        description=(
            "Constant rate factor of the video: lower is better and larger. 18 looks like the frames in "
            "H.264, 20 in HEVC, 25 in AV1; ProRes has none."
        ),
    )


class ChunkWish(BaseModel):
    """Over how many runs the frames of a shot are spread."""

    machines: int = Field(
        default=2,
        ge=1,
        le=64,
        description="How many runs render at once, where a server sends them to workers or machines.",
    )
    chunk: ChunkSize | Unsaid = Field(
        default=None,
        title="Frames a chunk",
        description="How many frames a run renders; if empty, as many as are worth a start by the pilot.",
    )
    deployment: str = Field(
        default="",
        pattern=r"^[a-z0-9-]{0,64}$",
        description="Which deployment of render-frames renders, such as runpod; if empty, this one's name.",
    )
