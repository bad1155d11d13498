"""What the scripts inside Blender report, one JSON object a line (`blender_scripts/` writes them)."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from media.errors import BadInput, MediaError, OutOfGpuMemory, OutOfResources, ToolFailed
from media.shot.report import ShotReport

Warmth = Literal["cold", "warm process", "warm scene"]
"""What was ready when the job began: nothing, a Blender that had done others, or the open scene as well."""


Kernels = Literal["", "cold", "restored", "kept"]
"""What of its kernels a GPU had before a job: not said, none, those of the store, those of this machine."""


class Device(BaseModel):
    """What rendered."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(description="OPTIX, CUDA, HIP, ONEAPI, METAL or CPU; OPENGL of EEVEE.")
    name: str = Field(description="The device's name as its driver gives it.")


class KernelsReady(BaseModel):
    """Said by our own side before the renderer starts: what its GPU will find compiled."""

    event: Literal["kernels_ready"] = "kernels_ready"
    names: str = Field(description="GPU, driver and Blender.")
    origin: Kernels


class FrameRefused(BaseModel):
    """Said by our own side: a frame was not what it must be, twice."""

    event: Literal["frame_refused"] = "frame_refused"
    frame: int
    reason: str
    thumbnail: bytes | None = Field(description="What can be seen of it, as WebP.")


class Started(BaseModel):
    """The script runs; for a render, the device is chosen."""

    event: Literal["started"]
    blender: str
    build: str = Field(default="", description="Hash of the sources that this Blender was built from.")
    asked: list[str] = []
    found: list[Device] = []
    used: Device | None = None
    denoiser: str | None = None
    denoise_on_gpu: bool | None = None


class SceneSaved(BaseModel):
    """The prepared scene is on disk."""

    event: Literal["scene_saved"]
    path: Path
    seconds: float
    import_seconds: float
    objects: int
    meshes: int
    triangles: int
    bounds: tuple[tuple[float, float, float], tuple[float, float, float]]
    materials: int
    unmatched: tuple[str, ...] = Field(default=(), description="Patterns of overrides that no part matches.")
    part_names: tuple[str, ...] = Field(default=(), description="If there are any, some names that exist.")
    more_part_names: int = Field(default=0, description="How many names exist besides.")


class ShotSaved(ShotReport):
    """A prepared shot is on disk."""

    event: Literal["shot_saved"]
    path: Path
    seconds: float
    files: tuple[str, ...] = Field(description="What it needs beside it, by its place in its folder.")


class TemplateBuilt(BaseModel):
    """The scene of a template is on disk."""

    event: Literal["template_built"]
    path: Path
    seconds: float


class SceneLoaded(BaseModel):
    """The scene is in memory."""

    event: Literal["scene_loaded"]
    seconds: float
    engine: str = ""
    samples: int = Field(default=0, description="A pixel, as the scene is set.")
    denoiser: str = Field(default="", description="Its name; empty if nothing is denoised.")
    denoise_on_gpu: bool = False


class FrameStarted(BaseModel):
    """A frame begins."""

    event: Literal["frame_started"]
    frame: int


class SampleProgress(BaseModel):
    """So many samples of a frame are done."""

    event: Literal["sample_progress"]
    frame: int
    sample: int
    samples: int


class FrameWritten(BaseModel):
    """Blender says that a frame is on disk, which is not believed before it is decoded."""

    event: Literal["frame_written"]
    frame: int
    path: Path
    seconds: float
    peak_memory_bytes: int
    device: Device
    samples: int
    persistent_data: bool
    kernels_s: float | None = Field(
        default=None, description="How long kernels were loaded or compiled for this frame, in seconds."
    )
    first_sample_s: float | None = Field(
        default=None, description="From the beginning of its render to its first sample, in seconds."
    )
    warmth: Warmth = "cold"
    fallback: str = Field(default="", description="What is not as asked for, since that failed; in words.")
    fallback_reason: str = Field(default="", description="What Blender said when it failed.")
    kernels: Kernels = Field(default="", description="Of the job, if a GPU rendered; our side fills it in.")

    def expect(self, number: int, path: Path) -> None:
        """Refuse another frame or file than was asked for, which whoever took Blender over could name.

        Raises:
            ToolFailed: It is another.
        """
        if (self.frame, self.path) != (number, path):
            raise ToolFailed(f"frame {number}: expected it in {path.name}, found another frame or file")


class Warmed(BaseModel):
    """A GPU's driver has compiled its kernels, or found them compiled."""

    event: Literal["warmed"]
    device: Device
    seconds: float


class Devices(BaseModel):
    """What there is to render on."""

    event: Literal["devices"]
    blender: str
    found: list[Device]


class Display(BaseModel):
    """What draws by OpenGL where there is no screen."""

    event: Literal["display"]
    blender: str
    renderer: str = Field(description="As its driver names it; llvmpipe is a CPU.")


class Failed(BaseModel):
    """The script gave up."""

    event: Literal["failed"]
    kind: Literal["BadInput", "OutOfResources", "OutOfGpuMemory", "ToolFailed"] = Field(alias="class")
    message: str


Event = Annotated[
    KernelsReady
    | FrameRefused
    | Started
    | SceneSaved
    | ShotSaved
    | TemplateBuilt
    | SceneLoaded
    | FrameStarted
    | SampleProgress
    | FrameWritten
    | Warmed
    | Devices
    | Display
    | Failed,
    Field(discriminator="event"),
]
EVENT: TypeAdapter[Event] = TypeAdapter(Event)
FAILURES: dict[str, type[MediaError]] = {
    "BadInput": BadInput,
    "OutOfResources": OutOfResources,
    "OutOfGpuMemory": OutOfGpuMemory,
    "ToolFailed": ToolFailed,
}


def parse_event(line: str) -> Event:
    """Return the event on a line.

    Raises:
        BadInput, OutOfResources, ToolFailed: The event says that the script gave up, for this reason.
    """
    try:
        event = EVENT.validate_json(line)
    except ValidationError as error:
        raise ToolFailed(f"expected an event of the Blender script, found {line[:120]!r}") from error
    if isinstance(event, Failed):
        raise FAILURES[event.kind](event.message)
    return event
