"""What the engine may ask of Blender about one picture whose samples are divided."""

from dataclasses import dataclass
from pathlib import Path

from blender_scripts.device_wish import DeviceWish, device_wish
from blender_scripts.fields import Fields
from blender_scripts.shot_job import Choice, ShotSettings, choice_of, shot_settings


@dataclass(frozen=True)
class Guides:
    """Linear pictures of what surfaces are like: their colours and their normals."""

    albedo: Path
    normal: Path


@dataclass(frozen=True)
class FinishSplit:
    """Open a prepared shot and make a picture of linear light as its own render would be finished.

    Attributes:
        scene: The shot, whose settings hold.
        folder: What it may read from unless it is trusted.
        trusted: Whether what it would run as it opens may run.
        choice: Of which scene and view layer it is.
        settings: What overrules the scene's.
        device: On what a denoiser may run.
        light: The mean of all samples, an EXR.
        guides: For the denoiser; without them, it is left out.
    """

    scene: Path
    folder: Path
    trusted: bool
    choice: Choice
    settings: ShotSettings
    device: DeviceWish
    light: Path
    guides: Guides | None


def finish_split(fields: Fields) -> FinishSplit:
    """Read a job that finishes a divided picture.

    Raises:
        BadInput: It is none.
    """
    scene = Path(fields.text("scene"))
    return FinishSplit(
        scene=scene,
        folder=Path(fields.text("folder", str(scene.parent))),
        trusted=fields.flag("trusted", default=False),
        choice=choice_of(fields.child("choice", optional=True)),
        settings=shot_settings(fields.child("settings", optional=True)),
        device=device_wish(fields.child("device", optional=True)),
        light=Path(fields.text("light")),
        guides=_guides(fields.child_if_said("guides")),
    )


def _guides(fields: Fields | None) -> Guides | None:
    if fields is None:
        return None
    guides = Guides(Path(fields.text("albedo")), Path(fields.text("normal")))
    fields.refuse_others()
    return guides
