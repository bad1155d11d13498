"""The files that a Blender file refers to, read from its bytes: nothing of it is opened, and nothing runs."""

import contextlib
import gzip
import mmap
import re
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, cast

import zstandard

from media.errors import BadInput
from media.kind import LARGEST_SOURCE, ZSTD_MAGIC

GZIP_MAGIC = b"\x1f\x8b"
RELATIVE = re.compile(
    rb"//([^/\x00-\x1f\x7f<>|\"*?][^\x00-\x1f\x7f<>|\"*?]{0,1022}+(?:<UDIM>[^\x00-\x1f\x7f<>|\"*?]{0,1000}+)?)\x00"
)
"""How a path relative to the file stands in it: `//` and a zero at its end. Found without ever going back: a
picture may well be slashes all over."""
TILE = "<UDIM>"
CACHES = re.compile(r"(blendcache|cache_fluid)_?")
"""How the folders are called in which Blender keeps simulations; any other folder is somebody's."""
DAMAGED = (zstandard.ZstdError, gzip.BadGzipFile, zlib.error, EOFError)
"""What unpacking says of a file that is cut short or damaged, of which Blender tells when it opens it."""
CHUNK = 1 << 20


def files_of_blend(main: Path, folder: Path, scratch: Path) -> set[Path]:
    """Return the files below `folder` that a .blend there refers to, and those that its libraries do.

    What it names by an absolute path, or outside the folder, is left where it is; that it is missing is said
    when the file is looked through.

    Args:
        main: The .blend, plain or compressed.
        folder: What no reference may leave.
        scratch: A folder to unpack into.

    Raises:
        BadInput: It is larger than a source may be once it is unpacked.
    """
    found: set[Path] = set()
    waiting, seen = [main], set()
    while waiting:
        blend = waiting.pop()
        if blend in seen:
            continue
        seen.add(blend)
        for path in _named_by(blend, folder, scratch):
            found.add(path)
            if path.suffix.lower() == ".blend":
                waiting.append(path)
    return found - {main}


def _named_by(blend: Path, folder: Path, scratch: Path) -> Iterator[Path]:
    """Yield the files that are there of those that one file names, and the caches of its simulations."""
    yield from _inside(_files_at(blend.with_name(f"blendcache_{blend.stem}")), folder)
    plain = _plain(blend, scratch / "plain.blend")
    if plain.stat().st_size == 0:
        return
    with plain.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        names = {match[1] for match in RELATIVE.finditer(data)}
    for name in sorted(names):
        place = name.decode("utf-8", errors="replace").replace("\\", "/")
        if not PurePosixPath(place).is_absolute():
            with contextlib.suppress(OSError):  # no path after all, or one that others may not look at
                yield from _inside(_files_at(blend.parent / place), folder)


def _files_at(path: Path) -> Iterator[Path]:
    """Yield what a path stands for: a file and its sequence, tiles, or a folder of caches."""
    if TILE in path.name:
        before, _, after = path.name.partition(TILE)
        pattern = re.compile(re.escape(before) + r"\d{4}" + re.escape(after))
        yield from (one for one in _listed(path.parent) if pattern.fullmatch(one.name))
    elif path.is_file():
        yield from _sequence_of(path)
    elif path.is_dir() and CACHES.match(path.name):
        yield from (one for one in sorted(path.rglob("*")) if one.is_file())


def _sequence_of(path: Path) -> Iterator[Path]:
    """Yield a file and, if its name ends in a number, those that differ by the number alone."""
    yield path
    stem = path.stem.rstrip("0123456789")
    if stem != path.stem and path.suffix.lower() != ".blend":
        for one in _listed(path.parent):
            if one.suffix == path.suffix and one.stem.rstrip("0123456789") == stem != one.stem:
                yield one


def _listed(folder: Path) -> list[Path]:
    return sorted(one for one in folder.iterdir() if one.is_file()) if folder.is_dir() else []


def _inside(paths: Iterator[Path], folder: Path) -> Iterator[Path]:
    """Yield those that lie below a folder, wherever links lead, by the shortest way there."""
    root = folder.resolve()
    for path in paths:
        real = path.resolve()
        if real.is_relative_to(root):
            yield folder / real.relative_to(root)


def _plain(blend: Path, target: Path) -> Path:
    """Return a file without compression: itself, or what is unpacked into `target`.

    Raises:
        BadInput: It is larger than a source may be.
    """
    with blend.open("rb") as packed:
        head = packed.read(4)
        packed.seek(0)
        if head.startswith(ZSTD_MAGIC):
            unpacking = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True)
            reader = cast("IO[bytes]", unpacking)
        elif head.startswith(GZIP_MAGIC):
            reader = cast("IO[bytes]", gzip.GzipFile(fileobj=packed))
        else:
            return blend
        with target.open("wb") as plain, contextlib.suppress(*DAMAGED):
            _copy(reader, plain, blend.name)
    return target


def _copy(source: IO[bytes], target: IO[bytes], name: str) -> None:
    while data := source.read(CHUNK):
        target.write(data)
        if target.tell() > LARGEST_SOURCE:
            raise BadInput(f"{name}: expected at most {LARGEST_SOURCE} bytes unpacked, found more")
