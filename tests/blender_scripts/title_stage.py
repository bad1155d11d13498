"""Runs inside Blender: builds a stage with a title, renders it in several ways, reports what is seen where.

Arguments: a PNG whose red, green and blue are letters, line and shade, and a folder to work in.
"""

import json
import os
import sys
from pathlib import Path

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from blender_scripts.broll.lens import add_camera
from blender_scripts.broll.palette import palette
from blender_scripts.broll.picture import set_background, set_up_render
from blender_scripts.broll.stage import Stage
from blender_scripts.broll.title import add_title
from blender_scripts.failure import BadInput
from blender_scripts.fields import Fields

WIDTH, HEIGHT, FRAMES = 64, 36, 24
COLORS = {
    "background": "#0a1420",
    "surface": "#182838",
    "primary": "#2f8cff",
    "secondary": "#19d3c5",
    "accent": "#ffb347",
}


def main(argv: list[str]) -> None:
    picture, folder = Path(argv[0]), Path(argv[1])
    place = {"left": 0.25, "top": 0.25, "width": 0.5, "height": 0.5}
    wish = {"picture": str(picture), "color": "#e8e8e6", "fade": 0.2, **place}
    found = {
        "wide_open": seen(folder, wish, 12, f_stop=0.2),
        "pinhole": seen(folder, wish, 12, f_stop=0.0),
        "first": seen(folder, wish, 1),
        "bare": seen(folder, None, 1),
        "loop": seen(folder, wish, 1, loop=True),
        "loop_bare": seen(folder, None, 1, loop=True),
        "of_palette": seen(folder, {**wish, "color": "primary"}, 12),
        "packed": all(image.packed_file for image in bpy.data.images if image.source == "FILE"),
        "refused": [refusal(folder, {**wish, **bad}) for bad in BAD],
    }
    with os.fdopen(3, "w") as reports:
        reports.write(json.dumps({"event": "seen", **found}) + "\n")


BAD = ({"picture": "/nowhere/title.png"}, {"color": "red"}, {"left": 2.0}, {"other": 1})


def stage_of(*, loop: bool, f_stop: float) -> Stage:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.frame_end = FRAMES
    scene.render.resolution_x, scene.render.resolution_y = WIDTH, HEIGHT
    stage = Stage(
        scene=scene,
        frames=FRAMES,
        fps=24,
        aspect=WIDTH / HEIGHT,
        loop=loop,
        seed=1,
        palette=palette(Fields("palette", COLORS)),
        parameters=Fields("parameters", {}),
    )
    set_up_render(stage)
    set_background(stage, stage.palette.surface, stage.palette.background)
    add_camera(stage, lambda at: (at, -4.0, 0.0), lambda at: (at, 2.0 * at, 0.0), f_stop=max(f_stop, 0.1))
    scene.camera.data.dof.use_dof = f_stop > 0
    scene.cycles.samples, scene.cycles.use_denoising = 16, False
    return stage


def seen(folder: Path, wish: dict | None, frame: int, *, loop: bool = False, f_stop: float = 2.0) -> list:
    """The picture of a frame, in levels from 0 to 255, row by row from the top."""
    stage = stage_of(loop=loop, f_stop=f_stop)
    if wish is not None:
        add_title(stage, Fields("title", wish))
    path = folder / "seen.png"
    stage.scene.frame_set(frame)
    stage.scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    picture = bpy.data.images.load(str(path))
    picture.colorspace_settings.name = "Non-Color"
    levels = np.array(picture.pixels[:]).reshape(HEIGHT, WIDTH, 4)[::-1, :, :3] * 255
    bpy.data.images.remove(picture)
    return np.rint(levels).astype(int).tolist()


def refusal(folder: Path, wish: dict) -> str:
    try:
        seen(folder, wish, 1)
    except BadInput as error:
        return str(error)
    return ""


if __name__ == "__main__":
    main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:])
