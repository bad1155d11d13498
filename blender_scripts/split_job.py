"""What the engine may ask of Blender about one picture whose samples are divided."""

from dataclasses import dataclass
from pathlib import Path

from blender_scripts.fields import Fields
from blender_scripts.shot_job import ChosenShot, chosen_shot


@dataclass(frozen=True)
class Guides:
    """Linear pictures of what surfaces are like: their colours and their normals."""

    albedo: Path
    normal: Path


@dataclass(frozen=True)
class FinishSplit:
    """Open a prepared shot and make a picture of linear light as its own render would be finished.

    Attributes:
        shot: Whose settings hold; on its device the denoiser may run.
        light: The mean of all samples, an EXR.
        guides: For the denoiser; without them, it is left out.
    """

    shot: ChosenShot
    light: Path
    guides: Guides | None


def finish_split(fields: Fields) -> FinishSplit:
    """Read a job that finishes a divided picture.

    Raises:
        BadInput: It is none.
    """
    return FinishSplit(
        shot=chosen_shot(fields),
        light=Path(fields.text("light")),
        guides=_guides(fields.child_if_said("guides")),
    )


def _guides(fields: Fields | None) -> Guides | None:
    if fields is None:
        return None
    guides = Guides(Path(fields.text("albedo")), Path(fields.text("normal")))
    fields.refuse_others()
    return guides
