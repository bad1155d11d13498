"""Telling films and sounds from texts under a film's name, which can make a decoder read any file."""

_BEGINNINGS = (
    b"\x1aE\xdf\xa3",  # Matroska, WebM
    b"RIFF",
    b"RF64",
    b"FORM",  # AIFF
    b"OggS",
    b"fLaC",
    b"FLV\x01",
    b"GIF8",
    b"ID3",
    b"0&\xb2u",  # ASF
    b"\x00\x00\x01\xba",  # MPEG program stream
    b"\x00\x00\x01\xb3",  # MPEG video
    b"\x06\x0e\x2b\x34",  # MXF
)
_ATOMS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")  # of MP4 and MOV, after their length
_SYNC = 0x47  # begins each packet of a transport stream
_PACKET = 188
_LAYER_BITS = 0xE0  # the first eleven bits of an MPEG audio frame are ones


def is_media(head: bytes) -> bool:
    """Tell from a file's first 512 bytes whether it holds film or sound itself."""
    if head.startswith(_BEGINNINGS) or head[4:8] in _ATOMS:
        return True
    if len(head) > _PACKET and head[0] == _SYNC and head[_PACKET] == _SYNC:
        return True
    return head[:1] == b"\xff" and len(head) > 1 and head[1] & _LAYER_BITS == _LAYER_BITS
