"""Caches of simulations that Blender keeps beside a .blend, in a folder that bears its name."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import bpy

from blender_scripts.data_blocks import PathProperties, data_blocks
from blender_scripts.findings import Finding


def missing_disk_caches() -> list[Finding]:
    """Return an error for every simulation that says it is baked into files, and is not."""
    folder = _folder_of(Path(bpy.data.filepath))
    if folder.is_dir():
        return []
    return [
        Finding(
            "error",
            "missing-cache",
            owner,
            f"cache {owner}: expected the folder {folder.name}, found none; bake without Disk Cache, or send "
            "a ZIP with the folder",
        )
        for owner in sorted(set(_kept_on_disk()))
    ]


def copy_disk_caches(blend: Path) -> list[Path]:
    """Copy the open file's caches to where they are sought when it is saved as `blend`; returns the files.

    Raises:
        OSError: They cannot be copied.
    """
    theirs, ours = _folder_of(Path(bpy.data.filepath)), _folder_of(blend)
    if not theirs.is_dir() or not any(_kept_on_disk()):
        return []
    shutil.copytree(theirs, ours, dirs_exist_ok=True)
    return sorted(path for path in ours.rglob("*") if path.is_file())


def _folder_of(blend: Path) -> Path:
    return blend.with_name(f"blendcache_{blend.stem}")


def _kept_on_disk() -> Iterator[str]:
    """Yield whose caches lie in that folder: what was baked to disk and not to a folder of its own."""
    properties = PathProperties()
    for name, block in data_blocks():
        if block.library is not None:
            continue
        caches = {struct for struct, _ in properties.of(block) if isinstance(struct, bpy.types.PointCache)}
        if any(one.is_baked and one.use_disk_cache and not one.use_external for one in caches):
            yield name
