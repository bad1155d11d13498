"""Archives in pieces: small enough to carry, each with its digest, joined by a shell script."""

import hashlib
import io
import lzma
import tarfile
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from typing_extensions import Buffer

BLOCK = 48 << 20
"""Bytes compressed at a time, each by a thread; several times the dictionary, so that little is lost."""


class PieceWriter(io.RawIOBase):
    """A stream into files `NAME.000`, `NAME.001`, … of at most `limit` bytes each."""

    def __init__(self, folder: Path, name: str, limit: int) -> None:
        self._folder, self._name, self._limit = folder, name, limit
        self._file: BinaryIO | None = None
        self.paths: list[Path] = []

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, data: Buffer) -> int:
        """Write all of `data`, into as many pieces as it takes."""
        view = memoryview(data)
        while view:
            room = self._limit - self._file.tell() if self._file else 0
            if self._file is None or room == 0:
                self._next()
                continue
            self._file.write(view[:room])
            view = view[room:]
        return memoryview(data).nbytes

    def _next(self) -> None:
        if self._file:
            self._file.close()
        self.paths.append(self._folder / f"{self._name}.{len(self.paths):03d}")
        self._file = self.paths[-1].open("wb")

    def close(self) -> None:
        """Close the last piece."""
        if self._file:
            self._file.close()
        super().close()


class ParallelXz(io.RawIOBase):
    """A stream compressed block by block on several threads: .xz after .xz, which together are one."""

    def __init__(self, out: io.RawIOBase, preset: int, threads: int) -> None:
        self._out, self._preset, self._threads = out, preset, threads
        self._pool = ThreadPoolExecutor(threads)
        self._block = bytearray()
        self._underway: deque[Future[bytes]] = deque()

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, data: Buffer) -> int:
        """Take `data`; a full block goes to a thread."""
        self._block += data
        if len(self._block) >= BLOCK:
            self._start()
        return memoryview(data).nbytes

    def _start(self) -> None:
        self._underway.append(self._pool.submit(_compressed, bytes(self._block), self._preset))
        self._block.clear()
        while len(self._underway) > self._threads:
            self._out.write(self._underway.popleft().result())

    def close(self) -> None:
        """Compress what is left and write it."""
        if not self.closed:
            self._start()
            while self._underway:
                self._out.write(self._underway.popleft().result())
            self._pool.shutdown()
        super().close()


def _compressed(block: bytes, preset: int) -> bytes:
    filters = [{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2, "preset": preset}]
    return lzma.compress(block, lzma.FORMAT_XZ, lzma.CHECK_CRC64, filters=filters)


def add_files(archive: tarfile.TarFile, files: Iterable[tuple[Path, str]]) -> None:
    """Add files under the names given, owned by nobody in particular; a link as what it points to."""
    for path, name in files:
        member = tarfile.TarInfo(name)
        stat = path.stat()
        member.size, member.mtime = stat.st_size, int(stat.st_mtime)
        member.mode = 0o755 if stat.st_mode & 0o100 else 0o644
        with path.open("rb") as file:
            archive.addfile(member, file)


def checksum_line(path: Path) -> str:
    """Return the line of `sha256sum` for a file."""
    with path.open("rb") as file:
        return f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}\n"
