"""Write .blends that offer much, something wrong, or nothing; or say what one offers. Run inside Blender."""

import os
import sys
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import bpy

from blender_scripts.broll.motion import curves_of
from blender_scripts.broll.named_parameters import named_parameters
from blender_scripts.events import EventChannel

FRAMES = 60


def make(folder: Path) -> None:
    for name, fill in {
        "offering": offering,
        "plain": with_camera,
        "no_camera": lambda _: None,
        "wrong_palette": wrong_palette,
    }.items():
        bpy.ops.wm.read_factory_settings(use_empty=True)
        bpy.context.scene.frame_end = FRAMES
        fill(bpy.context.scene)
        bpy.ops.wm.save_as_mainfile(filepath=str(folder / f"{name}.blend"))


def with_camera(scene: bpy.types.Scene) -> None:
    scene.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.collection.objects.link(scene.camera)


def offering(scene: bpy.types.Scene) -> None:
    with_camera(scene)
    beside = {
        "glow": (1.0, {"min": 0.0, "max": 2.0, "description": "How bright it is."}),
        "count": (3, {"min": 1, "max": 9}),
        "shown": (True, {}),
        "size": (1, {"items": [("small", "Small", "", 0, 0), ("large", "Large", "", 0, 1)]}),
        "tint": ((1.0, 0.0, 0.0), {"subtype": "COLOR"}),
        "written": ((1.0, 0.5, 0.0, 1.0), {"subtype": "COLOR_GAMMA"}),
        "free": (0.5, {}),
        "note": ("for people", {}),
        "place": ((0.0, 1.0, 2.0), {}),
        "_own": (1.0, {}),
        "palette_primary": ((0.0, 0.0, 0.0), {"subtype": "COLOR"}),
        "moment": (0.0, {}),
        "loop": (False, {}),
        "seed": (0, {}),
        "seconds": (0.0, {}),
        "aspect": (0.0, {}),
    }
    for name, (value, said) in beside.items():
        scene[name] = value
        if said:
            scene.id_properties_ui(name).update(**said)


def wrong_palette(scene: bpy.types.Scene) -> None:
    with_camera(scene)
    scene["palette_primary"] = "blue"


def ask(path: Path) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(path))
    scene = bpy.context.scene
    keys = [
        [tuple(point.co) for point in curve.keyframe_points]
        for curve in curves_of(scene)
        if curve.data_path == '["moment"]'
    ]
    EventChannel().send(
        "offered",
        parameters={found.name: asdict(found) for found in named_parameters(scene)},
        said={found.name: str(found) for found in named_parameters(scene)},
        reserved={
            name: list(scene[name]) if name.startswith("palette") else scene[name]
            for name in scene.keys()  # noqa: SIM118 - a scene is no dictionary
            if name.startswith("palette") or name in {"loop", "seed", "seconds", "aspect"}
        },
        moment=keys[0] if keys else [],
        frames=[scene.frame_start, scene.frame_end],
        camera=list(
            scene.camera.evaluated_get(bpy.context.evaluated_depsgraph_get()).matrix_world.translation
        ),
        hidden={thing.name: thing.hide_render for thing in scene.objects if thing.name.endswith("cores")},
        drivers_need_python=[
            driver.data_path
            for block in (*bpy.data.objects, *bpy.data.cameras)
            if block.animation_data
            for driver in block.animation_data.drivers
            if not driver.driver.is_simple_expression
        ],
    )


if __name__ == "__main__":
    task, subject = sys.argv[-2:]
    (make if task == "make" else ask)(Path(subject))
    sys.stdout.flush()
    os._exit(0)
