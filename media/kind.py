"""The kind of a source file, by what is in it; names are for people and are never asked."""

import re
import zlib
from enum import StrEnum

from media.errors import BadInput

HEAD_BYTES = 64 * 1024  # enough for the comments that some exporters put before a STEP header
STEP_MAGIC = re.compile(rb"(?:\s|/\*.*?\*/)*ISO-10303-21\s*;", re.DOTALL)
USD_SUFFIXES = (b".usd", b".usda", b".usdc")

# What people send instead, to name it in the error; the first that matches counts.
STRANGERS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (
        re.compile(rb"\s*(?:<!doctype html|<html|<head|<\?xml[^>]*>\s*<html)", re.IGNORECASE),
        "an HTML page (a login or error page may have been saved in its place)",
    ),
    (re.compile(rb"\s*<\?xml"), "an XML document"),
    (re.compile(rb"\s*\{"), "JSON (a .gltf depends on other files: pack it as one .glb)"),
    (re.compile(rb"BLENDER|\x28\xb5\x2f\xfd"), "a Blender file"),
    (re.compile(rb"solid\s"), "an STL mesh"),
    (re.compile(rb"\s*(?:#.*\n\s*)*(?:mtllib|v|o|g)\s"), "an OBJ mesh"),
    (re.compile(rb".{72}S {0,6}0*1\s*\n", re.DOTALL), "an IGES file"),
    (re.compile(rb"Kaydara FBX Binary"), "an FBX file"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "a proprietary CAD or office file"),
    (re.compile(rb"%PDF"), "a PDF document"),
    (re.compile(rb"PK\x03\x04"), "a ZIP archive without a USD scene as its first member (unpack it)"),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\x00|MM\x00\*"), "a picture"),
)


class Kind(StrEnum):
    """What a source file is."""

    STEP = "step"
    STEP_GZ = "stpz"
    GLB = "glb"
    USDA = "usda"
    USDC = "usdc"
    USDZ = "usdz"

    @property
    def is_usd(self) -> bool:
        """Whether it is a USD scene in any of its three forms."""
        return self in {Kind.USDA, Kind.USDC, Kind.USDZ}

    @property
    def is_step(self) -> bool:
        """Whether it is a STEP file, compressed or not."""
        return self in {Kind.STEP, Kind.STEP_GZ}


def kind_of(head: bytes, name: str) -> Kind:
    """Return the kind of the file that begins with `head` (give `HEAD_BYTES`).

    Args:
        head: The file's first bytes.
        name: What its owner calls it, for the error message only.

    Raises:
        BadInput: It is empty, or nothing that is read here; the sentence says what it seems to be.
    """
    if not head:
        raise BadInput(f"{name}: expected a STEP, GLB or USD file, found an empty file; upload it again")
    if kind := _by_magic(head):
        return kind
    if head.startswith(b"\x1f\x8b"):
        if STEP_MAGIC.match(_inflated(head)):
            return Kind.STEP_GZ
        raise BadInput(
            f"{name}: expected a compressed STEP file (.stpz), found gzip around something else; unpack it"
        )
    raise BadInput(
        f"{name}: expected a STEP, GLB or USD file, found {_looks_like(head)}; "
        "export the model in one of these formats"
    )


def _by_magic(head: bytes) -> Kind | None:
    if STEP_MAGIC.match(head.removeprefix(b"\xef\xbb\xbf")):
        return Kind.STEP
    if head.startswith(b"glTF"):
        return Kind.GLB
    if head.startswith(b"#usda "):
        return Kind.USDA
    if head.startswith(b"PXR-USDC"):
        return Kind.USDC
    if head.startswith(b"PK\x03\x04") and _first_member(head).lower().endswith(USD_SUFFIXES):
        return Kind.USDZ
    return None


def _first_member(head: bytes) -> bytes:
    """Return the name in a ZIP's first local header (PKWARE APPNOTE 4.3.7)."""
    length = int.from_bytes(head[26:28], "little")
    return head[30 : 30 + length]


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
