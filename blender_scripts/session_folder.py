"""The folder in which Blender keeps things for as long as it runs. It removes it at an orderly end only."""

import re
import shutil
import sys
from pathlib import Path

_OURS = re.compile(r"blender_\w{6}")
"""What Blender makes of mkdtemp; where that fails, it works in the system's temporary folder itself."""


def remove_session_folder() -> None:
    """Remove this Blender's folder, if Blender was ever loaded."""
    bpy = sys.modules.get("bpy")
    if bpy is None:
        return
    folder = Path(bpy.app.tempdir)
    if _OURS.fullmatch(folder.name):
        shutil.rmtree(folder, ignore_errors=True)
