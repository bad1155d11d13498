"""What a rendered frame must be, and how it is told that it is something else."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from media.errors import Retry, ToolFailed

MAX_SIDE = 16384
FileFormat = Literal["PNG", "OPEN_EXR", "OPEN_EXR_MULTILAYER", "WEBP"]
"""As Blender calls them."""
BYTES_PER_SAMPLE = {"PNG": 2, "OPEN_EXR": 4, "OPEN_EXR_MULTILAYER": 4, "WEBP": 1}  # the most one can take
USUAL_CHANNELS = 40
"""Of a layer with a handful of passes, of which cryptomatte takes a dozen by itself."""
SPARE_BYTES = 1 << 20


class BadFrame(ToolFailed):
    """A rendered frame is not what was asked for; the renderer is at fault, so once more may help."""


class LastBadFrame(BadFrame):
    """A frame was rendered twice and is not what was asked for; here it would be no other a third time."""

    retry = Retry()


class UnreadableFrame(BadFrame):
    """A rendered frame is missing, cut short or damaged."""


class FrameSpec(BaseModel):
    """What a rendered frame must be: size in pixels, channels (3 or 4 with alpha) and file format.

    Attributes:
        layers: Of a file of several layers, those that must be there.
        passes: What each of them must have: for each pass the names that it may go by.
    """

    model_config = ConfigDict(frozen=True)

    width: int = Field(ge=1, le=MAX_SIDE)
    height: int = Field(ge=1, le=MAX_SIDE)
    channels: Literal[3, 4]
    format: FileFormat = "PNG"
    layers: tuple[str, ...] = ()
    passes: tuple[tuple[str, ...], ...] = ()

    @property
    def largest_file(self) -> int:
        """What the frame takes uncompressed, in bytes; a compressed file stays below it."""
        channels = len(self.layers) * USUAL_CHANNELS or self.channels
        return self.width * self.height * channels * BYTES_PER_SAMPLE[self.format] + SPARE_BYTES

    def require(self, width: int, height: int, channels: int | None = None) -> None:
        """Refuse another size or, where it is told, another number of channels.

        Raises:
            BadFrame: It is another.
        """
        of = "" if channels is None else f" of {self.channels} channels"
        wanted = f"{self.width} x {self.height} pixels{of}"
        found = f"{width} x {height} pixels" + ("" if channels is None else f" of {channels} channels")
        if found != wanted:
            raise BadFrame(f"expected {wanted}, found {found}")
