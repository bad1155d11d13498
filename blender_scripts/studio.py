"""The studio: camera, lights and ground on one empty, so that it can be turned round a part that stays put.

Lengths are in scene units, in which every part has a radius of about one; the camera looks along +Y at
azimuth 0. Where a thing stands is a matter of taste, tried on metal, plastics, black, white and chrome.
"""

import math
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Matrix, Vector
from numpy.typing import NDArray

from blender_scripts.failure import BadInput
from blender_scripts.framing import SENSOR, View
from blender_scripts.ground import ground_mesh, show_plain, surrounding_mesh
from blender_scripts.turn import studio_rotation
from blender_scripts.world import world_round

_RIG, _CAMERA, _GROUND, _SURROUNDING = "studio rig", "studio camera", "studio ground", "studio surrounding"
_GAP = 0.001  # between part and ground: faces in one plane would flicker


@dataclass(frozen=True)
class Softbox:
    """A rectangular light: where it stands and points, its sides in units, its radiance."""

    name: str
    place: tuple[float, float, float]
    target: tuple[float, float, float]
    sides: tuple[float, float]
    radiance: float


SOFTBOXES = (
    Softbox("overhead", (-0.6, 1.0, 3.6), (0, 0.2, 0), (4.6, 3.0), 1.6),
    Softbox("key", (-3.0, -1.8, 2.8), (0, 0, 0), (1.5, 1.8), 15.0),
    Softbox("strip", (3.3, 0.8, 1.3), (0, 0, 0.1), (0.6, 3.0), 8.5),
)


@dataclass(frozen=True)
class Studio:
    """The parts of a studio that are moved for a frame."""

    rig: bpy.types.Object
    camera: bpy.types.Object
    ground: bpy.types.Object
    surrounding: bpy.types.Object

    def set_up(self, centre: NDArray[np.float64], ground_height: float, view: View) -> None:
        """Stand round a turn's centre, the ground so far below it, with a view's lens."""
        self.rig.location = centre
        self.ground.location = (0.0, 0.0, -ground_height - _GAP)
        # Seen from below there is no ground, and no shadow on it.
        self.ground.hide_render = self.surrounding.hide_render = view.elevation < 0
        lens = self.camera.data
        lens.type, lens.sensor_fit, lens.sensor_width, lens.lens = "PERSP", "AUTO", SENSOR, view.focal_length
        lens.dof.use_dof = False
        self.camera.rotation_euler = (math.radians(90 - view.elevation), 0.0, 0.0)

    def turn_to(self, degrees: float, view: View, placed: tuple[float, float, float]) -> None:
        """Show the part turned, seen from a distance with a lens shift (in halves of the shorter side)."""
        turn = Matrix(studio_rotation(view.axis, degrees, view.azimuth).tolist())
        self.rig.rotation_mode = "QUATERNION"
        self.rig.rotation_quaternion = turn.to_quaternion()
        distance, shift_x, shift_y = placed
        tilt = math.radians(view.elevation)
        self.camera.location = (0.0, -distance * math.cos(tilt), distance * math.sin(tilt))
        lens = self.camera.data
        lens.clip_start, lens.clip_end = distance * 1e-3, distance + 1000.0
        shorter_over_longer = min(view.width, view.height) / max(view.width, view.height)
        lens.shift_x, lens.shift_y = shift_x * shorter_over_longer / 2, shift_y * shorter_over_longer / 2

    def catch_shadow(self) -> None:
        """Leave nothing of the ground but the shadow on it, in the picture's alpha."""
        self.ground.is_shadow_catcher = True
        show_plain(self.ground)


def build_studio(scene: bpy.types.Scene) -> None:
    """Add rig, camera, softboxes, ground and world to a scene."""
    rig = _add(scene, _RIG, None, None)
    camera = _add(scene, _CAMERA, bpy.data.cameras.new(_CAMERA), rig)
    scene.camera = camera
    for box in SOFTBOXES:
        _add_softbox(scene, box, rig)
    ground = _add(scene, _GROUND, ground_mesh(), rig)
    surrounding = _add(scene, _SURROUNDING, surrounding_mesh(ground.data), ground)
    surrounding.visible_camera = False
    scene.world = world_round(rig)


def find_studio(scene: bpy.types.Scene, name: str) -> Studio:
    """Return the studio of a prepared scene, called `name` in messages.

    Raises:
        BadInput: There is none.
    """
    parts = [scene.objects.get(part) for part in (_RIG, _CAMERA, _GROUND, _SURROUNDING)]
    if None in parts:
        raise BadInput(f"{name}: expected a prepared scene with its studio, found none")
    return Studio(*parts)


def _add_softbox(scene: bpy.types.Scene, box: Softbox, rig: bpy.types.Object) -> None:
    light = bpy.data.lights.new(box.name, "AREA")
    light.shape = "RECTANGLE"
    light.size, light.size_y = box.sides
    light.energy = box.radiance * math.pi * box.sides[0] * box.sides[1]
    thing = _add(scene, box.name, light, rig)
    thing.location = box.place
    towards = Vector(box.target) - Vector(box.place)
    thing.rotation_euler = towards.to_track_quat("-Z", "Y").to_euler()
    thing.visible_camera = False


def _add(
    scene: bpy.types.Scene, name: str, data: bpy.types.ID | None, parent: bpy.types.Object | None
) -> bpy.types.Object:
    thing = bpy.data.objects.new(name, data)
    thing.parent = parent
    scene.collection.objects.link(thing)
    return thing
