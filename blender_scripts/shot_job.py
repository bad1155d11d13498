"""What the engine may ask of Blender about a shot: a .blend with its own cameras, light and settings."""

from dataclasses import dataclass
from pathlib import Path

from blender_scripts.device_wish import DeviceWish, device_wish
from blender_scripts.fields import Fields
from blender_scripts.subset_job import Subset, subset_of
from blender_scripts.view_passes import PASSES

UNSAID = ""
"""For a name: the file's own choice holds."""
_LARGEST_SIDE = 65536
_MOST_SAMPLES = 65536


@dataclass(frozen=True)
class PrepareShot:
    """Open a file that somebody made, clean it unless it is trusted, and save it with all that it needs.

    What it refers to is taken from `folder`, in which it lies, and from nowhere else. Its `form` is blend,
    or gltf or usd, which are imported.
    """

    source: Path
    folder: Path
    form: str
    trusted: bool
    output: Path


@dataclass(frozen=True)
class Choice:
    """Which scene, view layer and camera: names, or nothing for the file's own choice."""

    scene: str
    view_layer: str
    camera: str


@dataclass(frozen=True)
class ShotSettings:
    """What overrules the scene's own settings; 0 leaves a number as it is in the file.

    Attributes:
        engine: scene, or cycles whatever the scene says.
        file_format: PNG, OPEN_EXR, OPEN_EXR_MULTILAYER or WEBP.
        color_depth: Bits of a channel, as Blender's enumeration has them.
        denoise: scene, on or off.
        passes: What every view layer keeps; if there are none, what it keeps by itself.
        display: Whether a picture that shows the frame is written beside it.
    """

    width: int
    height: int
    percentage: int
    samples: int
    denoise: str
    engine: str
    file_format: str
    color_depth: str
    persistent_data: bool
    passes: tuple[str, ...]
    display: bool


@dataclass(frozen=True)
class ChosenShot:
    """A prepared shot, how it is opened, and what of it is worked on.

    Attributes:
        scene: The .blend.
        folder: What it may read from unless it is trusted.
        trusted: Whether what it would run as it opens may run.
        choice: Of which scene, view layer and camera it is.
        settings: What overrules the scene's.
        device: On what it may be worked.
    """

    scene: Path
    folder: Path
    trusted: bool
    choice: Choice
    settings: ShotSettings
    device: DeviceWish


@dataclass(frozen=True)
class RenderShot:
    """Open a prepared shot and render the frames that are asked for on standard input.

    With a `subset`, a frame is the mean of some of its samples, in linear light.
    """

    shot: ChosenShot
    subset: Subset | None


def prepare_shot(fields: Fields) -> PrepareShot:
    """Read a job that prepares a shot.

    Raises:
        BadInput: It is none.
    """
    return PrepareShot(
        source=Path(fields.text("source")),
        folder=Path(fields.text("folder")),
        form=fields.text("form", "blend", choices=("blend", "gltf", "usd")),
        trusted=fields.flag("trusted", default=False),
        output=Path(fields.text("output")),
    )


def render_shot(fields: Fields) -> RenderShot:
    """Read a job that renders frames of a shot.

    Raises:
        BadInput: It is none.
    """
    return RenderShot(shot=chosen_shot(fields), subset=subset_of(fields.child_if_said("subset")))


def chosen_shot(fields: Fields) -> ChosenShot:
    """Read which shot, opened how; what else a job says is left for its own reader."""
    scene = Path(fields.text("scene"))
    return ChosenShot(
        scene=scene,
        folder=Path(fields.text("folder", str(scene.parent))),
        trusted=fields.flag("trusted", default=False),
        choice=_choice(fields.child("choice", optional=True)),
        settings=_settings(fields.child("settings", optional=True)),
        device=device_wish(fields.child("device", optional=True)),
    )


def _choice(fields: Fields) -> Choice:
    names = {name: fields.words(name) for name in ("scene", "view_layer", "camera")}
    fields.refuse_others()
    return Choice(**names)


def _settings(fields: Fields) -> ShotSettings:
    settings = ShotSettings(
        width=fields.whole("width", 0, _LARGEST_SIDE, 0),
        height=fields.whole("height", 0, _LARGEST_SIDE, 0),
        percentage=fields.whole("percentage", 0, 1000, 0),
        samples=fields.whole("samples", 0, _MOST_SAMPLES, 0),
        denoise=fields.text("denoise", "scene", choices=("scene", "on", "off")),
        engine=fields.text("engine", "scene", choices=("scene", "cycles")),
        file_format=fields.text("format", "PNG", choices=("PNG", "OPEN_EXR", "OPEN_EXR_MULTILAYER", "WEBP")),
        color_depth=fields.text("color_depth", "8", choices=("8", "16", "32")),
        persistent_data=fields.flag("persistent_data", default=True),
        passes=fields.texts_if_said("passes", PASSES),
        display=fields.flag("display", default=False),
    )
    fields.refuse_others()
    return settings
