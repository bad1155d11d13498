"""Build scenes of templates and take small pictures of them, all in one process. Run inside Blender.

The last argument is a JSON file: a list of rolls, each with the `scene` to build, the `frames` to take, the
`size` and `samples` of the pictures, and the `folder` that they go into.
"""

import json
import os
import sys
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parents[2]))

from blender_scripts.events import EventChannel
from blender_scripts.fields import Fields
from blender_scripts.template_building import build_template
from blender_scripts.template_job import build_template as read_job


def main(path: str) -> None:
    channel = EventChannel()
    for roll in json.loads(Path(path).read_text()):
        scene = {**roll["scene"], "output": str(Path(roll["folder"]) / "scene.blend")}
        build_template(read_job(Fields("job", scene)), channel)
        take(roll)


def take(roll: dict) -> None:
    """Render frames of the open scene."""
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = roll["size"]
    scene.cycles.samples = roll["samples"]
    scene.cycles.device = "CPU"
    for frame in roll["frames"]:
        scene.frame_set(frame)
        scene.render.filepath = str(Path(roll["folder"]) / f"{frame:06d}.png")
        bpy.ops.render.render(write_still=True)


if __name__ == "__main__":
    main(sys.argv[-1])
    sys.stdout.flush()
    os._exit(0)
