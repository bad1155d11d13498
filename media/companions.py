"""The files that a model needs beside it: named by its own text, found within its folder."""

import mmap
from pathlib import Path

from media.blend_files import files_of_blend
from media.geometry.children import limits_for
from media.geometry.gltf_files import files_of_gltf
from media.geometry.obj_references import libraries, textures
from media.geometry.usd_files import files_of_usd
from media.kind import Kind


def companions(main: Path, kind: Kind, folder: Path, name: str, scratch: Path) -> set[Path]:
    """Return the files within `folder` that a model there needs; none for a kind that stands alone.

    Args:
        main: The model.
        kind: What it is.
        folder: What no reference may leave.
        name: What its owner calls it.
        scratch: A folder for a child process to work in.

    Raises:
        BadInput: It names a file that is not there or that lies elsewhere.
        OutOfResources, TimedOut, ToolFailed: The child that reads USD layers was stopped or broke.
    """
    if kind is Kind.GLTF:
        return files_of_gltf(main, folder, name)
    if kind is Kind.OBJ:
        return files_of_obj(main, folder)
    if kind in {Kind.USDA, Kind.USDC}:
        place = main.relative_to(folder).as_posix()
        limits = limits_for(main.stat().st_size)
        return {folder / file for file in files_of_usd(folder, [place], name, scratch, limits)[place]}
    if kind is Kind.BLEND:
        return files_of_blend(main, folder, scratch)
    return set()


def files_of_obj(main: Path, folder: Path) -> set[Path]:
    """Return the material libraries of an OBJ that are there, and those of their textures that are.

    What is missing costs colours, and the reader says so; what lies elsewhere is never looked at.
    """
    if main.stat().st_size == 0:
        return set()
    with main.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        found, _ = libraries(text, main, folder)
    return {*found, *textures(found, folder)}
