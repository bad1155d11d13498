"""Simulations of an untrusted scene: where they keep what they calculated."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

from blender_scripts.data_blocks import PathProperties, data_blocks
from blender_scripts.findings import Finding
from blender_scripts.scene_folder import SceneFolder

_PLAIN_NAME = re.compile(r"[\w .()+-]*")  # of a cache, which becomes part of a path
_QUOTES = re.compile(r"['\"\n\r]")  # the solver of fluids puts its folder into a program


def keep_simulations_home(folder: SceneFolder) -> Iterator[Finding]:
    """Let simulations read and write in a folder or in memory only, and say which did otherwise."""
    yield from _remove_fluids(folder)
    properties = PathProperties()
    for _, block in data_blocks():
        caches = {struct for struct, _ in properties.of(block) if isinstance(struct, bpy.types.PointCache)}
        for cache in caches:
            yield from _keep_cache_home(block, cache, folder)


def _remove_fluids(folder: SceneFolder) -> Iterator[Finding]:
    """Remove fluids that were not calculated yet. Their solver writes as soon as a frame is shown."""
    for thing in bpy.data.objects:
        for modifier in [each for each in thing.modifiers if each.type == "FLUID"]:
            domain = modifier.domain_settings if modifier.fluid_type == "DOMAIN" else None
            if domain is None or _was_calculated(domain.cache_directory, thing, folder):
                continue
            path = domain.cache_directory
            thing.modifiers.remove(modifier)
            yield Finding(
                "removed",
                "fluid",
                thing.name,
                f"Expected a fluid that was baked into the scene's folder, found {path} as its cache; it was "
                "removed, so bake it there and send the folder along.",
            )


def _was_calculated(path: str, thing: bpy.types.Object, folder: SceneFolder) -> bool:
    if _QUOTES.search(path) or not folder.holds(path, thing.library, several=True):
        return False
    return Path(bpy.path.abspath(path, library=thing.library)).is_dir()


def _default_path(library: bpy.types.Library | None) -> str:
    """Return where Blender puts the caches of the open file, or of a library, unless told otherwise."""
    blend = library.filepath if library else bpy.data.filepath
    return f"//blendcache_{Path(blend).stem}/cache"


def _keep_cache_home(block: Any, cache: Any, folder: SceneFolder) -> Iterator[Finding]:  # noqa: ANN401 - the same
    """Let a cache of particles, cloth or the like lie in the folder or in memory only."""
    paths = (cache.filepath, _default_path(block.library))
    outside = [path for path in paths if not folder.holds(path, block.library, several=True)]
    if not outside and _PLAIN_NAME.fullmatch(cache.name):
        return
    path = outside[0] if outside else cache.name
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
