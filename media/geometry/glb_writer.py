"""Write a GLB of pieces that lie in files: none is held in memory (Khronos, glTF 2.0 specification, 4.4)."""

import json
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from media.geometry.glb_format import BINARY_CHUNK, CHUNK_HEADER, FILE_HEADER, JSON_CHUNK, MAGIC, VERSION

CHUNK_BYTES = 2**20


@dataclass
class Layout:
    """What goes into the binary chunk, one piece after the other, each at a multiple of four bytes."""

    pieces: list[tuple[Path | bytes, int]] = field(default_factory=list)
    size: int = 0
    _places: dict[tuple[Path, int], int] = field(default_factory=dict)

    def add(self, source: Path | bytes, length: int) -> int:
        """Return the offset of the first `length` bytes of `source`; a file used twice is held once."""
        if isinstance(source, Path) and (source, length) in self._places:
            return self._places[source, length]
        offset = self.size
        self.pieces.append((source, length))
        self.size += length + -length % 4
        if isinstance(source, Path):
            self._places[source, length] = offset
        return offset


def write_glb(target: Path, document: dict[str, Any], layout: Layout) -> None:
    """Write the container: a JSON chunk padded by blanks, a binary chunk padded by zeros."""
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    binary = struct.pack("<2I", layout.size, BINARY_CHUNK) if layout.size else b""
    length = FILE_HEADER + CHUNK_HEADER + len(text) + len(binary) + layout.size
    with target.open("wb") as file:
        file.write(struct.pack("<4s4I", MAGIC, VERSION, length, len(text), JSON_CHUNK) + text + binary)
        for source, size in layout.pieces:
            _copy(source, size, file)
            file.write(bytes(-size % 4))


def _copy(source: Path | bytes, size: int, target: IO[bytes]) -> None:
    """Copy the first `size` bytes."""
    if isinstance(source, bytes):
        target.write(source[:size])
        return
    with source.open("rb") as file:
        while size and (chunk := file.read(min(size, CHUNK_BYTES))):
            target.write(chunk)
            size -= len(chunk)
