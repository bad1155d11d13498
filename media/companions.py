"""The files that a model needs beside it: named by its own text, found within its folder."""

import mmap
import re
from collections.abc import Iterator
from pathlib import Path

from media.errors import BadInput
from media.geometry.children import limits_for
from media.geometry.gltf_files import files_of_gltf
from media.geometry.usd_files import files_of_usd
from media.kind import Kind
from media.reference import BadReference, NothingThere, resolved

LIBRARY = re.compile(rb"^[ \t]*mtllib[ \t]+([^\r\n]+)", re.MULTILINE)
TEXTURE = re.compile(rb"^[ \t]*(?:map_\w+|bump|disp|decal|refl|norm)[ \t]+([^\r\n]+)", re.MULTILINE)
MOST_LINES, MOST_WORDS = 10_000, 32


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
        return files_of_obj(main, folder, name)
    if kind in {Kind.USDA, Kind.USDC}:
        place = main.relative_to(folder).as_posix()
        limits = limits_for(main.stat().st_size)
        return {folder / file for file in files_of_usd(folder, [place], name, scratch, limits)[place]}
    return set()


def files_of_obj(main: Path, folder: Path, name: str) -> set[Path]:
    """Return the material libraries of an OBJ that are there, and those of their textures that are.

    A missing library only costs the colours. Textures are often named by a path on the machine that exported
    them; whatever lies there is never looked at.

    Raises:
        BadInput: A library lies elsewhere.
    """
    needed: set[Path] = set()
    for line in _lines(main, LIBRARY):
        try:
            libraries = list(_libraries(line, main, folder))
        except BadReference as error:
            raise BadInput(
                f"{name}: expected its material library beside it, found {error}; "
                "put the .mtl file beside the OBJ and name it without a folder"
            ) from error
        for library in libraries:
            needed |= {library, *_textures(library, folder)}
    return needed


def _libraries(line: str, main: Path, folder: Path) -> Iterator[Path]:
    """Yield the files that a `mtllib` line names: one whose name may hold blanks, or several."""
    try:
        yield resolved(line, main, folder)
    except NothingThere:
        for word in line.split():
            try:
                yield resolved(word, main, folder)
            except NothingThere:
                continue


def _textures(library: Path, folder: Path) -> Iterator[Path]:
    """Yield the textures of a material library; before a name there may be options, within it blanks."""
    for line in _lines(library, TEXTURE):
        words = line.split(" ")[-MOST_WORDS:]
        for first in range(len(words)):
            try:
                yield resolved(" ".join(words[first:]), library, folder)
            except BadReference:
                continue
            break


def _lines(path: Path, pattern: re.Pattern[bytes]) -> Iterator[str]:
    """Yield what `pattern` finds in a text file, each once; the file may be larger than memory."""
    if path.stat().st_size == 0:
        return
    seen: set[bytes] = set()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        for match in pattern.finditer(text):
            if match[1] not in seen and len(seen) < MOST_LINES:
                seen.add(match[1])
                yield _text(match[1]).strip()


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")  # what older exporters on Windows write
