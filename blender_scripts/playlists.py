"""Telling films and sounds from texts under a film's name, which can make a decoder read any file."""

from io import SEEK_CUR
from typing import BinaryIO

_BEGINNINGS = (
    b"\x1aE\xdf\xa3",  # Matroska, WebM
    b"RIFF",
    b"RF64",
    b"FORM",  # AIFF
    b"OggS",
    b"fLaC",
    b"FLV\x01",
    b"GIF8",
    b"0&\xb2u",  # ASF
    b"\x00\x00\x01\xba",  # MPEG program stream
    b"\x00\x00\x01\xb3",  # MPEG video
    b"\x06\x0e\x2b\x34",  # MXF
)
_ATOMS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")  # of MP4 and MOV, after their length
_SYNC = 0x47  # begins each packet of a transport stream
_PACKET = 188
_HEAD = 512
_TAG = b"ID3"  # before anything at all; its length follows in seven bits a byte
_TAG_HEAD = 10
_LAYER_BITS = 0xE0  # the first eleven bits of an MPEG audio frame are ones


def is_media(file: BinaryIO) -> bool:
    """Tell from a file's beginning, behind tags that decoders skip, whether it holds film or sound itself."""
    head = file.read(_HEAD)
    while head.startswith(_TAG) and len(head) >= _TAG_HEAD:
        length = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        file.seek(length + _TAG_HEAD - len(head), SEEK_CUR)
        head = file.read(_HEAD)
    if head.startswith(_BEGINNINGS) or head[4:8] in _ATOMS:
        return True
    if len(head) > _PACKET and head[0] == _SYNC and head[_PACKET] == _SYNC:
        return True
    return head[:1] == b"\xff" and len(head) > 1 and head[1] & _LAYER_BITS == _LAYER_BITS
