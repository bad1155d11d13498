"""Motion as functions of the moment, kept as one keyframe a frame: exact at every frame, in every Blender."""

import math
from collections.abc import Callable, Sequence

import bpy

from blender_scripts.broll.stage import Stage

Value = float | Sequence[float]


def animate(stage: Stage, owner: bpy.types.bpy_struct, path: str, value_at: Callable[[float], Value]) -> None:
    """Have a property follow a function of the moment (0 to 1 over the clip, see `Stage.moment`).

    Args:
        stage: Whose frames.
        owner: An object, a node's socket, a light's data …
        path: Name of a property of it that is a number or several.
        value_at: Its value at a moment. In a loop it has to be the same at 0 and at 1.
    """
    for frame in range(1, stage.frames + 1):
        setattr(owner, path, value_at(stage.moment(frame)))
        owner.keyframe_insert(data_path=path, frame=frame)
    identity = owner.id_data
    for curve in curves_of(identity):
        for point in curve.keyframe_points:
            point.interpolation = "LINEAR"


def eased(share: float) -> float:
    """Return a share that begins and ends at rest (Perlin's smootherstep)."""
    share = min(max(share, 0.0), 1.0)
    return share * share * share * (share * (share * 6 - 15) + 10)


def drifting(share: float, rest: float = 0.12) -> float:
    """Return a share that glides: even in the middle, at rest only at its very ends.

    A clip is cut into before and after its ends, so most of it should move evenly. `rest` is how much of it
    is spent on each of starting and stopping.
    """
    share = min(max(share, 0.0), 1.0)
    speed = 1 / (1 - rest)
    if share < rest:
        return speed * share * share / (2 * rest)
    if share > 1 - rest:
        return 1 - speed * (1 - share) ** 2 / (2 * rest)
    return speed * (share - rest / 2)


def swinging(moment: float, turns: int = 1, phase: float = 0.0) -> float:
    """Return a number from -1 to 1 that comes back to where it began: `turns` times over the clip."""
    return math.sin(math.tau * (turns * moment + phase))


def value_at(identity: bpy.types.ID, path: str, frame: int) -> float:
    """Return what a number of a data block is at a frame: where its curve takes it, if it has one."""
    for curve in curves_of(identity):
        if curve.data_path == path:
            return float(curve.evaluate(frame))
    return float(identity.path_resolve(path))


def curves_of(identity: bpy.types.ID) -> list[bpy.types.FCurve]:
    """Return the curves that move a data block; from 4.4 on they lie in layers."""
    action = identity.animation_data.action if identity.animation_data else None
    if action is None:
        return []
    if hasattr(action, "fcurves"):
        return list(action.fcurves)
    return [
        curve
        for layer in action.layers
        for strip in layer.strips
        for bag in strip.channelbags
        for curve in bag.fcurves
    ]
