"""Say which paths lead into a folder. Arguments: the folder, a file with paths as JSON.

Run inside Blender by the tests.
"""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import bpy

from blender_scripts.events import EventChannel
from blender_scripts.scene_folder import SceneFolder


def main(root: str, paths: str) -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(Path(root) / "scene.blend"), compress=False)
    folder = SceneFolder(Path(root))
    EventChannel().send(
        "held", paths={path: folder.holds(path) for path in json.loads(Path(paths).read_text())}
    )


if __name__ == "__main__":
    main(*sys.argv[-2:])
    sys.stdout.flush()
    os._exit(0)
