"""What the engine may ask of Blender, as frozen values read from the job file."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from blender_scripts.device_wish import DeviceWish, device_wish
from blender_scripts.failure import BadInput
from blender_scripts.fields import Fields
from blender_scripts.shot_job import PrepareShot, RenderShot, prepare_shot, render_shot
from blender_scripts.split_job import FinishSplit, finish_split
from blender_scripts.template_job import BuildTemplate, build_template

SCHEMA = 1
UNSAID = "unsaid"
_LARGEST_SIDE = 65536
_MOST_OVERRIDES, _LONGEST_PATTERN = 100, 200  # as in media/material_override.py


@dataclass(frozen=True)
class MaterialOverride:
    """Another material for the parts that a pattern matches: `color` is "#rrggbb" (sRGB)."""

    parts: str
    color: str
    metallic: float
    roughness: float


@dataclass(frozen=True)
class PrepareScene:
    """Build a .blend from geometry: `background` is "studio" or "#rrggbb".

    `names` is a GLB of ours that the geometry, a USD, was made from: it has the names as people know them.
    """

    geometry: Path
    geometry_format: str
    names: Path | None
    background: str
    materials: tuple[MaterialOverride, ...]
    output: Path


@dataclass(frozen=True)
class Camera:
    """Where the camera stands and how the part turns. Degrees and millimetres."""

    azimuth: float
    elevation: float
    focal_length: float
    axis: str
    degrees_per_frame: float
    framing: str


@dataclass(frozen=True)
class Settings:
    """How a frame is rendered and written. Sizes in pixels."""

    width: int
    height: int
    samples: int
    denoise: bool
    noise_threshold: float
    seed: int
    transparent: bool
    view_transform: str
    file_format: str
    persistent_data: bool


@dataclass(frozen=True)
class RenderFrames:
    """Open a prepared scene and render the frames that are asked for on standard input.

    `scene_sha256` is the digest of the scene's bytes, or `UNSAID`.
    """

    scene: Path
    scene_sha256: str
    camera: Camera
    settings: Settings
    device: DeviceWish


@dataclass(frozen=True)
class ListDevices:
    """Tell which devices there are."""


@dataclass(frozen=True)
class WarmKernels:
    """Have the driver compile its kernels, by a picture of a scene that nobody made."""

    device: DeviceWish


@dataclass(frozen=True)
class FindDisplay:
    """Tell what draws by OpenGL here."""


@dataclass(frozen=True)
class Serve:
    """Stay, and do the jobs that come on standard input one after the other."""


@dataclass(frozen=True)
class FrameCommand:
    """Render one frame into one file; 1 is the first of a turn, and a shot counts as its scene does."""

    frame: int
    path: Path


Job = (
    PrepareScene
    | RenderFrames
    | PrepareShot
    | RenderShot
    | FinishSplit
    | BuildTemplate
    | ListDevices
    | FindDisplay
    | WarmKernels
    | Serve
)


def read_job(path: Path) -> Job:
    """Read and check a job file.

    Raises:
        BadInput: The file is missing, is not JSON, or holds something that is no job.
    """
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: expected a readable JSON job file, found: {error}") from error
    return job_of(value)


def job_of(value: object) -> Job:
    """Return the job that a decoded JSON value is.

    Raises:
        BadInput: It is none.
    """
    fields = Fields("job", value)
    fields.whole("schema", SCHEMA, SCHEMA)
    job = _READERS[fields.text("do", choices=_READERS)](fields)
    fields.refuse_others()
    return job


def read_command(line: str) -> FrameCommand:
    """Read one line of standard input as a frame to render.

    Raises:
        BadInput: The line is no such command.
    """
    try:
        value = json.loads(line)
    except ValueError as error:
        raise BadInput(
            f"frame command: expected one JSON object a line, found {line.strip()!r:.60}"
        ) from error
    fields = Fields("frame command", value)
    command = FrameCommand(fields.whole("frame", 0, 10_000_000), Path(fields.text("path")))
    fields.refuse_others()
    return command


def _prepare_scene(fields: Fields) -> PrepareScene:
    geometry = fields.child("geometry")
    look = fields.child("look", optional=True)
    is_studio = look.text("background", "studio") == "studio"
    job = PrepareScene(
        geometry=Path(geometry.text("path")),
        geometry_format=geometry.text("format", choices=("usd", "glb")),
        names=geometry.path_if_said("names"),
        background="studio" if is_studio else look.color("background"),
        materials=tuple(_material(one) for one in look.children("materials", _MOST_OVERRIDES)),
        output=Path(fields.text("output")),
    )
    geometry.refuse_others()
    look.refuse_others()
    return job


def _material(fields: Fields) -> MaterialOverride:
    override = MaterialOverride(
        parts=fields.text("parts"),
        color=fields.color("color"),
        metallic=fields.number("metallic", 0, 1),
        roughness=fields.number("roughness", 0, 1),
    )
    fields.refuse_others()
    if len(override.parts) > _LONGEST_PATTERN:
        raise BadInput(f"override: expected a pattern of at most {_LONGEST_PATTERN}, found a longer one")
    return override


def _render_frames(fields: Fields) -> RenderFrames:
    return RenderFrames(
        scene=Path(fields.text("scene")),
        scene_sha256=fields.text("scene_sha256", UNSAID),
        camera=_camera(fields.child("camera", optional=True)),
        settings=_settings(fields.child("settings")),
        device=device_wish(fields.child("device", optional=True)),
    )


def _camera(fields: Fields) -> Camera:
    camera = Camera(
        azimuth=fields.number("azimuth", -3600, 3600, 35.0),
        elevation=fields.number("elevation", -90, 90, 25.0),
        focal_length=fields.number("focal_length", 10, 1000, 85.0),
        axis=fields.text("axis", "z", choices=("x", "y", "z")),
        degrees_per_frame=fields.number("degrees_per_frame", -360, 360, 0.0),
        framing=fields.text("framing", "follow", choices=("follow", "fixed")),
    )
    fields.refuse_others()
    return camera


def _settings(fields: Fields) -> Settings:
    settings = Settings(
        width=fields.whole("width", 4, _LARGEST_SIDE),
        height=fields.whole("height", 4, _LARGEST_SIDE),
        samples=fields.whole("samples", 1, 1_000_000),
        denoise=fields.flag("denoise", default=True),
        noise_threshold=fields.number("noise_threshold", 0, 1, 0.01),
        seed=fields.whole("seed", 0, 2**31 - 1, 0),
        transparent=fields.flag("transparent", default=False),
        view_transform=fields.text("view_transform", "AgX", choices=("AgX", "Filmic")),
        file_format=fields.text("format", "PNG", choices=("PNG", "OPEN_EXR")),
        persistent_data=fields.flag("persistent_data", default=True),
    )
    fields.refuse_others()
    return settings


def _warm_kernels(fields: Fields) -> WarmKernels:
    return WarmKernels(device_wish(fields.child("device", optional=True)))


def _list_devices(_fields: Fields) -> ListDevices:
    return ListDevices()


def _find_display(_fields: Fields) -> FindDisplay:
    return FindDisplay()


def _serve(_fields: Fields) -> Serve:
    return Serve()


_READERS: dict[str, Callable[[Fields], Job]] = {
    "prepare_scene": _prepare_scene,
    "render_frames": _render_frames,
    "prepare_shot": prepare_shot,
    "render_shot": render_shot,
    "finish_split": finish_split,
    "build_template": build_template,
    "list_devices": _list_devices,
    "warm_kernels": _warm_kernels,
    "find_display": _find_display,
    "serve": _serve,
}
