"""TrueType outlines out of the form in which WOFF2 packs them (sections 5.1 and 5.2 of its specification)."""

import struct
from dataclasses import dataclass

HEADER = struct.Struct(">HHHHIIIIIII")
COMPOSITE = 0xFFFF
ON_CURVE, OVERLAPS = 1, 0x40
ARE_WORDS, SCALED, MORE, SCALED_BOTH, BY_MATRIX, INSTRUCTED = 1, 8, 0x20, 0x40, 0x80, 0x100


@dataclass
class Stream:
    """Bytes that are read from their beginning on."""

    data: bytes
    at: int = 0

    def take(self, count: int) -> bytes:
        """Return the next bytes."""
        self.at += count
        return self.data[self.at - count : self.at]

    def byte(self) -> int:
        """Return the next byte as a number."""
        self.at += 1
        return self.data[self.at - 1]

    def word(self) -> int:
        """Return the next two bytes as a number."""
        return self.byte() << 8 | self.byte()

    def short(self) -> int:
        """Return a number as section 4.2 writes it, in one to three bytes."""
        code = self.byte()
        if code == 253:  # noqa: PLR2004 - the codes of that section
            return self.word()
        return self.byte() + {255: 253, 254: 506}[code] if code > 253 else code  # noqa: PLR2004


@dataclass
class _Streams:
    contours: Stream
    counts: Stream
    flags: Stream
    glyphs: Stream
    composites: Stream
    boxes: Stream
    instructions: Stream
    overlaps: bytes
    boxed: bytes


def outlines(table: bytes) -> tuple[bytes, bytes]:
    """Return `glyf` and `loca`, with long offsets, of a transformed `glyf`."""
    streams, count = _streams(table)
    written, offsets = bytearray(), [0]
    for number in range(count):
        written += _glyph(streams, number)
        written += bytes(-len(written) % 4)
        offsets.append(len(written))
    return bytes(written), struct.pack(f">{len(offsets)}I", *offsets)


def _streams(table: bytes) -> tuple[_Streams, int]:
    _, options, count, _, *sizes = HEADER.unpack_from(table)
    at, parts = HEADER.size, []
    for size in sizes:
        parts.append(table[at : at + size])
        at += size
    bitmap = 4 * ((count + 31) // 32)
    boxes = Stream(parts[5], bitmap)
    contours, counts, flags, glyphs, composites, _, instructions = map(Stream, parts)
    overlaps, boxed = table[at:] if options & 1 else b"", parts[5][:bitmap]
    return _Streams(contours, counts, flags, glyphs, composites, boxes, instructions, overlaps, boxed), count


def _has(bits: bytes, number: int) -> bool:
    return number // 8 < len(bits) and bool(bits[number // 8] & 0x80 >> number % 8)


def _glyph(streams: _Streams, number: int) -> bytes:
    contours = streams.contours.word()
    box = streams.boxes.take(8) if _has(streams.boxed, number) else b""
    if contours == COMPOSITE:
        return struct.pack(">H", contours) + box + _composite(streams)
    return _simple(streams, contours, box, overlaps=_has(streams.overlaps, number)) if contours else b""


def _composite(streams: _Streams) -> bytes:
    found, instructed, more = b"", False, True
    while more:
        flags = streams.composites.word()
        size = 2 + (4 if flags & ARE_WORDS else 2)
        size += 2 if flags & SCALED else 4 if flags & SCALED_BOTH else 8 if flags & BY_MATRIX else 0
        found += struct.pack(">H", flags) + streams.composites.take(size)
        instructed, more = instructed or bool(flags & INSTRUCTED), bool(flags & MORE)
    return found + (_instructions(streams) if instructed else b"")


def _instructions(streams: _Streams) -> bytes:
    length = streams.glyphs.short()
    return struct.pack(">H", length) + streams.instructions.take(length)


def _simple(streams: _Streams, contours: int, box: bytes, *, overlaps: bool) -> bytes:
    ends, total = [], 0
    for _ in range(contours):
        total += streams.counts.short()
        ends.append(total - 1)
    flags, steps = bytearray(), []
    for _ in range(total):
        flag = streams.flags.byte()
        flags.append(0 if flag >> 7 else ON_CURVE)
        steps.append(_step(flag & 127, streams.glyphs))
    flags[0] |= OVERLAPS if overlaps else 0
    head = struct.pack(">H", contours) + (box or _box(steps)) + struct.pack(f">{contours}H", *ends)
    points = struct.pack(f">{2 * total}h", *(x for x, _ in steps), *(y for _, y in steps))
    return head + _instructions(streams) + bytes(flags) + points


def _box(steps: list[tuple[int, int]]) -> bytes:
    x = y = 0
    across, along = [], []
    for right, up in steps:
        x, y = x + right, y + up
        across.append(x)
        along.append(y)
    return struct.pack(">4h", min(across), min(along), max(across), max(along))


def _signed(flag: int, value: int) -> int:
    return value if flag & 1 else -value


def _step(flag: int, stream: Stream) -> tuple[int, int]:
    """Return how far a point is from the one before, by the table of section 5.2."""
    if flag < 10:  # noqa: PLR2004 - the table's own bounds, here and below
        return 0, _signed(flag, ((flag & 14) << 7) + stream.byte())
    if flag < 20:  # noqa: PLR2004
        return _signed(flag, ((flag - 10 & 14) << 7) + stream.byte()), 0
    if flag < 84:  # noqa: PLR2004
        code, low = flag - 20, stream.byte()
        right = _signed(flag, 1 + (code & 0x30) + (low >> 4))
        return right, _signed(flag >> 1, 1 + ((code & 0x0C) << 2) + (low & 15))
    if flag < 120:  # noqa: PLR2004
        code = flag - 84
        right = _signed(flag, 1 + (code // 12 << 8) + stream.byte())
        return right, _signed(flag >> 1, 1 + (code % 12 >> 2 << 8) + stream.byte())
    if flag < 124:  # noqa: PLR2004
        first, second, third = stream.take(3)
        return _signed(flag, (first << 4) + (second >> 4)), _signed(flag >> 1, ((second & 15) << 8) + third)
    right = _signed(flag, stream.word())
    return right, _signed(flag >> 1, stream.word())
