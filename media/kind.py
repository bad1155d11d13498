"""The kind of a source file, by what is in it; names are for people and are never asked."""

import math
import re
import struct
import zlib
from enum import StrEnum
from pathlib import Path

from media.errors import BadInput

HEAD_BYTES = 64 * 1024  # enough for the comments that some exporters put before a STEP header
LARGEST_SOURCE = 4 * 1024**3  # bytes, also of all that an archive holds
READABLE = "a STEP, IGES, STL, OBJ, PLY, GLB, glTF, USD or Blender file, or a ZIP of one"

BOM = b"\xef\xbb\xbf"
STEP_MAGIC = re.compile(rb"(?:\s|/\*(?>.*?\*/))*+ISO-10303-21\s*;", re.DOTALL)
IGES_MAGIC = re.compile(rb"[^\r\n]{72}S {0,6}0{0,6}1[ \t]*\r?\n")
STL_TEXT = re.compile(
    rb"\s*solid\b[^\r\n]*[\r\n]\s*(?:color[^\r\n]*[\r\n]\s*)?(?:facet|endsolid)\b", re.IGNORECASE
)
PLY_MAGIC = re.compile(rb"ply[ \t]*\r?\n")
OBJ_START = re.compile(rb"(?:[ \t\r]*(?:#[^\n]*)?\n)*[ \t]*(?:mtllib|usemtl|o|g|s|v|vn|vt|vp)[ \t]")
OBJ_VERTEX = re.compile(rb"^[ \t]*v[ \t]+[-+.\d]", re.MULTILINE)
GLTF_MEMBER = re.compile(rb'"asset"\s*:\s*\{|"(?:accessors|bufferViews|meshes|scenes)"\s*:\s*\[')
ZIP_MAGIC = b"PK\x03\x04"
BLEND_MAGIC = b"BLENDER"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
"""How Blender packs its files since 3.0; whether one is in it, Blender says when it opens it."""
USD_SUFFIXES = (b".usd", b".usda", b".usdc")
USDZ_ALIGNMENT = 64

STL_HEADER, STL_FACET = 84, 50
STL_SLACK = 1024  # some exporters pad their last block

# What people send instead, to name it in the error; the first that matches counts.
STRANGERS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (
        re.compile(rb"\s*(?:<!doctype html|<html|<head|<\?xml[^>]*>\s*<html)", re.IGNORECASE),
        "an HTML page (a login or error page may have been saved in its place)",
    ),
    (re.compile(rb"\s*<\?xml"), "an XML document"),
    (re.compile(rb"\s*\{"), "JSON that is no glTF"),
    (re.compile(rb"Kaydara FBX Binary"), "an FBX file"),
    (re.compile(rb"\s*newmtl\s"), "an MTL file (the materials of an OBJ: send the OBJ, or both in one ZIP)"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "a proprietary CAD or office file"),
    (re.compile(rb"%PDF"), "a PDF document"),
    (re.compile(rb"PK\x05\x06"), "an empty ZIP archive"),
    (re.compile(rb"Rar!|7z\xbc\xaf\x27\x1c"), "a RAR or 7z archive (pack it as ZIP)"),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\x00|MM\x00\*"), "a picture"),
)


class Kind(StrEnum):
    """What a source file is."""

    STEP = "step"
    STEP_GZ = "stpz"
    IGES = "iges"
    STL = "stl"
    OBJ = "obj"
    PLY = "ply"
    GLB = "glb"
    GLTF = "gltf"
    USDA = "usda"
    USDC = "usdc"
    USDZ = "usdz"
    ZIP = "zip"
    BLEND = "blend"

    @property
    def is_usd(self) -> bool:
        """Whether it is a USD scene in any of its three forms."""
        return self in {Kind.USDA, Kind.USDC, Kind.USDZ}

    @property
    def is_step(self) -> bool:
        """Whether it is a STEP file, compressed or not."""
        return self in {Kind.STEP, Kind.STEP_GZ}

    @property
    def is_cad(self) -> bool:
        """Whether it holds exact surfaces, which the CAD kernel turns into triangles."""
        return self.is_step or self is Kind.IGES

    @property
    def is_plain(self) -> bool:
        """Whether Blender gets none of its bytes: only numbers and names that we wrote anew, no pictures."""
        return self.is_cad or self in {Kind.STL, Kind.PLY}

    @property
    def is_mesh(self) -> bool:
        """Whether it holds bare triangles, with neither unit nor up axis."""
        return self in {Kind.STL, Kind.OBJ, Kind.PLY}


TEXT_MAGIC = (
    (STEP_MAGIC, Kind.STEP),
    (IGES_MAGIC, Kind.IGES),
    (PLY_MAGIC, Kind.PLY),
    (STL_TEXT, Kind.STL),
)


def kind_of_file(path: Path, name: str) -> Kind:
    """Return the kind of the file at `path`, which its owner calls `name`; see `kind_of`."""
    with path.open("rb") as file:
        return kind_of(file.read(HEAD_BYTES), name, path.stat().st_size)


def kind_of(head: bytes, name: str, size: int = 0) -> Kind:
    """Return the kind of the file that begins with `head` (give `HEAD_BYTES`).

    Args:
        head: The file's first bytes.
        name: What its owner calls it, for the error message only.
        size: The file's size in bytes, if it goes on after `head`: a binary STL is known by it.

    Raises:
        BadInput: It is empty, or nothing that is read here; the sentence says what it seems to be.
    """
    if not head:
        raise BadInput(f"{name}: expected {READABLE}, found an empty file; upload it again")
    if kind := _by_magic(head) or _by_text(head.removeprefix(BOM)):
        return kind
    if _is_binary_stl(head, max(size, len(head))):
        return Kind.STL
    if head.startswith(b"\x1f\x8b"):
        inflated = _inflated(head)
        if inflated.startswith(BLEND_MAGIC):  # as before Blender 3.0
            return Kind.BLEND
        if STEP_MAGIC.match(inflated):
            return Kind.STEP_GZ
        raise BadInput(
            f"{name}: expected a compressed STEP file (.stpz), found gzip around something else; unpack it"
        )
    found = _looks_like(head.removeprefix(BOM))
    raise BadInput(f"{name}: expected {READABLE}, found {found}; export the model in one of these formats")


def _by_magic(head: bytes) -> Kind | None:
    if head.startswith(b"glTF"):
        return Kind.GLB
    if head.startswith((BLEND_MAGIC, ZSTD_MAGIC)):
        return Kind.BLEND
    if head.startswith(b"#usda "):
        return Kind.USDA
    if head.startswith(b"PXR-USDC"):
        return Kind.USDC
    if head.startswith(ZIP_MAGIC):
        return Kind.USDZ if _is_usd_package(head) else Kind.ZIP
    return None


def _by_text(head: bytes) -> Kind | None:
    if kind := next((kind for pattern, kind in TEXT_MAGIC if pattern.match(head)), None):
        return kind
    if head.lstrip().startswith(b"{") and GLTF_MEMBER.search(head):
        return Kind.GLTF
    return Kind.OBJ if OBJ_START.match(head) and OBJ_VERTEX.search(head) else None


def _is_usd_package(head: bytes) -> bool:
    """Say whether a ZIP is a USDZ: its first member is a USD layer, stored as it is and aligned.

    PKWARE APPNOTE 4.3.7; the USDZ file format specification asks for the alignment, which tells a package
    from a ZIP that somebody made of a folder and whose first file need not be the scene.
    """
    if len(head) < 30:  # noqa: PLR2004 - a local file header without its name
        return False
    method, name_length, extra_length = struct.unpack_from("<8xH16x2H", head)
    name = head[30 : 30 + name_length].lower()
    aligned = (30 + name_length + extra_length) % USDZ_ALIGNMENT == 0
    return bool(method == 0 and aligned and name.endswith(USD_SUFFIXES))


def _is_binary_stl(head: bytes, size: int) -> bool:
    """Say whether a file is a binary STL, whatever its 80 bytes of header say; some begin with "solid".

    The number of triangles must agree with the size, or, for files that were cut short and shall be told so,
    the first triangle must have a normal of length 1.
    """
    if len(head) < STL_HEADER:
        return False
    count = int.from_bytes(head[80:STL_HEADER], "little")
    whole = STL_HEADER + STL_FACET * count
    if whole <= size <= whole + STL_SLACK:
        return bool(count > 0 or size == whole)
    if len(head) < STL_HEADER + STL_FACET:
        return False
    facet = struct.unpack_from("<12f", head, STL_HEADER)
    return all(map(math.isfinite, facet)) and math.isclose(math.hypot(*facet[:3]), 1.0, abs_tol=1e-4)


def _inflated(head: bytes) -> bytes:
    """Return what the beginning of a gzip file holds, as far as it can be read."""
    try:
        return zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES)
    except zlib.error:
        return b""


def _looks_like(head: bytes) -> str:
    for pattern, what in STRANGERS:
        if pattern.match(head):
            return what
    if b"\x00" in head:
        return "binary data of an unknown kind"
    first_line = head.strip().splitlines()[:1]
    return f"text beginning with {first_line[0][:40].decode(errors='replace')!r}" if first_line else "blanks"
