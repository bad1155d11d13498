"""Opening and saving the .blend of a prepared scene."""

import os
from pathlib import Path

import bpy

from blender_scripts.failure import BadInput, one_line
from blender_scripts.gpu_trouble import is_out_of_memory

_HEAD = b"BLENDER"
_END = b"ENDB"
_END_BLOCK = 64  # bytes from the file's end in which its closing block lies, whatever the pointer size


def open_scene(path: Path) -> bpy.types.Scene:
    """Open a prepared scene without running anything that it may hold.

    Raises:
        BadInput: It is missing, cut short, or no .blend.
    """
    _refuse_broken(path)
    try:
        bpy.ops.wm.open_mainfile(filepath=str(path), use_scripts=False, load_ui=False)
    except RuntimeError as error:
        if is_out_of_memory(error):
            raise
        raise BadInput(f"{path}: expected a readable .blend, found: {one_line(error)}") from error
    return bpy.context.scene


def save_scene(path: Path) -> None:
    """Write the open file, uncompressed since that opens fastest, with every picture packed into it.

    Raises:
        OSError: The folder cannot be written to.
        RuntimeError: Blender could not write it.
    """
    with path.open("wb"):
        pass  # Blender's own words for a missing folder are vaguer
    bpy.ops.file.pack_all()
    bpy.context.preferences.filepaths.save_version = 0  # no .blend1 beside it
    bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=False, check_existing=False, copy=True)
    with path.open("rb") as saved:
        os.fsync(saved.fileno())
    _refuse_broken(path)


def _refuse_broken(path: Path) -> None:
    """Refuse a file without a .blend's first and last block, which Blender would open as far as it goes."""
    if not path.is_file():
        raise BadInput(f"{path}: expected a .blend, found no file")
    with path.open("rb") as scene:
        head = scene.read(len(_HEAD))
        scene.seek(max(0, path.stat().st_size - _END_BLOCK))
        tail = scene.read()
    if head != _HEAD:
        raise BadInput(f"{path}: expected an uncompressed .blend, found a file that begins with {head!r}")
    if _END not in tail:
        raise BadInput(f"{path}: expected a whole .blend, found one that is cut short")
