"""What a .blend is told of the clip: custom properties of its scene with reserved names, each optional.

- `moment`: 0 at the clip's first frame, 1 at its last (in a loop, at the frame after the last). We key it,
  and the .blend moves by it alone, so that it can be as long as is wished, at any rate.
- `loop`: whether the last frame is to be followed by the first.
- `seed`: what is left to chance; `seconds`: how long the clip is; `aspect`: width over height of the picture.
- `palette_background`, `palette_surface`, `palette_primary`, `palette_secondary`, `palette_accent`: colours.

Without `moment`, a .blend plays its own frames one for one: a clip may be shorter than they are, not longer,
and at another rate it runs at another pace. Blender's time stretching (frame_map_old, frame_map_new) is not
used: it changes the numbers of frames that caches, drivers by frame and single frames rendered apart see.
"""

from collections.abc import Callable, Sequence

import bpy

from blender_scripts.broll.motion import curves_of
from blender_scripts.broll.named_parameters import PALETTE, set_color
from blender_scripts.broll.stage import Stage
from blender_scripts.failure import BadInput

COLORS = ("background", "surface", "primary", "secondary", "accent")
MOMENT = "moment"


def offer_clip(scene: bpy.types.Scene) -> None:
    """Give a scene all the reserved names, for a .blend that is made by us."""
    offer(scene, MOMENT, 0.0, "How far into the clip it is; keyed for the clip.", min=0.0, max=1.0)
    offer(scene, "loop", False, "Whether the clip goes on from its end to its beginning.")  # noqa: FBT003 - a value
    offer(scene, "seed", 0, "What is left to chance.", min=0)
    offer(scene, "seconds", 8.0, "Length of the clip.", min=0.0)
    offer(scene, "aspect", 16 / 9, "Width over height of the picture.", min=0.0)
    for name in COLORS:
        offer(
            scene,
            PALETTE + name,
            (0.5, 0.5, 0.5),
            f"The palette's {name}.",
            subtype="COLOR",
            min=0.0,
            max=1.0,
        )


def offer(scene: bpy.types.Scene, name: str, value: object, description: str, **beside: object) -> None:
    """Add a named parameter: a custom property with what Blender keeps beside it (min, max …)."""
    scene[name] = value
    kept = list(value) if isinstance(value, Sequence) else value
    scene.id_properties_ui(name).update(description=description, default=kept, **beside)


def set_clip(stage: Stage) -> None:
    """Set what the .blend has of the reserved names, and its frames.

    Raises:
        BadInput: A reserved name is not what it has to be, or the .blend has fewer frames and no `moment`.
    """
    scene = stage.scene
    for name in COLORS:
        if PALETTE + name in scene:
            set_color(scene, PALETTE + name, getattr(stage.palette, name))
    _set_number(scene, "loop", stage.loop, (bool, int))
    _set_number(scene, "seed", stage.seed, (int,))
    _set_number(scene, "seconds", stage.seconds, (float,))
    _set_number(scene, "aspect", stage.aspect, (float,))
    if MOMENT in scene:
        _key_moment(stage)
    elif scene.frame_start != 1 or scene.frame_end < stage.frames:
        raise BadInput(
            f"the .blend: expected frames 1 to {stage.frames} at least, since it has no custom property "
            f"`moment` to move by, found {scene.frame_start} to {scene.frame_end}; ask for fewer frames, or "
            "give it more"
        )
    scene.frame_start, scene.frame_end, scene.frame_step = 1, stage.frames, 1


def _set_number(
    scene: bpy.types.Scene, name: str, value: float, kinds: tuple[Callable[[float], float], ...]
) -> None:
    if name not in scene:
        return
    kind = next((kind for kind in kinds if type(scene[name]) is kind), None)
    if kind is None:
        expected = " or ".join(kind.__name__ for kind in kinds)
        raise BadInput(
            f"custom property {name} of the scene: expected a {expected}, found {scene[name]!r:.60}; the "
            "name is reserved, so call it something else if it means something else"
        )
    scene[name] = kind(value)


def _key_moment(stage: Stage) -> None:
    """Have `moment` run evenly over the clip, whatever moved it before."""
    scene, path = stage.scene, f'["{MOMENT}"]'
    _set_number(scene, MOMENT, 0.0, (float,))
    scene.driver_remove(path)
    for curve in curves_of(scene):
        if curve.data_path == path:
            while curve.keyframe_points:
                curve.keyframe_points.remove(curve.keyframe_points[-1])
    last = max(stage.frames + (1 if stage.loop else 0), 2)
    for frame, value in ((1, 0.0), (last, 1.0)):
        scene[MOMENT] = value
        scene.keyframe_insert(data_path=path, frame=frame)
    for curve in curves_of(scene):
        if curve.data_path == path:
            for point in curve.keyframe_points:
                point.interpolation = "LINEAR"
