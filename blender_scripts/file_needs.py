"""What an opened file needs beside it: what is missing, and what cannot be packed into it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from blender_scripts.findings import Finding

_BUILT_IN_FONT = "<builtin>"


@dataclass(frozen=True)
class _Need:
    """A file that a data-block names: `path` is absolute, empty where it is inside the .blend.

    `pack` puts it into the .blend, where Blender can do that.
    """

    kind: str
    name: str
    path: str
    pack: Callable[[], object] | None = None


def missing_files(folder: Path) -> list[Finding]:
    """Return an error for everything that is used and is not there, linked data-blocks included."""
    findings = []
    for need in _needs():
        if need.path and not Path(need.path).exists():
            where = need.path.removeprefix(f"{folder.resolve()}/")
            findings.append(
                Finding(
                    "error",
                    f"missing-{need.kind}",
                    need.name,
                    f"{need.kind} {need.name}: expected the file {where}, found none; pack it into the "
                    ".blend (File > External Data), or send a ZIP with it",
                )
            )
    return findings + [_lost(block) for block in _linked() if block.is_missing and _is_there(block.library)]


def pack_what_is_there() -> None:
    """Put every file that is there into the open .blend, as far as Blender can.

    Raises:
        RuntimeError: Blender could not read one.
    """
    for need in _needs():
        if need.path and need.pack and Path(need.path).exists():
            need.pack()
    if all(Path(_outside(library)).exists() for library in bpy.data.libraries if _outside(library)):
        bpy.ops.file.pack_libraries()


def needed_files(folder: Path) -> list[str]:
    """Return the files below `folder`, by their places in it, that Blender cannot pack."""
    root = folder.resolve()
    found: set[str] = set()
    for need in _needs():
        if need.pack or not need.path:
            continue
        path = Path(need.path).resolve()
        if path.is_relative_to(root):
            found |= {one.relative_to(root).as_posix() for one in _with_its_sequence(path)}
    return sorted(found)


def _leave_to_blender() -> None:
    """Do nothing: libraries are packed all at once, or not at all."""


def _with_its_sequence(path: Path) -> Iterator[Path]:
    """Yield a file and those beside it that differ by a number, as sequences do; of a folder, all in it."""
    if path.is_dir():
        yield from (one for one in path.rglob("*") if one.is_file())
        return
    stem = path.stem.rstrip("0123456789")
    for one in path.parent.glob("*"):
        if one == path or (one.suffix == path.suffix and one.stem.rstrip("0123456789") == stem != path.stem):
            yield one


def _needs() -> Iterator[_Need]:
    """Yield what used data-blocks name; what nobody uses is not rendered."""
    for library in bpy.data.libraries:
        yield _Need("library", library.name, _outside(library), _leave_to_blender)
    for image in _rendered_images():
        if image.source in {"FILE", "SEQUENCE", "MOVIE", "TILED"}:
            packs = image.source in {"FILE", "TILED"} and _is_ours(image)
            yield _Need("texture", image.name, _first_tile(image), image.pack if packs else None)
    for font in bpy.data.fonts:
        if _is_used(font) and font.filepath != _BUILT_IN_FONT:
            yield _Need("font", font.name, _outside(font), font.pack if _is_ours(font) else None)
    for kind, blocks in (("cache", bpy.data.cache_files), ("volume", bpy.data.volumes)):
        for block in blocks:
            if _is_used(block):
                yield _Need(kind, block.name, _outside(block))
    for thing in bpy.data.objects:
        yield from _caches_of(thing)


def _rendered_images() -> Iterator[bpy.types.Image]:
    """Yield pictures in use, but not those that are there to be looked at while one works."""
    users = bpy.data.user_map(subset=list(bpy.data.images))
    for image in bpy.data.images:
        if any(not _only_shows(user) for user in users.get(image, ())):
            yield image


def _only_shows(user: bpy.types.ID) -> bool:
    """Tell whether what uses a picture shows it to whoever works on the file, and to no renderer."""
    if isinstance(user, bpy.types.Object):
        return bool(user.type == "EMPTY")
    return isinstance(user, bpy.types.Brush | bpy.types.Camera | bpy.types.Screen)


def _is_used(block: bpy.types.ID) -> bool:
    """Tell whether anything uses a data-block; that it is to be kept without users is counted as one."""
    return bool(block.users > block.use_fake_user)


def _is_ours(block: bpy.types.ID) -> bool:
    """Tell whether the open file itself has a data-block: a library's is saved without what is packed."""
    return block.library is None


def _first_tile(image: bpy.types.Image) -> str:
    """Return the absolute path of a picture, or of the first of its tiles, by either way to number them."""
    path = _outside(image)
    if image.source != "TILED":
        return path
    number = image.tiles[0].number
    row, column = divmod(number - 1001, 10)
    return path.replace("<UDIM>", str(number)).replace("<UVTILE>", f"u{column + 1}_v{row + 1}")


def _caches_of(thing: bpy.types.Object) -> Iterator[_Need]:
    for modifier in thing.modifiers:
        path = ""
        if modifier.type == "MESH_CACHE":
            path = modifier.filepath
        elif modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN" and modifier.domain_settings:
            path = modifier.domain_settings.cache_directory
        elif modifier.type == "OCEAN" and modifier.is_cached:
            path = modifier.filepath
        if path:
            yield _Need("cache", thing.name, _absolute(path, thing))


def _outside(block: Any) -> str:  # noqa: ANN401 - any data-block that names a file
    """Return the absolute path of what a data-block names, or nothing if it is packed or names none."""
    if getattr(block, "packed_file", None) or getattr(block, "packed_files", None) or not block.filepath:
        return ""
    return _absolute(block.filepath, block)


def _absolute(path: str, block: bpy.types.ID) -> str:
    return str(bpy.path.abspath(path, library=block.library))


def _linked() -> Iterator[bpy.types.ID]:
    for name in dir(bpy.data):
        blocks = getattr(bpy.data, name)
        if isinstance(blocks, bpy.types.bpy_prop_collection):
            yield from (block for block in blocks if getattr(block, "library", None))


def _is_there(library: bpy.types.Library) -> bool:
    """Tell whether a library is there at all; if not, that is said once, and not of all that was in it."""
    path = _outside(library)
    return not path or Path(path).exists()


def _lost(block: bpy.types.ID) -> Finding:
    return Finding(
        "error",
        "missing-linked",
        block.name,
        f"{block.name}: expected it in the library {block.library.name}, found that it is not there; link it "
        "again, or make it local",
    )
