"""What USD layers and packages refer to, read layer by layer; nothing is composed or followed."""

import errno
import re
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path, PurePath, PurePosixPath
from typing import TypeVar

from pxr import Ar, Sdf, UsdUtils

from media.kind import USD_SUFFIXES
from media.picture_header import BEGIN_BYTES, header_of, too_many_pixels
from media.reference import NothingThere, member, shown

Found = TypeVar("Found")

LAYERS = tuple(suffix.decode() for suffix in USD_SUFFIXES)
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".exr", ".hdr", ".bmp", ".tif", ".tiff")
SOUNDS = (".m4a", ".mp3", ".wav")
MAX_DEPTH = 4  # of packages in packages
LIBRARY_ERROR = re.compile(r"^Error in '.*? : '(.*)'")
LIBRARY_WORDS = re.compile(r"[^\s@']*/|matching pxrInternal\S* ")
UDIM = re.compile(r"<UDIM>", re.IGNORECASE)
UDIM_TILES = range(1001, 1101)


class Refused(Exception):
    """The file was read and cannot be used."""


def words_of(error: Exception) -> str:
    """Return what an error says in one line, without the library's own names and this machine's folders."""
    if isinstance(error, UnicodeDecodeError):
        return "text that is not UTF-8"
    try:
        text = " ".join(str(error).split())
    except UnicodeDecodeError:  # it quotes damaged text as bytes that are no text
        text = ""
    if said := LIBRARY_ERROR.search(text):
        text = LIBRARY_WORDS.sub("", said[1])
    return text.strip(" '")[:300] or "damage"


def outside_references(path: Path) -> list[str]:
    """List the files that a layer or package names and does not hold, without opening any of them.

    Raises:
        Refused: It cannot be read, or holds pictures that are too large.
    """
    if path.suffix.lower() != ".usdz":
        return sorted(set(references_in(str(path))))
    _refuse_broken(path)
    return sorted(set(_leaving(path, 0)))


def references_in(layer: str) -> list[str]:
    """List what one layer refers to: sublayers, references, payloads, textures and other assets."""
    if Sdf.Layer.FindOrOpen(layer) is None:
        raise Refused("a layer that the USD reader cannot open")
    return [name for group in UsdUtils.ExtractExternalReferences(layer) for name in group]


def tiles(reference: str, find: Callable[[str], Found]) -> list[Found]:
    """Find what a reference names: one file, or the tiles of a texture that are there."""
    if not UDIM.search(reference):
        return [find(reference)]
    found = []
    for tile in UDIM_TILES:
        try:
            found.append(find(UDIM.sub(str(tile), reference)))
        except NothingThere:
            continue
    return found or [find(reference)]


def check_pictures(files: Iterable[tuple[PurePath, bytes]]) -> None:
    """Check that files that scenes name are layers, packages, sounds or pictures of a size to be decoded."""
    headers = []
    for path, begin in files:
        suffix = path.suffix.lower()
        if suffix in {*LAYERS, ".usdz", *SOUNDS}:
            continue
        header = header_of(begin)
        if suffix not in PICTURES or header is None:
            raise Refused(
                f"a reference to a file that is neither USD nor a known picture ({shown(path.name)})"
            )
        headers.append(header)
    if found := too_many_pixels(headers):
        raise Refused(found)


def _refuse_broken(path: Path) -> None:
    """Refuse a package without its index, which the USD library would read as far as it goes."""
    try:
        zipfile.ZipFile(path).close()
    # What `zipfile` raises for a missing index, an unknown version, a seek before the beginning, a bad name.
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise  # this machine's fault and not the package's
        raise Refused(f"a package that cannot be opened ({error})") from error


def _leaving(path: Path, depth: int) -> list[str]:
    """List what the layers of a package name that is not in it; packages within it are read the same way.

    A ZIP lists its members twice. Only what the USD library makes of it counts, since it opens them.
    """
    package = Sdf.ZipFile.Open(str(path))
    if package is None or depth > MAX_DEPTH:
        raise Refused("a package that the USD reader cannot open, or too many within each other")
    members = set(package.GetFileNames())
    outside: list[str] = []
    used: set[str] = set()
    for place in sorted(members):
        info = package.GetFileInfo(place)
        if info.compressionMethod or info.encrypted:
            raise Refused(f"a package with a compressed or encrypted file ({shown(place)})")
        if place.lower().endswith(LAYERS):
            for reference in references_in(Ar.JoinPackageRelativePath(str(path), place)):
                named = _members_named(reference, place, members)
                outside += [] if named else [reference]
                used |= named
        elif place.lower().endswith(".usdz"):
            outside += _leaving_inner(package.GetFile(place), depth + 1)
    check_pictures(
        (PurePosixPath(place), bytes(package.GetFile(place)[:BEGIN_BYTES])) for place in sorted(used)
    )
    return outside


def _members_named(reference: str, place: str, members: set[str]) -> set[str]:
    """Return the members that a reference in the layer at `place` names."""
    outer, _ = Ar.SplitPackageRelativePathOuter(reference)
    candidates = [UDIM.sub(str(tile), outer) for tile in UDIM_TILES] if UDIM.search(outer) else [outer]
    return {found for candidate in candidates if (found := member(candidate, place)) in members}


def _leaving_inner(data: bytes, depth: int) -> list[str]:
    """List what a package within a package refers to and does not hold."""
    inner = Path(f"inner-{depth}.usdz").absolute()  # in the child's own folder
    inner.write_bytes(data)
    try:
        return _leaving(inner, depth)
    finally:
        inner.unlink()
