"""The files that an OBJ and its material libraries name: understood here alone, to gather and to read them.

Exporters write paths of the machine that they ran on, so a file is looked for by its bare name too. Nothing
outside the folder is ever looked at, whatever a name says.
"""

import mmap
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from media.geometry.mesh_model import decoded
from media.kind import BOM
from media.reference import BadReference, resolved

# No path is longer than 4,096 bytes, and a line may be of gigabytes.
LIBRARY = re.compile(rb"mtllib[ \t]+([^\r\n]{1,4096})")
TEXTURE = re.compile(rb"(?:map_\w+|bump|disp|decal|refl|norm)[ \t]+([^\r\n]{1,4096})")
# What may come before a picture's name: -s 1 1 1, -clamp on, -imfchan r, -type sphere.
VALUE = r"(?:[-+]?[\d.][\d.eE+-]*|on|off|[rgbmlz]|sphere|cube_\w+)"
OPTIONS = re.compile(rf"(?:-[A-Za-z]+\s++(?:{VALUE}\s++)*+)*+")
MOST_INDENT = 64
MOST_LINES, MOST_WORDS = 10_000, 16  # of one kind, and on one: each is looked for on disk
LARGEST_MTL = 16 * 2**20


def find_beside(name: str, beside: Path, folder: Path) -> Path | None:
    """Return the file that a model calls `name`, if it lies within `folder`.

    Args:
        name: As written in the model, with either kind of slash.
        beside: The file within `folder` that it is written in.
        folder: What nothing may lead out of.
    """
    slashed = name.replace("\\", "/")
    for candidate in (slashed, slashed.rsplit("/", 1)[-1]):
        try:
            return resolved(candidate, beside, folder)
        except BadReference:
            continue
    return None


def libraries(text: bytes | mmap.mmap, obj: Path, folder: Path) -> tuple[list[Path], list[str]]:
    """Return the material libraries that an OBJ's text names, and the names of those that are not there.

    A line names one library, in whose name there may be blanks, or several.
    """
    found: dict[Path, None] = {}
    missing: dict[str, None] = {}
    for line in _statements(text, LIBRARY):
        names = [line]
        places = [find_beside(line, obj, folder)]
        if places == [None] and len(words := line.split()[:MOST_WORDS]) > 1:
            several = [find_beside(word, obj, folder) for word in words]
            names, places = (words, several) if any(several) else (names, places)
        for name, place in zip(names, places, strict=True):
            if place:
                found[place] = None
            else:
                missing[name] = None
    return list(found), list(missing)


def textures(libraries: Iterable[Path], folder: Path) -> set[Path]:
    """Return the pictures that material libraries name and that are there."""
    read = (library for library in libraries if library.stat().st_size <= LARGEST_MTL)
    named = ((line, library) for library in read for line in _statements(library.read_bytes(), TEXTURE))
    found = {texture(line, library, folder) for line, library in islice(named, MOST_LINES)}
    return {picture for picture in found if picture}


def texture(value: str, library: Path, folder: Path) -> Path | None:
    """Return the picture that a statement of a library names, if it is there."""
    names = [value[start:] for start in _starts(value)]
    return next(filter(None, (find_beside(name, library, folder) for name in names)), None)


def texture_name(value: str) -> str:
    """Return what a statement calls its picture, as a person would."""
    return value[_starts(value)[-1] :]


def _starts(value: str) -> list[int]:
    """Return where the name may begin: at the statement's, after its options, or after one that is none."""
    options = OPTIONS.match(value)
    before = value[: options.end()] if options else ""
    return [0, *(blank.end() for blank in re.finditer(r"\s+", before))][-MOST_WORDS:]


def _statements(text: bytes | mmap.mmap, pattern: re.Pattern[bytes]) -> Iterator[str]:
    """Yield what stands after a keyword that begins its line, each once; the text may outgrow memory."""
    seen: set[bytes] = set()
    for match in pattern.finditer(text):
        indent = text[max(0, match.start() - MOST_INDENT) : match.start()].rstrip(b" \t")
        begins = indent in {b"", BOM} or indent.endswith((b"\n", b"\r"))
        if begins and match[1] not in seen and len(seen) < MOST_LINES:
            seen.add(match[1])
            yield decoded(match[1]).strip()
