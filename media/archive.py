"""A ZIP archive from a stranger: unpacked whole and within bounds, or refused.

PKWARE, APPNOTE 6.3.10. What the headers say about sizes is checked by counting, never believed.
"""

import errno
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, NoReturn

from media.errors import BadInput, OutOfResources
from media.kind import LARGEST_SOURCE
from media.reference import shown

MAX_ENTRIES = 10_000
MAX_BYTES = LARGEST_SOURCE
MAX_DIRECTORY_BYTES = 4 * 2**20  # a list of entries is read into memory before it can be counted
MAX_RATIO = 100  # models and pictures shrink by 20 at most
FREE_BYTES = 4 * 2**20  # beyond that ratio in all of an archive, for its small files of zeros
MAX_DEPTH, MAX_NAME_BYTES = 16, 255
CHUNK_BYTES = 2**18
ENCRYPTED = 0x1 | 0x40 | 0x2000
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
END, END_BYTES, MAX_COMMENT_BYTES = b"PK\x05\x06", 22, 65535
ZIP64_LOCATOR, ZIP64_LOCATOR_BYTES = b"PK\x06\x07", 20
LOCAL, LOCAL_HEADER = b"PK\x03\x04", struct.Struct("<4s2H2HH3L2H")
BAD_NAME = re.compile(r"[\x00-\x1f\x7f\\]|^/|^[A-Za-z]:|//")
BAD_FOR_THIS_DISK = {errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ}  # a name or a place in the archive
LITTER = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"}
FIXED_TIME = 315_532_800.0
"""1980-01-01, when ZIP's own calendar begins: what is made of the files then has no other date in it."""


@dataclass
class Room:
    """How much may still be written of an archive.

    Attributes:
        left: Bytes in all.
        free: Bytes beyond `MAX_RATIO` times what the archive holds of a file.
    """

    left: int
    free: int


def extract(path: Path, folder: Path, name: str) -> list[str]:
    """Unpack a ZIP archive into a new folder; returns what lies there now, sorted, as relative paths.

    Args:
        path: The archive.
        folder: Where to; it must not exist.
        name: What its owner calls it.

    Raises:
        BadInput: It is damaged, too much, or tries to reach out of the folder; the sentence says how.
        OutOfResources: The disk is full, or cannot be used for another reason.
    """
    room = Room(MAX_BYTES, FREE_BYTES)
    try:
        folder.mkdir(parents=True)
        with path.open("rb") as file:
            _check_end(file, name)
            with zipfile.ZipFile(file) as archive:
                entries = _checked(archive, file, name)
                for entry in entries:
                    _write(archive, entry, folder, room, name)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError) as error:
        _refuse(name, f"a damaged one ({shown(str(error))})")
    except OSError as error:
        if error.errno in BAD_FOR_THIS_DISK:
            _refuse(name, f"a damaged one ({error.strerror})")
        raise OutOfResources(
            f"{name}: expected to unpack it into the folder for temporary files, found that this machine "
            f"cannot ({error.strerror}); mend that, or free space, and try again"
        ) from error
    return sorted(entry.filename for entry in entries)


def _refuse(name: str, found: str) -> NoReturn:
    raise BadInput(f"{name}: expected a plain ZIP archive of a model's files, found {found}; pack it again")


def _check_end(file: IO[bytes], name: str) -> None:
    """Check the archive's last record before the whole list of entries is read by it."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - END_BYTES - MAX_COMMENT_BYTES - ZIP64_LOCATOR_BYTES))
    tail = file.read()
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < END_BYTES:
        _refuse(name, "one that was cut short")
    if tail[max(0, at - ZIP64_LOCATOR_BYTES) :].startswith(ZIP64_LOCATOR):
        _refuse(name, "one of the ZIP64 form for more than 65,535 files or 4 GiB")
    directory_bytes = int.from_bytes(tail[at + 12 : at + 16], "little")
    if directory_bytes > MAX_DIRECTORY_BYTES:
        _refuse(name, f"a list of files of {directory_bytes} bytes (at most {MAX_DIRECTORY_BYTES})")


def _checked(archive: zipfile.ZipFile, file: IO[bytes], name: str) -> list[zipfile.ZipInfo]:
    """Return the entries that are files and no litter, after all entries were found to be harmless."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        _refuse(name, f"{len(entries)} entries (at most {MAX_ENTRIES})")
    for entry in entries:
        if found := _wrong_with(entry):
            _refuse(name, f"{found} ({shown(entry.orig_filename)})")
    _check_overlap(entries, file, archive.start_dir, name)
    files = [entry for entry in entries if not entry.is_dir() and not LITTER & set(entry.filename.split("/"))]
    _check_names(files, name)
    return files


def _wrong_with(entry: zipfile.ZipInfo) -> str | None:
    """Say what is wrong with an entry, by its own words."""
    kind, steps = stat.S_IFMT(entry.external_attr >> 16), entry.filename.removesuffix("/").split("/")
    longest = max(len(os.fsencode(step)) for step in steps)
    checks = (
        (kind not in {0, stat.S_IFREG, stat.S_IFDIR}, "a link or a special file"),
        (bool(entry.flag_bits & ENCRYPTED), "an encrypted file"),
        (entry.compress_type not in METHODS, f"compression method {entry.compress_type}"),
        (entry.is_dir() and entry.file_size > 0, "a folder that holds bytes"),
        (bool(BAD_NAME.search(entry.orig_filename)), "a name that leads elsewhere"),
        (bool({"", ".", ".."} & set(steps)), "a name that leads elsewhere"),
        (len(steps) > MAX_DEPTH, f"a file more than {MAX_DEPTH} folders deep"),
        (longest > MAX_NAME_BYTES, "a name that is too long"),
    )
    return next((found for wrong, found in checks if wrong), None)


def _check_overlap(entries: Iterable[zipfile.ZipInfo], file: IO[bytes], limit: int, name: str) -> None:
    """Check that no byte of the archive belongs to two entries, which is how small archives become large."""
    free_from = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < free_from:
            _refuse(name, f"entries that overlap ({shown(entry.filename)})")
        file.seek(entry.header_offset)
        header = LOCAL_HEADER.unpack(file.read(LOCAL_HEADER.size))
        magic, flags, lengths = header[0], header[2], header[9:11]
        if magic != LOCAL or flags & ENCRYPTED:
            _refuse(name, f"an entry that is not where the list says ({shown(entry.filename)})")
        free_from = entry.header_offset + LOCAL_HEADER.size + sum(lengths) + entry.compress_size
    if free_from > limit:
        _refuse(name, "entries that overlap (the list of files)")


def _check_names(files: Iterable[zipfile.ZipInfo], name: str) -> None:
    """Check that no two files are one on some file system, and that no file is another's folder."""
    taken: dict[str, str] = {}
    for entry in files:
        key = _as_some_see_it(entry.filename)
        if key in taken:
            _refuse(name, f"two files of one name ({shown(taken[key])}, {shown(entry.filename)})")
        taken[key] = entry.filename
    for key, original in taken.items():
        if any(str(folder) in taken for folder in PurePosixPath(key).parents):
            _refuse(name, f"a file that is a folder, too ({shown(original)})")


def _as_some_see_it(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, room: Room, name: str) -> None:
    """Write one file and take its size, which is counted and not read from the archive, from `room`."""
    path = folder / entry.filename
    path.parent.mkdir(parents=True, exist_ok=True)
    packed, written = entry.compress_size * MAX_RATIO, 0
    with archive.open(entry) as source, path.open("xb") as target:
        while chunk := source.read(CHUNK_BYTES):
            written += len(chunk)
            if written > packed + room.free:
                _refuse(name, f"a file that grows more than {MAX_RATIO} times ({shown(entry.filename)})")
            if written > room.left:
                _refuse(name, f"more than {MAX_BYTES} bytes in all")
            target.write(chunk)
    os.utime(path, (FIXED_TIME, FIXED_TIME))
    room.left -= written
    room.free -= max(0, written - packed)
