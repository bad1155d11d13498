"""A GPU driver's caches of compiled kernels as one file: copied while they may be in use, unpacked in bounds.

OptiX keeps a SQLite database, which is copied by SQLite's own means, so that a copy is whole whoever writes
to it; CUDA keeps small files. Nothing else is known of what they hold, and nothing of it is interpreted.
"""

import gzip
import re
import shutil
import sqlite3
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import IO

KINDS = ("optix", "cuda")
MOST_BYTES = 3 * 2**30
MOST_FILES = 20_000
NAME = re.compile(rf"({'|'.join(KINDS)})(/[A-Za-z0-9_][A-Za-z0-9._-]{{0,99}}){{1,6}}")
"""A file of a cache, in the folder of its kind."""
SQLITE = b"SQLite format 3\0"
BESIDE_SQLITE = ("-wal", "-shm", "-journal")
"""What a database has beside it while it is open; a copy that SQLite made needs none of it."""
BUSY_S = 10.0
CHUNK_BYTES = 2**20
LEVEL = 1
"""Compression shares the machine with the render, and kernels are small enough."""


class Unusable(Exception):
    """These are no caches, or too many of them; the sentence says what was found."""


def copy_caches(source: Path, target: Path) -> None:
    """Copy what the driver keeps in `source` into the new folder `target`.

    Raises:
        Unusable: It is more than is ever passed on.
        OSError, sqlite3.Error: It cannot be copied.
    """
    names = cache_files(source)
    total = sum(_size(source / name) for name in names)
    if len(names) > MOST_FILES or total > MOST_BYTES:
        raise Unusable(
            f"expected at most {MOST_FILES} files of kernels with {MOST_BYTES} bytes, "
            f"found {len(names)} with {total}"
        )
    for kind in KINDS:
        (target / kind).mkdir(parents=True)
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # the driver makes room in its cache as it likes
            _copy(source / name, target / name)


def cache_files(folder: Path) -> list[str]:
    """Return what lies in the caches of `folder`, sorted, without what is beside an open database."""
    found = (path for kind in KINDS for path in (folder / kind).rglob("*"))
    names = {
        path.relative_to(folder).as_posix() for path in found if path.is_file() and not path.is_symlink()
    }
    return sorted(name for name in names if NAME.fullmatch(name) and not _is_beside(name, names))


def pack(folder: Path, archive: Path) -> None:
    """Write copied caches into a file that is the same for the same caches.

    Raises:
        OSError: The disk refuses.
    """
    with (
        archive.open("xb") as file,
        gzip.GzipFile("", "wb", LEVEL, file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name in cache_files(folder):
            member = tarfile.TarInfo(name)
            member.size, member.mode = (folder / name).stat().st_size, 0o600
            with (folder / name).open("rb") as source:
                tar.addfile(member, source)


def unpack(archive: Path, folder: Path) -> None:
    """Unpack caches into a new folder.

    Raises:
        Unusable: The file is damaged, or holds anything else, or more than is ever passed on.
        OSError: The disk refuses.
    """
    for kind in KINDS:
        (folder / kind).mkdir(parents=True)
    try:
        with gzip.open(archive) as packed:
            with tarfile.open(fileobj=packed, mode="r|") as tar:
                for name, source in _checked(tar):
                    (folder / name).parent.mkdir(parents=True, exist_ok=True)
                    with (folder / name).open("xb") as target:
                        shutil.copyfileobj(source, target, CHUNK_BYTES)
            while packed.read(CHUNK_BYTES):  # to its end, where its checksum is
                pass
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, FileExistsError) as error:
        raise Unusable(f"expected an archive of kernels, found a damaged one ({error})") from error


def _checked(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the files of an archive, each found to be harmless before it is read."""
    total = 0
    for count, member in enumerate(tar, 1):
        if not member.isreg() or not NAME.fullmatch(member.name):
            raise Unusable(f"expected files of kernels, found {member.name[:60]!r}")
        total += member.size
        if count > MOST_FILES or total > MOST_BYTES:
            raise Unusable(f"expected at most {MOST_FILES} files and {MOST_BYTES} bytes, found more")
        source = tar.extractfile(member)
        assert source is not None  # noqa: S101 - it is a regular file
        yield member.name, source


def _copy(source: Path, target: Path) -> None:
    """Copy a file; a database that others write to is copied as it was at one moment."""
    with source.open("rb") as file:
        if file.read(len(SQLITE)) != SQLITE:
            file.seek(0)
            with target.open("xb") as copy:
                shutil.copyfileobj(file, copy, CHUNK_BYTES)
            return
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", timeout=BUSY_S, uri=True)) as there,
        closing(sqlite3.connect(target)) as here,
    ):
        there.backup(here)


def _size(path: Path) -> int:
    """Return a file's size; nothing for one that the driver has removed just now."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _is_beside(name: str, names: Iterable[str]) -> bool:
    return any(name.endswith(ending) and name.removesuffix(ending) in names for ending in BESIDE_SQLITE)
