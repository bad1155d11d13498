"""Tell the container of footage by what is in it; names are for people and are never asked.

ffmpeg is told the container and may read no other: left to guess, it follows playlists that call themselves
`.mp4`, to files of this machine and to addresses (its own whitelist of protocols does not stop `file:`).
"""

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from media.errors import BadInput
from media.footage.container import CAPTIONS, PICTURE, SOUND, VIDEO, Container, Medium

HEAD_BYTES = 4096
TS_PACKET, M2TS_PACKET = 188, 192
BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
"""That a QuickTime file begins with."""
WIDE_SIGNS = {
    encoding: tuple(sign.encode(encoding) for sign in ("-->", "[Script Info]", "WEBVTT"))
    for encoding in ("utf-16-le", "utf-16-be")
}
"""What captions begin with, in UTF-16 that says by no mark that it is that."""
PICTURE_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis")

PROLOGUE = rb"(?:(?><!--.*?-->|<![^>\[]*+(?:\[[^\]]*+\]\s*+)?+>)\s*+)*+"
"""Comments and a DOCTYPE, before what a document is; what is read of them is never read again another way."""

# What people send instead, to name it in the error; the first that matches counts.
STRANGERS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (
        re.compile(rb"\s*(?:<!doctype html|<html|<head|<\?xml[^>]*>\s*<html)", re.IGNORECASE),
        "an HTML page (a login or error page may have been saved in its place)",
    ),
    (re.compile(rb"\s*#EXTM3U"), "a playlist (send the video itself)"),
    (re.compile(rb"\s*ffconcat"), "a list of files for ffmpeg (send the video itself)"),
    (
        re.compile(rb"\s*(?><\?xml.*?\?>\s*)?+(?:<!--.*?-->\s*)?<MPD", re.DOTALL),
        "a DASH manifest (send the video)",
    ),
    (
        re.compile(rb"\s*(?><\?xml.*?\?>\s*)?+" + PROLOGUE + rb"<svg", re.DOTALL),
        "an SVG drawing (export it as PNG)",
    ),
    (
        re.compile(rb"\s*(?><\?xml.*?\?>\s*)?+" + PROLOGUE + rb"<smil", re.DOTALL),
        "a SMIL presentation (send the video)",
    ),
    (re.compile(rb"\s*<\?xml"), "an XML document"),
    (re.compile(rb"\s*\{"), "JSON"),
    (re.compile(rb"v=0\r?\n"), "a session description (send the video itself)"),
    (re.compile(rb"%PDF"), "a PDF document"),
    (re.compile(rb"PK\x03\x04"), "a ZIP archive (unpack it)"),
    (re.compile(rb"\x1f\x8b"), "a gzip file (unpack it)"),
    (re.compile(rb"\x00asm|\x7fELF|MZ"), "a program"),
)


def _is_transport_stream(head: bytes) -> bool:
    """Say whether packets follow each other at one of the two lengths that there are (ISO/IEC 13818-1)."""
    starts = [(0, TS_PACKET), (4, M2TS_PACKET)]
    return any(
        len(head) > first + 2 * length and all(head[first + n * length] == 0x47 for n in range(3))  # noqa: PLR2004 - the sync byte
        for first, length in starts
    )


def _is_mpeg_audio(head: bytes) -> bool:
    """Say whether a frame of MPEG audio begins: eleven bits set, a version, layer III or II, a bit rate."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:  # noqa: PLR2004 - as above
        return False
    version, layer, rate = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4
    return version != 1 and layer in {1, 2} and rate not in {0, 15}


MAGIC: tuple[tuple[Container, Callable[[bytes], bool]], ...] = (
    (Container.PNG, lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    (Container.JPEG, lambda head: head.startswith(b"\xff\xd8\xff")),
    (Container.GIF, lambda head: head.startswith((b"GIF87a", b"GIF89a"))),
    (Container.TIFF, lambda head: head.startswith((b"II*\x00", b"MM\x00*"))),
    (Container.BMP, lambda head: head.startswith(b"BM") and head[6:10] == bytes(4)),
    (Container.WEBP, lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP"),
    (Container.AVI, lambda head: head.startswith(b"RIFF") and head[8:12] == b"AVI "),
    (Container.WAV, lambda head: head.startswith((b"RIFF", b"RF64")) and head[8:12] == b"WAVE"),
    (Container.AIFF, lambda head: head.startswith(b"FORM") and head[8:12] in {b"AIFF", b"AIFC"}),
    (Container.MATROSKA, lambda head: head.startswith(b"\x1a\x45\xdf\xa3")),
    (Container.OGG, lambda head: head.startswith(b"OggS")),
    (Container.FLAC, lambda head: head.startswith(b"fLaC")),
    (Container.FLV, lambda head: head.startswith(b"FLV\x01")),
    (Container.ASF, lambda head: head.startswith(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11")),
    (Container.MPEG_PS, lambda head: head.startswith(b"\x00\x00\x01\xba")),
    (Container.MOV, lambda head: head[4:8] in BOXES and head[8:12] not in PICTURE_BRANDS),
    (Container.MPEG_TS, _is_transport_stream),
    (Container.MP3, lambda head: head.startswith(b"ID3") or _is_mpeg_audio(head)),
    (Container.AAC, lambda head: head[:1] == b"\xff" and head[1:2] in {b"\xf0", b"\xf1", b"\xf8", b"\xf9"}),
)


def container_of_file(path: Path, name: str, medium: Medium) -> Container:
    """Return the container of the file at `path`, which its owner calls `name`; see `container_of`."""
    with path.open("rb") as file:
        return container_of(file.read(HEAD_BYTES), name, medium)


def footage_of_file(path: Path) -> Container | None:
    """Return the container of the file at `path` if it is footage of any kind; text is, if it is captions."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    for medium in (VIDEO, SOUND, PICTURE, CAPTIONS):
        with suppress(BadInput):
            found = container_of(head, path.name, medium)
            return None if found is Container.TEXT and not _is_captions(head) else found
    return None


def _is_captions(head: bytes) -> bool:
    """Say whether text has the look of captions, or of words with their times as JSON."""
    plain = head.replace(b"\x00", b"")  # of UTF-16
    return b"-->" in plain or b"[Script Info]" in plain or plain.lstrip().startswith((b"{", b"["))


def container_of(head: bytes, name: str, medium: Medium) -> Container:
    """Return the container of the file that begins with `head` (give `HEAD_BYTES`).

    Args:
        head: The file's first bytes.
        name: What its owner calls it, for the error message only.
        medium: What it is to be used as.

    Raises:
        BadInput: It is empty, or nothing that can be used so; the sentence says what it seems to be.
    """
    if not head:
        raise BadInput(f"{name}: expected {medium.called}, found an empty file; upload it again")
    strangers = (what for pattern, what in STRANGERS if pattern.match(head))
    stranger = next((what for what in strangers if what not in medium.welcome), "")
    found = None if stranger else _known(head)
    if found in medium.containers:
        return found
    what = stranger or (f"a file of the kind {found.value}" if found else _looks_like(head))
    raise BadInput(f"{name}: expected {medium.called}, found {what}")


def _known(head: bytes) -> Container | None:
    for container, matches in MAGIC:
        if matches(head):
            return container
    return Container.TEXT if _is_text(head) else None


def _is_text(head: bytes) -> bool:
    """Say whether bytes are letters in some encoding; UTF-16 has zeros, and mostly begins with its mark."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or not re.search(rb"[\x00-\x08\x0e-\x1a]", head):
        return True
    return any(sign in head for signs in WIDE_SIGNS.values() for sign in signs)


def _looks_like(head: bytes) -> str:
    if head[4:8] == b"ftyp":
        return "a HEIC or AVIF picture (convert it to JPEG or PNG)"
    return "binary data of an unknown kind"
