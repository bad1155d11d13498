"""Data-blocks of an untrusted scene that are read from files, and may be read from its folder only."""

import os
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import bpy

from blender_scripts.findings import Finding
from blender_scripts.playlists import is_media
from blender_scripts.scene_folder import SceneFolder

_BUILT_IN_FONT = "<builtin>"
_MADE = ("GENERATED", "VIEWER")
_MANY_FILES = ("SEQUENCE", "TILED")
_KINDS = {"images": "image", "movieclips": "clip", "sounds": "sound", "fonts": "font", "cache_files": "cache"}


def remove_outside_libraries(folder: SceneFolder) -> Iterator[Finding]:
    """Remove libraries outside a folder with all that was linked from them, and say which."""
    outside = [
        library
        for library in bpy.data.libraries
        if library.packed_file is None and not folder.holds(library.filepath)
    ]
    for library in outside:
        finding = _finding("outside-library", library.name, library.filepath)
        bpy.data.libraries.remove(library)
        yield finding


def remove_outside_blocks(folder: SceneFolder) -> Iterator[Finding]:
    """Remove pictures, clips, sounds, fonts and caches that are not in a folder, and say which."""
    for collection, kind in _KINDS.items():
        for block in list(getattr(bpy.data, collection)):
            if block.filepath == _BUILT_IN_FONT:
                continue
            if reads_no_file(block):
                _bring_home(block, folder)
            elif not holds_block(block, folder):
                finding = _finding(f"outside-{kind}", block.name, block.filepath)
                bpy.data.batch_remove([block])
                yield finding
                continue
            if may_name_more_files(block):
                finding = _finding("naming-files", block.name, block.filepath)
                bpy.data.batch_remove([block])
                yield finding


def holds_block(block: Any, folder: SceneFolder) -> bool:  # noqa: ANN401 - any data-block with a path
    """Tell whether all the files of a data-block lie in a folder."""
    several = (
        getattr(block, "source", "") in _MANY_FILES
        or bool(getattr(block, "is_sequence", False))
        or bool(getattr(block, "use_multiview", False))
    )
    return folder.holds(block.filepath, block.library, several=several)


def reads_no_file(block: Any) -> bool:  # noqa: ANN401 - the same
    """Tell whether the file brought a data-block's contents along, or Blender makes them."""
    if getattr(block, "source", "") in _MADE:
        return True
    return getattr(block, "packed_file", None) is not None or bool(getattr(block, "packed_files", ()))


def may_name_more_files(block: Any) -> bool:  # noqa: ANN401 - the same
    """Tell whether a data-block's own file can make Blender read others.

    Playlists under a film's name do, and USD stages; nothing here can tell which files those are.
    """
    if isinstance(block, bpy.types.CacheFile):
        return not block.filepath.lower().endswith(".abc") and bool(block.filepath)
    if not isinstance(block, bpy.types.Sound) and getattr(block, "source", "") != "MOVIE":
        return False
    if getattr(block, "packed_file", None) is not None:
        return not is_media(BytesIO(block.packed_file.data))
    try:
        with open(bpy.path.abspath(block.filepath, library=block.library), "rb") as film:  # noqa: PTH123 - Blender's path
            return not is_media(film)
    except OSError:
        return False  # a missing file names nothing


def _bring_home(block: Any, folder: SceneFolder) -> None:  # noqa: ANN401 - the same
    """Let a data-block that reads no file say that its file lies in the folder, so that none other is."""
    if holds_block(block, folder):
        return
    name = "filepath_raw" if isinstance(block, bpy.types.Image) else "filepath"
    setattr(block, name, "//" + os.path.basename(block.filepath.replace("\\", "/")))  # noqa: PTH119 - Blender's path
    if not holds_block(block, folder):
        setattr(block, name, "")


def _finding(kind: str, name: str, path: str) -> Finding:
    return Finding("removed", kind, name, (_NAMING if kind == "naming-files" else _OUTSIDE).format(path=path))


_OUTSIDE = "Expected a file in the scene's folder, found {path}; it was removed, so pack it or send it along."
_NAMING = "Expected film, sound or Alembic, found {path}, which can name other files; it was removed."
