"""Opening a .blend that somebody else made, and saving it with all that it needs."""

import os
from pathlib import Path

import bpy

from blender_scripts.failure import BadInput, one_line
from blender_scripts.file_needs import pack_what_is_there
from blender_scripts.gpu_trouble import is_out_of_memory

_CUT_SHORT = "one that is cut short, or damaged"


def open_file(path: Path, *, scripts: bool) -> None:
    """Open a .blend, plain or compressed; what it would run, it runs only with `scripts`.

    Raises:
        BadInput: Blender cannot read it, or it is of a newer Blender than this one.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    try:
        bpy.ops.wm.open_mainfile(filepath=str(path), use_scripts=scripts, load_ui=False)
    except RuntimeError as error:
        if is_out_of_memory(error):
            raise
        found = (
            _CUT_SHORT if "Missing DNA block" in str(error) else one_line(error).replace(str(path), path.name)
        )
        raise BadInput(
            f"{path.name}: expected a .blend that Blender {bpy.app.version_string} reads, found: {found}; "
            "save it again and send all of it"
        ) from error
    written, ours = tuple(bpy.data.version[:2]), tuple(bpy.app.version[:2])
    if written > ours:
        raise BadInput(
            f"{path.name}: expected a file of Blender {_named(ours)} or older, found one of "
            f"{_named(written)}; save it for {_named(ours)}, or render with a newer Blender"
        )


def save_whole(path: Path) -> None:
    """Pack what can be packed into the open file and save it.

    Raises:
        OSError: The folder cannot be written to.
        RuntimeError: Blender could not write it.
    """
    with path.open("wb"):
        pass  # Blender's own words for a missing folder are vaguer
    pack_what_is_there()
    bpy.context.preferences.filepaths.save_version = 0  # no .blend1 beside it
    bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=False, check_existing=False, copy=True)
    with path.open("rb") as saved:
        os.fsync(saved.fileno())


def _named(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
