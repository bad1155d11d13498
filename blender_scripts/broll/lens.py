"""The camera: slow, eased, with a shallow depth of field."""

from collections.abc import Callable

import bpy
from mathutils import Vector

from blender_scripts.broll.motion import animate
from blender_scripts.broll.stage import Stage

Place = tuple[float, float, float]
SENSOR = 36.0  # millimetres across the picture, to which focal lengths refer


def add_camera(
    stage: Stage,
    place_at: Callable[[float], Place],
    target_at: Callable[[float], Place],
    *,
    focal_length: float = 50.0,
    f_stop: float = 2.0,
) -> bpy.types.Object:
    """Add the scene's camera, which looks at a target and is focused on it.

    Args:
        stage: Where.
        place_at: Where it is at a moment, see `animate`.
        target_at: What it looks at, at a moment.
        focal_length: In millimetres, on 36 mm.
        f_stop: The lower, the shallower the depth of field; a unit of the scene counts as a metre.
    """
    lens = bpy.data.cameras.new("camera")
    lens.lens, lens.sensor_fit, lens.sensor_width = focal_length, "HORIZONTAL", SENSOR
    lens.clip_start, lens.clip_end = 0.01, 1000.0
    lens.dof.use_dof, lens.dof.aperture_fstop, lens.dof.aperture_blades = True, f_stop, 0
    camera = stage.add("camera", lens)
    camera.rotation_mode = "QUATERNION"
    stage.scene.camera = camera

    def way_at(moment: float) -> Vector:
        return Vector(target_at(moment)) - Vector(place_at(moment))

    animate(stage, camera, "location", place_at)
    animate(stage, camera, "rotation_quaternion", _turns(stage, way_at).__getitem__)
    animate(stage, lens.dof, "focus_distance", lambda moment: way_at(moment).length)
    return camera


def _turns(stage: Stage, way_at: Callable[[float], Vector]) -> dict[float, tuple[float, ...]]:
    """Return by moment how the camera is turned to look along a way, each close to the one before."""
    turns: dict[float, tuple[float, ...]] = {}
    last = None
    for frame in range(1, stage.frames + 1):
        moment = stage.moment(frame)
        turn = way_at(moment).to_track_quat("-Z", "Y")
        if last is not None:
            turn.make_compatible(last)
        last, turns[moment] = turn, tuple(turn)
    return turns
