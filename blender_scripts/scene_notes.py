"""What a prepared scene knows about itself, kept in the .blend so that rendering has nothing to measure."""

import json
from dataclasses import asdict, dataclass

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_scripts.failure import BadInput

_KEY = "rendermill"
_SCHEMA = 1


@dataclass(frozen=True)
class SceneNotes:
    """Notes of a prepared scene.

    Attributes:
        hull: Support points, flat (x, y, z, x, ...), in scene units about the origin.
        metres_per_unit: The part is scaled to a radius of about one unit; this scales it back.
        background: "studio" or "#rrggbb".
    """

    hull: tuple[float, ...]
    metres_per_unit: float
    background: str

    @property
    def points(self) -> NDArray[np.float64]:
        """The support points as an array (n, 3)."""
        return np.array(self.hull).reshape(-1, 3)


def write_notes(scene: bpy.types.Scene, notes: SceneNotes) -> None:
    """Keep notes in a scene."""
    scene[_KEY] = json.dumps({"schema": _SCHEMA, **asdict(notes)})


def read_notes(scene: bpy.types.Scene, name: str) -> SceneNotes:
    """Read the notes of a scene, called `name` in messages.

    Raises:
        BadInput: The scene was not prepared by us, or by another version of us.
    """
    try:
        values = json.loads(scene[_KEY])
        schema = values.pop("schema")
        notes = SceneNotes(**{**values, "hull": tuple(values["hull"])})
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{name}: expected a scene prepared by prepare_scene, found another .blend") from error
    if schema != _SCHEMA:
        raise BadInput(f"{name}: expected a scene of schema {_SCHEMA}, found {schema}; prepare it again")
    return notes
