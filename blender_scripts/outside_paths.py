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
_PLAIN = re.compile(r"[\w .()+-]*")  # of a cache's name, which becomes part of a path
_QUOTES = re.compile(r"['\"\n\r]")  # of a fluid's folder, which its solver puts into a program
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
    for block in data_blocks():
        for struct, prop in properties.of(block):
            if isinstance(struct, bpy.types.PointCache):
                yield from _keep_cache_home(block, struct, folder)
            elif not _is_home(block, struct, prop, folder):
                yield _clear(block, struct, prop.identifier)


def _is_home(block: Any, struct: Any, prop: Any, folder: SceneFolder) -> bool:  # noqa: ANN401 - any RNA struct
    path = getattr(struct, prop.identifier)
    if isinstance(struct, bpy.types.Library):
        return True  # one that lies outside is gone, and what is left may be packed
    if struct == block and path != _BUILT_IN_FONT and hasattr(block, "filepath"):
        return reads_no_file(block) or holds_block(block, folder)
    if isinstance(struct, bpy.types.FluidDomainSettings) and _QUOTES.search(path):
        return False
    return path == _BUILT_IN_FONT or folder.holds(path, block.library, several=prop.subtype == "DIR_PATH")


def _keep_cache_home(block: Any, cache: Any, folder: SceneFolder) -> Iterator[Finding]:  # noqa: ANN401 - the same
    """Let a cache of particles, cloth or the like lie in the folder or in memory only."""
    home = folder.holds(cache.filepath, block.library, several=True)
    if home and _PLAIN.fullmatch(cache.name):
        return
    path = cache.filepath or cache.name
    cache.use_external = False
    cache.use_disk_cache = False
    cache.filepath = ""
    cache.name = re.sub(r"[^\w ]", "", cache.name)
    yield Finding(
        "removed",
        "outside-cache",
        block.name,
        f"Expected a cache in the scene's folder, found {path}; it is made anew in memory, or send it along.",
    )


def _clear(block: Any, struct: Any, name: str) -> Finding:  # noqa: ANN401 - the same
    path, subject = getattr(struct, name), f"{block.name}: {struct.bl_rna.name}"
    if isinstance(struct, bpy.types.FluidDomainSettings):
        struct.cache_directory = "//fluid"  # an empty one means a folder of Blender's choice
    else:
        setattr(struct, name, "")
    return Finding(
        "removed",
        "outside-path",
        subject,
        f"Expected a path into the scene's folder, found {path}; it was cleared, so send the file along.",
    )
