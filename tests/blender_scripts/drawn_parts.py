"""Say what a prepared scene draws: each placed mesh's object, holder, mesh and colour. The argument: a scene.

Run inside Blender by the tests.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import bpy

from blender_scripts.events import EventChannel
from blender_scripts.scene_file import open_scene


def main(path: str) -> None:
    open_scene(Path(path))
    parts = []
    for instance in bpy.context.evaluated_depsgraph_get().object_instances:
        thing = instance.object
        if thing.type != "MESH" or thing.name.startswith("studio") or thing.hide_render:
            continue
        holder = instance.parent.name if instance.parent else thing.name
        shader = thing.material_slots[0].material.node_tree.nodes["Principled BSDF"].inputs
        parts.append(
            {
                "holder": holder,
                "mesh": thing.data.name,
                "colour": [round(value, 3) for value in shader["Base Color"].default_value[:3]],
                "finish": [round(shader[name].default_value, 3) for name in ("Metallic", "Roughness")],
                "at": [round(value, 2) for value in instance.matrix_world.translation],
            }
        )
    EventChannel().send("drawn", parts=parts)


if __name__ == "__main__":
    main(sys.argv[-1])
    sys.stdout.flush()
    os._exit(0)
