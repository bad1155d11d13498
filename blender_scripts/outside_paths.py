"""Whatever else in an untrusted scene names a file or folder, by Blender's own list of such properties."""

import re
from collections.abc import Iterator
from typing import Any

import bpy

from blender_scripts.data_blocks import PathProperties, data_blocks
from blender_scripts.findings import Finding
from blender_scripts.outside_files import holds_block, reads_no_file
from blender_scripts.scene_folder import SceneFolder

_BUILT_IN_FONT = "<builtin>"
_HOME = "//"


def neutralise_outputs() -> None:
    """Let every scene write beside its file only. What renders it says where its frames go."""
    for scene in bpy.data.scenes:
        scene.render.filepath = _HOME
        scene.render.bake.filepath = _HOME
        for view in scene.render.views:  # an eye's suffix is put behind the frame's path
            view.file_suffix = re.sub(r"[/\\.]", "", view.file_suffix)


def clear_outside_paths(folder: SceneFolder) -> Iterator[Finding]:
    """Clear every path that leads out of a folder, and say which."""
    properties = PathProperties()
    for name, block in data_blocks():
        for struct, prop in properties.of(block):
            if not prop.is_readonly and not _is_home(block, struct, prop, folder):
                yield _clear(name, struct, prop.identifier)


def _is_home(block: Any, struct: Any, prop: Any, folder: SceneFolder) -> bool:  # noqa: ANN401 - any RNA struct
    path = getattr(struct, prop.identifier)
    if isinstance(struct, bpy.types.Library):
        return True  # one that lies outside is gone, and what is left may be packed
    if struct == block and path != _BUILT_IN_FONT and hasattr(block, "filepath"):
        return reads_no_file(block) or holds_block(block, folder)
    return path == _BUILT_IN_FONT or folder.holds(path, block.library, several=prop.subtype == "DIR_PATH")


def _clear(owner: str, struct: Any, name: str) -> Finding:  # noqa: ANN401 - the same
    path, subject = getattr(struct, name), f"{owner}: {struct.bl_rna.name}"
    setattr(struct, name, "")
    return Finding(
        "removed",
        "outside-path",
        subject,
        f"Expected a path into the scene's folder, found {path}; it was cleared, so send the file along.",
    )
